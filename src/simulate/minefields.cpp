#include "simulate/minefields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "base/parallel.h"
#include "geo/overlay.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

using mineaction::Device;

constexpr double kAxisStep_m = 10;
constexpr double kLeastField_m = 150;
constexpr double kLongestField_m = 3000;
constexpr double kShoreRoom_m = 80;
constexpr double kVillageRoom_m = 60;
constexpr double kDrawing_m = 2;  ///< how finely outlines are drawn

/// Everything a chain needs to know of the country.
struct Theatre {
  const Parameters& parameters;
  const Terrain& terrain;
  const Ground& ground;
  const LineOfContact& line;
};

/// Moves each point of the axis towards the contour of the axis' own mean height around it: rows are laid along the
/// slope.
std::vector<geo::Xy> bent_with_ground(const std::vector<geo::Xy>& axis, const Terrain& terrain, double most_m) {
  std::vector<double> height_m;
  for (const geo::Xy& p : axis) {
    height_m.push_back(terrain.height(p));
  }
  std::vector<geo::Xy> bent = axis;
  constexpr std::size_t kReach = 20;
  for (std::size_t i = 0; i < axis.size(); ++i) {
    const std::size_t first = i > kReach ? i - kReach : 0;
    const std::size_t last = std::min(axis.size(), i + kReach + 1);
    double mean_m = 0;
    for (std::size_t j = first; j < last; ++j) {
      mean_m += height_m[j];
    }
    mean_m /= static_cast<double>(last - first);
    const geo::Xy up = terrain.gradient(axis[i]);
    const double steep = std::max(0.02, std::hypot(up.x, up.y));
    const double move_m = std::clamp((mean_m - height_m[i]) / steep, -most_m, most_m);
    bent[i].x += move_m * up.x / steep;
    bent[i].y += move_m * up.y / steep;
  }
  return moving_average(bent, 8);
}

bool can_be_mined(const Theatre& c, geo::Xy p) {
  const std::int64_t parcel = c.ground.parcels.parcel_of(p);
  return parcel >= 0 && c.terrain.coast.inland_m(p) > kShoreRoom_m &&
         c.ground.village_m[static_cast<std::size_t>(parcel)] > kVillageRoom_m;
}

void choose_pattern(const Parameters& parameters, base::Random& random, Minefield& field) {
  const double kind = random.uniform();
  field.mixed = kind < parameters.mixed_field_share;
  const bool ap = !field.mixed && kind < parameters.mixed_field_share + parameters.ap_field_share;
  field.device = ap ? Device::ap_mine : Device::av_mine;
  // Rows and spacing by the Soviet norms (domain.md 3.5); densities log-normal about a thin and a thick kind of field.
  field.rows = ap ? 2 + static_cast<int>(random.index(3)) : 3 + static_cast<int>(random.index(2));
  const double depth_m = ap ? random.uniform(15, 110) : random.uniform(40, 150);
  field.row_spacing_m = depth_m / (field.rows - 1);
  field.margin_m = random.uniform(18, 60);
  field.mines_per_km = (ap ? 420 : 190) * std::exp(random.normal(0, 0.55)) * (field.mixed ? 1.5 : 1);
}

geo::PlanarGeometry outline_of(const Minefield& field) {
  geo::PlanarGeometry axis;
  axis.lines.push_back(resampled(field.axis, 40));
  const double half_m = field.row_spacing_m * (field.rows - 1) / 2 + field.margin_m;
  auto outline = geo::buffer(axis, half_m);
  FG_CHECK(outline.has_value());  // a line that was resampled has no property on which a buffer fails
  auto drawn = geo::simplify(*outline, kDrawing_m);
  FG_CHECK(drawn.has_value());
  return std::move(*drawn);
}

/// Cuts a chain's axis into fields with gaps between them; ground that cannot be mined is left out.
void cut_into_fields(const Theatre& c, const std::vector<geo::Xy>& chain, base::Random& random,
                     std::vector<Minefield>& fields) {
  const std::vector<geo::Xy> axis = bent_with_ground(chain, c.terrain, c.parameters.contour_bend_m);
  Minefield pattern;
  choose_pattern(c.parameters, random, pattern);
  std::size_t at = 0;
  while (at < axis.size()) {
    const double long_m =
        std::clamp(c.parameters.field_length_m * std::exp(random.normal(0, 0.55)), 2 * kLeastField_m, kLongestField_m);
    const std::size_t end = std::min(axis.size(), at + static_cast<std::size_t>(long_m / kAxisStep_m));
    std::size_t stop = at;
    while (stop < end && can_be_mined(c, axis[stop])) {
      ++stop;
    }
    if (static_cast<double>(stop - at) * kAxisStep_m >= kLeastField_m) {
      Minefield field = pattern;
      if (random.chance(0.35)) {
        choose_pattern(c.parameters, random, field);  // another unit laid this part
      }
      field.mines_per_km *= std::exp(random.normal(0, 0.2));
      field.axis.assign(axis.begin() + static_cast<std::ptrdiff_t>(at),
                        axis.begin() + static_cast<std::ptrdiff_t>(stop));
      field.outline = outline_of(field);
      fields.push_back(std::move(field));
    }
    at = std::max(stop, at + 1) + static_cast<std::size_t>(random.uniform(20, 160) / kAxisStep_m);
  }
}

double chain_length_m(const Parameters& parameters, base::Random& random) {
  return parameters.field_length_m * (1.3 + static_cast<double>(random.poisson(2.2)));
}

/// Along one side of the line, more where the fighting stood longest.
std::vector<geo::Xy> along_the_line(const Theatre& c, const Noise& fighting, base::Random& random) {
  double start_m = random.uniform(0, c.line.length_m());
  for (int attempt = 0;
       attempt < 8 && !random.chance(std::clamp(0.35 + 1.1 * fighting.along(start_m, 3500), 0.02, 1.0)); ++attempt) {
    start_m = random.uniform(0, c.line.length_m());
  }
  const double side = random.chance(0.5) ? 1 : -1;
  const double offset_m = 90 + random.exponential(c.parameters.echelon_m);
  const double end_m = std::min(c.line.length_m(), start_m + chain_length_m(c.parameters, random));
  const Noise wander(random.bits(), Stream::chains);
  std::vector<geo::Xy> chain;
  for (double s = start_m; s < end_m; s += kAxisStep_m) {
    chain.push_back(c.line.offset(s, side * offset_m * (1 + 0.22 * wander.along(s, 900))));
  }
  return resampled(chain, kAxisStep_m);
}

/// An arc in front of a height or a village behind the line, facing it.
std::vector<geo::Xy> around_a_strongpoint(const Theatre& c, base::Random& random) {
  const double side = random.chance(0.5) ? 1 : -1;
  const double at_m = random.uniform(0, c.line.length_m());
  const double back_m = c.parameters.echelon_m * random.uniform(1.2, 7);
  geo::Xy middle = c.line.offset(at_m, side * back_m);
  for (int step = 0; step < 12; ++step) {  // up to the nearest height
    const geo::Xy up = c.terrain.gradient(middle);
    const double steep = std::max(1e-6, std::hypot(up.x, up.y));
    middle = {middle.x + 50 * up.x / steep, middle.y + 50 * up.y / steep};
  }
  const geo::Xy n = c.line.normal(at_m, back_m);
  const double facing = std::atan2(-side * n.y, -side * n.x) + random.normal(0, 0.3);
  const double radius_m = random.uniform(250, 850);
  const double half_angle = random.uniform(0.5, 1.4);
  std::vector<geo::Xy> arc;
  for (double turn = -half_angle; turn <= half_angle; turn += kAxisStep_m / radius_m) {
    arc.push_back({middle.x + radius_m * std::cos(facing + turn), middle.y + radius_m * std::sin(facing + turn)});
  }
  return resampled(arc, kAxisStep_m);
}

/// A line that leaves the front to close a valley or a flank.
std::vector<geo::Xy> switch_line(const Theatre& c, base::Random& random) {
  const double side = random.chance(0.5) ? 1 : -1;
  const double at_m = random.uniform(0, c.line.length_m());
  geo::Xy p = c.line.offset(at_m, side * random.uniform(150, 2 * c.parameters.echelon_m));
  const geo::Xy n = c.line.normal(at_m, 0);
  double heading = std::atan2(side * n.y, side * n.x) + random.uniform(-1.1, 1.1);
  const double long_m = chain_length_m(c.parameters, random);
  double turn = 0;
  std::vector<geo::Xy> way;
  for (double walked_m = 0; walked_m < long_m; walked_m += kAxisStep_m) {
    way.push_back(p);
    turn = 0.96 * turn + random.normal(0, 0.004);
    heading += turn;
    p = {p.x + kAxisStep_m * std::cos(heading), p.y + kAxisStep_m * std::sin(heading)};
  }
  return way;
}

struct Local {
  geo::Xy point;
  geo::Xy normal;
};

Local on_axis(const std::vector<geo::Xy>& axis, double along_m) {
  const double t = std::clamp(along_m / kAxisStep_m, 0.0, static_cast<double>(axis.size() - 1));
  const std::size_t i = std::min(static_cast<std::size_t>(t), axis.size() - 2);
  const double u = t - static_cast<double>(i);
  const geo::Xy& a = axis[i > 2 ? i - 3 : 0];
  const geo::Xy& b = axis[std::min(axis.size() - 1, i + 4)];
  const double chord_m = std::max(1e-6, std::hypot(b.x - a.x, b.y - a.y));
  return {{std::lerp(axis[i].x, axis[i + 1].x, u), std::lerp(axis[i].y, axis[i + 1].y, u)},
          {-(b.y - a.y) / chord_m, (b.x - a.x) / chord_m}};
}

/// One field, row by row: even pitch, staggered rows, lanes left open, a few mines moved or gone.
void lay_field(const Minefield& field, std::int32_t number, double density, const Parameters& parameters,
               base::Random random, const Terrain& terrain, std::vector<TrueItem>& items) {
  const double long_m = kAxisStep_m * static_cast<double>(field.axis.size() - 1);
  const double pitch_m = 1000 * field.rows / (field.mines_per_km * density);
  const double lane_at_m = random.uniform(0, long_m);
  const double lane_m = random.chance(0.4) ? random.uniform(6, 30) : 0;
  for (int row = 0; row < field.rows; ++row) {
    const double across_m = field.row_spacing_m * (row - 0.5 * (field.rows - 1));
    const bool ap_row = field.mixed ? row * 2 < field.rows : field.device == Device::ap_mine;
    const double row_pitch_m = pitch_m * (field.mixed ? (ap_row ? 0.7 : 1.5) : 1);
    const double stagger_m = row_pitch_m * (row % 2 == 0 ? 0 : 0.5) + random.uniform(0, 0.2) * row_pitch_m;
    for (double s = stagger_m; s <= long_m; s += row_pitch_m * std::max(0.3, random.normal(1, 0.12))) {
      if (s > lane_at_m && s < lane_at_m + lane_m) {
        continue;
      }
      const Local local = on_axis(field.axis, s);
      const double aside_m = across_m + random.normal(0, 0.6);
      TrueItem item;
      item.position = {local.point.x + aside_m * local.normal.x, local.point.y + aside_m * local.normal.y};
      item.device = ap_row ? Device::ap_mine : Device::av_mine;
      item.field = number;
      if (random.chance(parameters.missing_share)) {
        const geo::Xy up = terrain.gradient(item.position);
        const double steep = std::max(0.01, std::hypot(up.x, up.y));
        const double moved_m = random.exponential(25);
        item.position.x -= moved_m * up.x / steep;
        item.position.y -= moved_m * up.y / steep;
      }
      items.push_back(item);
    }
  }
}

}  // namespace

std::vector<Minefield> plan_minefields(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain,
                                       const Ground& ground, const LineOfContact& line) {
  const Theatre c{parameters, terrain, ground, line};
  const Noise fighting(seed, Stream::chains, 1);
  const auto wanted = static_cast<std::size_t>(std::lround(parameters.minefields));
  std::vector<Minefield> fields;
  for (std::uint64_t chain = 0; fields.size() < wanted && chain < 40 * wanted; ++chain) {
    base::Random random = stream(seed, Stream::chains, 2 + chain);
    const double kind = random.uniform();
    const std::vector<geo::Xy> axis = kind < 0.66   ? along_the_line(c, fighting, random)
                                      : kind < 0.88 ? around_a_strongpoint(c, random)
                                                    : switch_line(c, random);
    if (axis.size() * kAxisStep_m >= kLeastField_m) {
      cut_into_fields(c, axis, random, fields);
    }
  }
  fields.resize(std::min(fields.size(), wanted));
  return fields;
}

std::vector<TrueItem> lay_minefields(const std::vector<Minefield>& fields, double mines, const Parameters& parameters,
                                     std::uint64_t seed, const Terrain& terrain) {
  double planned = 0;
  for (const Minefield& field : fields) {
    planned += field.mines_per_km * kAxisStep_m * static_cast<double>(field.axis.size() - 1) / 1000;
  }
  const double density = planned > 0 ? mines / planned : 1;
  std::vector<std::vector<TrueItem>> by_field(fields.size());
  constexpr std::size_t kFieldsPerBlock = 16;
  base::parallel_for(fields.size(), kFieldsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      lay_field(fields[i], static_cast<std::int32_t>(i), density, parameters, stream(seed, Stream::field, i), terrain,
                by_field[i]);
    }
  });
  std::vector<TrueItem> items;
  for (const auto& field : by_field) {
    items.insert(items.end(), field.begin(), field.end());
  }
  return items;
}

std::vector<TrueField> true_fields(const std::vector<Minefield>& fields, const std::vector<TrueItem>& items) {
  std::vector<TrueField> truth;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    truth.push_back({fmt::format("MF-{:05}", i + 1), fields[i].device, 0, fields[i].outline});
  }
  for (const TrueItem& item : items) {
    if (item.field >= 0) {
      ++truth[static_cast<std::size_t>(item.field)].mines_laid;
    }
  }
  return truth;
}

}  // namespace firmground::simulate
