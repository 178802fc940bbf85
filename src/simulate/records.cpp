#include "simulate/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "geo/overlay.h"
#include "simulate/blunders.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

using mineaction::Device;

struct Source {
  const char* name;
  const char* prefix;
  int first_year, last_year;  ///< of the records in it
};
constexpr std::array<Source, 3> kSources = {
    {{"Hand-over 2021", "A", 1992, 2019}, {"Hand-over 2024", "B", 1991, 2016}, {"Army archive", "C", 1990, 2004}}};
constexpr double kSheet_m = 5000;
constexpr double kSheetShiftShare = 0.35;  ///< of the source's shift, per sheet
constexpr double kLegsShare = 0.2;
constexpr double kDegreesShare = 0.1;  ///< of records plotted rightly from geographic SK-42 coordinates

std::string sheet_of(geo::Xy p) {
  return fmt::format("{:02}-{:02}", static_cast<int>(p.x / kSheet_m) % 100, static_cast<int>(p.y / kSheet_m) % 100);
}

std::uint64_t sheet_number(geo::Xy p) {
  return static_cast<std::uint64_t>(p.x / kSheet_m) * 4096 + static_cast<std::uint64_t>(p.y / kSheet_m);
}

/// What all records of one source, or of one sheet of it, have in common.
struct Batch {
  geo::Xy shift;
  double diligence = 1;  ///< how many of its fields were recorded, relative to the mean
};

Batch source_batch(const Parameters& parameters, std::uint64_t seed, std::size_t source) {
  base::Random random = stream(seed, Stream::records, source);
  // The archive was drawn by surveyors: half the shift of the hand-overs.
  const double shift_m = parameters.batch_shift_m * (source == 2 ? 0.5 : 1);
  return {{random.normal(0, shift_m), random.normal(0, shift_m)}, 1};
}

Batch sheet_batch(const Parameters& parameters, std::uint64_t seed, std::size_t source, geo::Xy p) {
  base::Random random = stream(seed, Stream::records, (source + 1) << 32 | sheet_number(p));
  const double shift_m = parameters.batch_shift_m * kSheetShiftShare;
  const double diligence = random.exponential(1);
  return {{random.normal(0, shift_m), random.normal(0, shift_m)}, std::min(diligence, 3.0)};
}

/// The outline as a form gives it: few corners, edges of the mined strip rather than of the danger area.
geo::PlanarGeometry drawn_outline(const Minefield& field, base::Random& random) {
  const std::vector<geo::Xy> axis = resampled(field.axis, std::max(80.0, length_m(field.axis) / 4));
  const double half_m = (field.row_spacing_m * (field.rows - 1) / 2 + 0.5 * field.margin_m) * random.uniform(0.9, 1.15);
  std::vector<geo::Xy> left;
  std::vector<geo::Xy> right;
  const geo::Xy& first = axis.front();
  const geo::Xy& last = axis.back();
  const double chord_m = std::max(1.0, std::hypot(last.x - first.x, last.y - first.y));
  // One normal for the whole field keeps the ring from crossing itself however the rows bend.
  const geo::Xy n{-(last.y - first.y) / chord_m * half_m, (last.x - first.x) / chord_m * half_m};
  for (const geo::Xy& p : axis) {
    left.push_back({p.x + n.x, p.y + n.y});
    right.push_back({p.x - n.x, p.y - n.y});
  }
  right.insert(right.end(), left.rbegin(), left.rend());
  geo::PlanarGeometry outline;
  outline.polygons.push_back({std::move(right), {}});
  if (!geo::validity_problem(outline).empty()) {
    // An arc of half a turn or more cannot be drawn with two edges: the form goes round it.
    outline.polygons = {{field.outline.polygons.at(0).outer, {}}};
  }
  return outline;
}

Blunder choose_blunder(const Parameters& p, base::Random& random) {
  double u = random.uniform() * (1 - p.blunder_unrelated);  // records without a field are written apart
  if ((u -= p.blunder_datum) < 0) {
    return random.chance(0.15) ? Blunder::projection : Blunder::datum;
  }
  if ((u -= p.blunder_angle) < 0) {
    const double which = random.uniform();
    return which < 0.5 ? Blunder::magnetic : which < 0.85 ? Blunder::mil6000 : Blunder::reversed;
  }
  if ((u -= p.blunder_zone) < 0) {
    return random.chance(0.5) ? Blunder::wrong_zone : Blunder::swapped_axes;
  }
  return u - p.blunder_content < 0 ? Blunder::content : Blunder::none;
}

void move(geo::PlanarGeometry& geometry, geo::Xy by) {
  for (auto& polygon : geometry.polygons) {
    for (geo::Xy& p : polygon.outer) {
      p = {p.x + by.x, p.y + by.y};
    }
  }
}

void turn(geo::PlanarGeometry& geometry, geo::Xy about, double radians) {
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  for (auto& polygon : geometry.polygons) {
    for (geo::Xy& p : polygon.outer) {
      const geo::Xy d{p.x - about.x, p.y - about.y};
      p = {about.x + c * d.x - s * d.y, about.y + s * d.x + c * d.y};
    }
  }
}

/// Rounds a number as people round who did not count.
std::int64_t rounded_count(double mines) {
  const double step = mines > 400 ? 50 : mines > 80 ? 10 : 1;
  return std::max<std::int64_t>(1, std::lround(mines / step) * static_cast<std::int64_t>(step));
}

class RecordOffice {
 public:
  RecordOffice(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain, const LineOfContact& line,
               const Misreadings& misreadings)
      : parameters_(parameters), seed_(seed), terrain_(terrain), line_(line), misreadings_(misreadings) {}

  void record(std::size_t source, const Minefield& field, const TrueField& truth, std::int32_t number);
  void record_nothing(std::size_t source, const Minefield& like, std::uint64_t number);
  Records take() { return std::move(records_); }

 private:
  void enter(std::size_t source, mineaction::MinefieldRecord record, TrueRecord truth, base::Random& random);
  geo::Xy batch_shift(std::size_t source, geo::Xy p) const;
  void write_legs(const geo::PlanarGeometry& true_outline, Blunder blunder, geo::Xy tie_in, base::Random& random,
                  const std::string& id);

  const Parameters& parameters_;
  std::uint64_t seed_;
  const Terrain& terrain_;
  const LineOfContact& line_;
  const Misreadings& misreadings_;
  std::array<std::size_t, 3> written_{};
  Records records_;
};

geo::Xy RecordOffice::batch_shift(std::size_t source, geo::Xy p) const {
  const geo::Xy a = source_batch(parameters_, seed_, source).shift;
  const geo::Xy b = sheet_batch(parameters_, seed_, source, p).shift;
  return {a.x + b.x, a.y + b.y};
}

void RecordOffice::enter(std::size_t source, mineaction::MinefieldRecord record, TrueRecord truth,
                         base::Random& random) {
  const Source& from = kSources[source];
  record.source = from.name;
  record.unit = fmt::format("Engineer company {}", 101 + random.index(24));
  const int years = from.last_year - from.first_year + 1;
  record.recorded_on =
      base::Date(from.first_year + static_cast<int>(random.index(static_cast<std::size_t>(years))),
                 static_cast<unsigned>(1 + random.index(12)), static_cast<unsigned>(1 + random.index(28)));
  records_.records.push_back(std::move(record));
  records_.truth.push_back(std::move(truth));
}

void RecordOffice::record(std::size_t source, const Minefield& field, const TrueField& truth, std::int32_t number) {
  base::Random random = stream(seed_, Stream::records, (source + 5) << 32 | static_cast<std::uint64_t>(number));
  const geo::Xy middle = geo::centroid(truth.outline);
  if (!random.chance(
          std::min(0.9, parameters_.record_share * sheet_batch(parameters_, seed_, source, middle).diligence))) {
    return;
  }
  const Blunder blunder = choose_blunder(parameters_, random);
  mineaction::MinefieldRecord record;
  record.record_id = fmt::format("{}-{:05}", kSources[source].prefix, ++written_[source]);
  record.sheet = sheet_of(middle);
  record.device = field.device;
  record.mines_recorded = rounded_count(static_cast<double>(truth.mines_laid) * std::exp(random.normal(0, 0.12)));
  if (blunder == Blunder::content) {
    record.mines_recorded = rounded_count(static_cast<double>(truth.mines_laid) * std::exp(random.normal(0, 0.9)));
    record.device =
        random.chance(0.6) ? (field.device == Device::ap_mine ? Device::av_mine : Device::ap_mine) : field.device;
  }
  const geo::PlanarGeometry outline = drawn_outline(field, random);
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  const double away_m = random.uniform(150, 700);
  const geo::Xy tie_in{middle.x + away_m * std::cos(angle), middle.y + away_m * std::sin(angle)};
  const bool off_the_map = blunder == Blunder::wrong_zone || blunder == Blunder::swapped_axes;
  geo::Xy shift{};
  if (!off_the_map) {
    record.geometry = outline;
    turn(record.geometry, tie_in, misreadings_.turn_radians(blunder, tie_in, middle));
    move(record.geometry, misreadings_.shift(blunder, static_cast<std::size_t>(number)));
    turn(record.geometry, geo::centroid(record.geometry), random.normal(0, 0.02));
    const geo::Xy batch = batch_shift(source, middle);
    move(record.geometry, {batch.x + random.normal(0, parameters_.record_scatter_m),
                           batch.y + random.normal(0, parameters_.record_scatter_m)});
    const geo::Xy drawn = geo::centroid(record.geometry);
    const geo::Xy real = geo::centroid(outline);
    shift = {drawn.x - real.x, drawn.y - real.y};
  }
  record.recorded_crs = blunder == Blunder::datum                                             ? "EPSG:4284"
                        : off_the_map || blunder == Blunder::projection || random.chance(0.6) ? "EPSG:28409"
                                                                                              : "EPSG:32639";
  const bool may_be_degrees = !off_the_map && blunder != Blunder::projection && blunder != Blunder::datum;
  base::Random form = stream(seed_, Stream::records, (source + 13) << 32 | static_cast<std::uint64_t>(number));
  if (may_be_degrees && form.chance(kDegreesShare)) {
    record.recorded_crs = "EPSG:4284";  // and plotted with the datum shift that it needs
  }
  // A form whose coordinates were read on the wrong datum had degrees on it, and no legs.
  if (off_the_map || (blunder != Blunder::datum && random.chance(kLegsShare))) {
    write_legs(outline, blunder, tie_in, random, record.record_id);
  }
  TrueRecord told{record.record_id, number, std::string(to_string(blunder)), shift.x, shift.y};
  enter(source, std::move(record), std::move(told), random);
}

/// A record of a field that nobody laid: the shape of another, somewhere else.
void RecordOffice::record_nothing(std::size_t source, const Minefield& like, std::uint64_t number) {
  base::Random random = stream(seed_, Stream::records, (source + 9) << 32 | number);
  geo::PlanarGeometry outline = drawn_outline(like, random);
  // A quarter of them near the front, where their unit was; the rest wherever a wrong coordinate led.
  const bool by_the_front = random.chance(0.25);
  geo::Xy target{};
  do {
    const double side = random.chance(0.5) ? 1 : -1;
    target = by_the_front ? line_.offset(random.uniform(0, line_.length_m()),
                                         side * random.exponential(2 * parameters_.echelon_m))
                          : terrain_.planning.centre(random.index(terrain_.planning.size()));
  } while (terrain_.coast.inland_m(target) < 400);
  const geo::Xy middle = geo::centroid(outline);
  turn(outline, middle, random.uniform(0, 2 * std::numbers::pi));
  move(outline, {target.x - middle.x, target.y - middle.y});
  mineaction::MinefieldRecord record;
  record.record_id = fmt::format("{}-{:05}", kSources[source].prefix, ++written_[source]);
  record.sheet = sheet_of(target);
  record.device = like.device;
  record.mines_recorded =
      rounded_count(like.mines_per_km * length_m(like.axis) / 1000 * std::exp(random.normal(0, 0.5)));
  record.geometry = std::move(outline);
  record.recorded_crs = random.chance(0.6) ? "EPSG:28409" : "EPSG:32639";
  TrueRecord told{record.record_id, -1, "unrelated", 0, 0};
  enter(source, std::move(record), std::move(told), random);
}

/// The form's own numbers: the tie-in point in its coordinate system, then bearing and distance from corner to corner.
void RecordOffice::write_legs(const geo::PlanarGeometry& true_outline, Blunder blunder, geo::Xy tie_in,
                              base::Random& random, const std::string& id) {
  const WrittenPoint written = misreadings_.written(blunder, tie_in);
  const bool mils = blunder == Blunder::mil6000 || random.chance(0.4);
  const bool paces = random.chance(0.1);
  geo::Xy from = tie_in;
  std::string from_name = "T1";
  std::int64_t leg = 0;
  const auto& corners = true_outline.polygons[0].outer;
  for (std::size_t i = 0; i < corners.size() && i < 12; ++i) {
    const geo::Xy& to = corners[i];
    const double grid_deg = std::atan2(to.x - from.x, to.y - from.y) * 180 / std::numbers::pi;
    const bool reversed = i == 0 && blunder == Blunder::reversed;
    const double degrees = misreadings_.magnetic_deg(grid_deg + (reversed ? 180 : 0), from);
    mineaction::MinefieldRecordLeg row;
    row.record_id = id;
    row.leg = ++leg;
    row.role = i == 0 ? "tie-in" : "boundary";
    row.from_point = from_name;
    row.to_point = fmt::format("P{}", i + 1);
    if (i == 0) {
      row.easting = written.easting;
      row.northing = written.northing;
      row.crs = written.crs;
    }
    row.bearing = mils ? std::round(degrees / 360 * 6000) : std::round(degrees * 10) / 10;
    row.bearing_unit = !mils ? "deg" : blunder == Blunder::mil6000 ? "mil6400" : "mil6000";
    row.bearing_reference = blunder == Blunder::magnetic ? "true" : "magnetic";
    const double metres = std::hypot(to.x - from.x, to.y - from.y);
    row.distance = std::round(metres / (paces ? 0.75 : 1));
    row.distance_unit = paces ? "paces" : "m";
    records_.legs.push_back(std::move(row));
    from = to;
    from_name = fmt::format("P{}", i + 1);
  }
}

}  // namespace

base::Result<Records> write_records(const Parameters& parameters, std::uint64_t seed,
                                    const std::vector<Minefield>& fields, const std::vector<TrueField>& truth,
                                    const Terrain& terrain, const LineOfContact& line, const geo::Crs& crs) {
  std::vector<geo::Xy> middles;
  for (const TrueField& field : truth) {
    middles.push_back(geo::centroid(field.outline));
  }
  FG_TRY(const Misreadings misreadings, Misreadings::measure(middles, crs));
  RecordOffice office(parameters, seed, terrain, line, misreadings);
  for (std::size_t source = 0; source < kSources.size(); ++source) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      office.record(source, fields[i], truth[i], static_cast<std::int32_t>(i));
    }
    const double share = parameters.blunder_unrelated / (1 - parameters.blunder_unrelated);
    const auto unrelated =
        static_cast<std::uint64_t>(parameters.record_share * share * static_cast<double>(fields.size()));
    base::Random random = stream(seed, Stream::records, 100 + source);
    for (std::uint64_t i = 0; i < unrelated && !fields.empty(); ++i) {
      office.record_nothing(source, fields[random.index(fields.size())], i);
    }
  }
  return office.take();
}

}  // namespace firmground::simulate
