#include "simulate/hazards.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/parallel.h"
#include "geo/area.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

using mineaction::Device;

constexpr double kMostOverlap = 0.12;  ///< share of a new polygon that may lie in an older one
constexpr double kSurveyError_m = 70;

/// What a survey team draws: where, how large, how long, which way.
struct Sketch {
  geo::Xy middle;
  double area_m2 = 0;
  double aspect = 1;
  double heading = 0;
  std::int32_t field = -1;
};

/// A star-shaped polygon, so that it is valid whatever is drawn.
geo::PlanarGeometry draw(const Sketch& sketch, base::Random& random) {
  const std::size_t corners = 8 + random.index(9);
  const double a = std::sqrt(sketch.area_m2 * sketch.aspect / std::numbers::pi);
  const double b = std::sqrt(sketch.area_m2 / sketch.aspect / std::numbers::pi);
  std::vector<geo::Xy> ring;
  for (std::size_t i = 0; i < corners; ++i) {
    const double angle =
        2 * std::numbers::pi * (static_cast<double>(i) + random.uniform(-0.3, 0.3)) / static_cast<double>(corners);
    const double reach = random.uniform(0.82, 1.22);
    const double u = a * reach * std::cos(angle);
    const double v = b * reach * std::sin(angle);
    ring.push_back({sketch.middle.x + u * std::cos(sketch.heading) - v * std::sin(sketch.heading),
                    sketch.middle.y + u * std::sin(sketch.heading) + v * std::cos(sketch.heading)});
  }
  geo::PlanarGeometry polygon;
  polygon.polygons.push_back({std::move(ring), {}});
  return polygon;
}

double drawn_area_m2(const Parameters& parameters, base::Random& random) {
  const double hectares = parameters.hazard_median_ha * std::exp(random.normal(0, parameters.hazard_sigma));
  return 1e4 * std::clamp(hectares, 0.4, 160.0);
}

Sketch around_a_field(const Parameters& parameters, const Minefield& field, std::int32_t number, base::Random& random) {
  Sketch sketch;
  const geo::Xy middle = field.axis[field.axis.size() / 2];
  const geo::Xy& first = field.axis.front();
  const geo::Xy& last = field.axis.back();
  sketch.middle = {middle.x + random.normal(0, kSurveyError_m), middle.y + random.normal(0, kSurveyError_m)};
  sketch.heading = std::atan2(last.y - first.y, last.x - first.x) + random.normal(0, 0.15);
  sketch.area_m2 = 1.35 * drawn_area_m2(parameters, random);
  const double long_m = std::max(120.0, std::hypot(last.x - first.x, last.y - first.y) * random.uniform(0.6, 1.3));
  sketch.aspect = std::clamp(long_m * long_m * std::numbers::pi / (4 * sketch.area_m2), 1.0, 7.0);
  sketch.field = number;
  return sketch;
}

struct SurveyGround {
  const Parameters& parameters;
  const Ground& ground;
  const Settlements& settlements;
  const LineOfContact& line;
  std::vector<geo::Xy> roadside;
};

/// Suspicion without a field in mind: along the old front, roads, village edges, farmland left unused.
Sketch suspicion(const SurveyGround& s, base::Random& random) {
  Sketch sketch;
  sketch.area_m2 = drawn_area_m2(s.parameters, random);
  sketch.aspect = random.uniform(1, 3);
  sketch.heading = random.uniform(0, std::numbers::pi);
  const double kind = random.uniform();
  if (kind < 0.5) {
    const double at_m = random.uniform(0, s.line.length_m());
    const double side = random.chance(0.5) ? 1 : -1;
    const double offset_m = 60 + random.exponential(2.2 * s.parameters.echelon_m);
    sketch.middle = s.line.offset(at_m, side * offset_m);
    const geo::Xy n = s.line.normal(at_m, offset_m);
    sketch.heading = std::atan2(-n.x, n.y) + random.normal(0, 0.4);
  } else if (kind < 0.7) {
    const geo::Xy p = s.roadside[random.index(s.roadside.size())];
    sketch.middle = {p.x + random.normal(0, 120), p.y + random.normal(0, 120)};
  } else if (kind < 0.88) {
    const Settlement& place = s.settlements.all[random.index(s.settlements.all.size())];
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    const double far_m = place.radius_m + random.exponential(700);
    sketch.middle = {place.position.x + far_m * std::cos(angle), place.position.y + far_m * std::sin(angle)};
  } else {
    sketch.middle = s.ground.parcels.centre(static_cast<std::uint32_t>(random.index(s.ground.land.size())));
  }
  return sketch;
}

std::vector<std::uint32_t> parcels_inside(const geo::PlanarGeometry& polygon, const Lattice& lattice) {
  const geo::Box box = geo::bounds(polygon).grown(lattice.grid().cell_m);
  const geo::Grid& grid = lattice.grid();
  std::vector<std::uint32_t> parcels;
  for (std::int32_t row = grid.row_of(box.max_y); row <= grid.row_of(box.min_y); ++row) {
    for (std::int32_t column = grid.column_of(box.min_x); column <= grid.column_of(box.max_x); ++column) {
      if (!grid.has(column, row)) {
        continue;
      }
      const auto parcel = static_cast<std::uint32_t>(grid.index(column, row));
      if (geo::contains(polygon, lattice.centre(parcel))) {
        parcels.push_back(parcel);
      }
    }
  }
  return parcels;
}

void describe(const Sketch& sketch, base::Random& random, SurveyedHazard& hazard) {
  constexpr std::array<const char*, 5> kDirect = {"mine seen", "accident", "reliable minefield record",
                                                  "previous clearance find", "marking found"};
  constexpr std::array<const char*, 5> kIndirect = {"military positions", "abandoned land", "unverified witness",
                                                    "fighting reported", "animal killed"};
  const bool contaminated = hazard.items > 0;
  const bool confirmed = random.chance(contaminated ? 0.5 : 0.05);
  hazard.record.type = confirmed ? mineaction::HazardType::confirmed : mineaction::HazardType::suspected;
  hazard.record.evidence =
      confirmed ? kDirect[random.index(kDirect.size())] : kIndirect[random.index(kIndirect.size())];
  const double said = random.uniform();
  const bool front = sketch.field >= 0 || said < 0.5;
  hazard.record.device = said > 0.9 ? Device::unknown
                         : front    ? (random.chance(0.7) ? Device::ap_mine : Device::av_mine)
                                    : Device::uxo;
  const bool old = random.chance(0.25);
  const int year = old ? 1998 + static_cast<int>(random.index(20)) : 2020 + static_cast<int>(random.index(4));
  hazard.record.reported_on =
      base::Date(year, static_cast<unsigned>((year == 2020 ? 11 : 1) + random.index(year == 2020 ? 2 : 12)),
                 static_cast<unsigned>(1 + random.index(28)));
  hazard.record.status = "Open";
}

}  // namespace

ItemsByParcel items_by_parcel(const std::vector<TrueItem>& items, const Lattice& parcels) {
  ItemsByParcel result;
  result.parcel_of_item.resize(items.size());
  constexpr std::size_t kItemsPerBlock = 8192;
  base::parallel_for(items.size(), kItemsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      result.parcel_of_item[i] = static_cast<std::int32_t>(parcels.parcel_of(items[i].position));
    }
  });
  result.mines.assign(parcels.grid().size(), 0);
  result.erw.assign(parcels.grid().size(), 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (const std::int32_t parcel = result.parcel_of_item[i]; parcel >= 0) {
      auto& count = mineaction::is_mine(items[i].device) ? result.mines : result.erw;
      std::uint16_t& here = count[static_cast<std::size_t>(parcel)];
      here = here == std::numeric_limits<std::uint16_t>::max() ? here : static_cast<std::uint16_t>(here + 1);
    }
  }
  return result;
}

Hazards survey_hazards(const Parameters& parameters, std::uint64_t seed, const Ground& ground, const Terrain& terrain,
                       const Settlements& settlements, const LineOfContact& line, const std::vector<Minefield>& fields,
                       const ItemsByParcel& items, const geo::Crs& crs) {
  SurveyGround s{parameters, ground, settlements, line, {}};
  for (const Road& road : settlements.roads) {
    const std::vector<geo::Xy> points = resampled(road.line, 200);
    s.roadside.insert(s.roadside.end(), points.begin(), points.end());
  }
  const auto wanted = static_cast<std::size_t>(std::lround(parameters.hazards));
  base::Random order = stream(seed, Stream::hazards);
  std::vector<std::int32_t> known;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (order.chance(parameters.fields_known)) {
      known.push_back(static_cast<std::int32_t>(i));
    }
  }
  Hazards hazards;
  hazards.of_parcel.assign(ground.land.size(), -1);
  for (std::uint64_t attempt = 0; hazards.all.size() < wanted && attempt < 20 * wanted; ++attempt) {
    base::Random random = stream(seed, Stream::hazards, 1 + attempt);
    const Sketch sketch =
        attempt < known.size()
            ? around_a_field(parameters, fields[static_cast<std::size_t>(known[attempt])], known[attempt], random)
            : suspicion(s, random);
    SurveyedHazard hazard;
    hazard.record.geometry = draw(sketch, random);
    const auto& ring = hazard.record.geometry.polygons[0].outer;
    if (!std::all_of(ring.begin(), ring.end(), [&](const geo::Xy& p) { return terrain.coast.inland_m(p) > 20; })) {
      continue;
    }
    hazard.parcels = parcels_inside(hazard.record.geometry, ground.parcels);
    const auto taken = std::count_if(hazard.parcels.begin(), hazard.parcels.end(),
                                     [&](std::uint32_t parcel) { return hazards.of_parcel[parcel] >= 0; });
    if (static_cast<double>(taken) > kMostOverlap * static_cast<double>(hazard.parcels.size())) {
      continue;
    }
    for (const std::uint32_t parcel : hazard.parcels) {
      hazard.items += items.mines[parcel] + items.erw[parcel];
      hazards.of_parcel[parcel] = static_cast<std::int32_t>(hazards.all.size());
    }
    describe(sketch, random, hazard);
    hazard.record.hazard_id = fmt::format("HA-{:05}", hazards.all.size() + 1);
    // Declared areas come from field sketches: a per cent or two off, rounded as people round.
    const double area_m2 = geo::ellipsoidal_area_m2(hazard.record.geometry, crs);
    hazard.record.declared_area_m2 =
        std::max(100.0, std::round(area_m2 * std::exp(random.normal(0, 0.012)) / 100) * 100);
    hazards.all.push_back(std::move(hazard));
  }
  return hazards;
}

}  // namespace firmground::simulate
