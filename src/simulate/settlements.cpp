#include "simulate/settlements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulate/names.h"
#include "simulate/noise.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

constexpr double kShoreRoom_m = 700;
constexpr float kRiverFlow = 60;

/// How good a place to live a planning cell is: flat, low beside its surroundings, near water.
double welcome(const Terrain& terrain, std::size_t cell) {
  const geo::Xy p = terrain.planning.centre(cell);
  if (terrain.coast.inland_m(p) < kShoreRoom_m) {
    return 0;
  }
  const double h = terrain.planning.cell_m * 4;
  const double around_m = 0.25 * (terrain.height({p.x + h, p.y}) + terrain.height({p.x - h, p.y}) +
                                  terrain.height({p.x, p.y + h}) + terrain.height({p.x, p.y - h}));
  const double low = std::clamp(0.5 + (around_m - terrain.height(p)) / 60, 0.05, 1.5);
  const double water = std::min(1.0, static_cast<double>(terrain.flow[cell]) / kRiverFlow);
  return std::exp(-terrain.slope(p) / 0.06) * low * (0.3 + water);
}

std::vector<geo::Xy> sites(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain) {
  base::Random random = stream(seed, Stream::settlements);
  std::vector<double> up_to(terrain.planning.size());
  double sum = 0;
  for (std::size_t cell = 0; cell < up_to.size(); ++cell) {
    sum += std::isnan(terrain.planning_height_m[cell]) ? 0 : welcome(terrain, cell);
    up_to[cell] = sum;
  }
  std::vector<geo::Xy> chosen;
  const auto wanted = static_cast<std::size_t>(std::lround(parameters.settlements));
  double spacing_m = parameters.settlement_spacing_m;
  for (int attempt = 0; chosen.size() < wanted && attempt < 400000; ++attempt) {
    spacing_m *= attempt % 2000 == 1999 ? 0.97 : 1;  // a crowded island settles for less room
    const auto cell =
        static_cast<std::size_t>(std::upper_bound(up_to.begin(), up_to.end(), random.uniform() * sum) - up_to.begin());
    const geo::Xy middle = terrain.planning.centre(std::min(cell, up_to.size() - 1));
    const double half = terrain.planning.cell_m / 2;
    const geo::Xy p{middle.x + random.uniform(-half, half), middle.y + random.uniform(-half, half)};
    const bool room = std::none_of(chosen.begin(), chosen.end(),
                                   [&](const geo::Xy& q) { return std::hypot(p.x - q.x, p.y - q.y) < spacing_m; });
    if (room && terrain.coast.on_land(p)) {
      chosen.push_back(p);
    }
  }
  return chosen;
}

void name_and_people(const Parameters& parameters, std::uint64_t seed, Settlements& settlements) {
  base::Random random = stream(seed, Stream::settlements, 1);
  Names names(stream(seed, Stream::settlements, 2));
  for (std::size_t rank = 0; rank < settlements.all.size(); ++rank) {
    Settlement& place = settlements.all[rank];
    const double people = parameters.largest_population / std::pow(static_cast<double>(rank + 1), 0.95) *
                          std::exp(random.normal(0, 0.25));
    place.population = std::max<std::int64_t>(60, std::lround(people / 10) * 10);
    place.kind = rank == 0 ? "city" : place.population > 4000 ? "town" : "village";
    place.radius_m = 120 + 9 * std::sqrt(static_cast<double>(place.population));
    place.name = names.next();
  }
}

/// Each settlement is joined to what is already joined; some get a second road.
void build_roads(std::uint64_t seed, const Terrain& terrain, Settlements& settlements) {
  const geo::Grid& grid = terrain.planning;
  base::Random random = stream(seed, Stream::roads);
  std::vector<float> cost(grid.size(), std::numeric_limits<float>::infinity());
  for (std::size_t cell = 0; cell < grid.size(); ++cell) {
    if (!std::isnan(terrain.planning_height_m[cell])) {
      const double steep = terrain.slope(grid.centre(cell)) / 0.07;
      const double wet = terrain.flow[cell] > kRiverFlow ? 0.8 : 0;
      cost[cell] = static_cast<float>(1 + steep * steep + wet);
    }
  }
  std::vector<std::uint8_t> joined(grid.size(), 0);
  const auto cell_at = [&](geo::Xy p) { return static_cast<std::uint32_t>(grid.cell_of(p)); };
  const auto build = [&](std::uint32_t start, const std::vector<std::uint8_t>& goal, geo::Xy begin,
                         const geo::Xy* end) {
    const std::vector<std::uint32_t> route = cheapest_route(grid, cost, start, goal);
    std::vector<geo::Xy> line;
    for (const std::uint32_t cell : route) {
      line.push_back(grid.centre(cell));
      joined[cell] = 1;
      cost[cell] = std::min(cost[cell], 0.6F);
    }
    if (line.size() < 2) {
      return;
    }
    line.front() = begin;
    if (end != nullptr) {
      line.back() = *end;
    }
    settlements.roads.push_back({fmt::format("R{}", settlements.roads.size() + 1), rounded_corners(line, 2)});
  };
  for (std::size_t i = 0; i < settlements.all.size(); ++i) {
    const std::uint32_t start = cell_at(settlements.all[i].position);
    if (i > 0 && joined[start] == 0) {
      build(start, joined, settlements.all[i].position, nullptr);
    }
    joined[start] = 1;
  }
  for (std::size_t i = 1; i < settlements.all.size(); ++i) {
    if (!random.chance(0.3)) {
      continue;
    }
    // To one of the larger places that are near, by fresh ground rather than by the road that is there.
    const Settlement& from = settlements.all[i];
    std::size_t target = 0;
    double nearest_m = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < i; ++j) {
      const double far_m =
          std::hypot(settlements.all[j].position.x - from.position.x, settlements.all[j].position.y - from.position.y);
      if (far_m < nearest_m && random.chance(0.6)) {
        nearest_m = far_m;
        target = j;
      }
    }
    std::vector<std::uint8_t> goal(grid.size(), 0);
    goal[cell_at(settlements.all[target].position)] = 1;
    build(cell_at(from.position), goal, from.position, &settlements.all[target].position);
  }
}

void find_bridges(const Terrain& terrain, Settlements& settlements) {
  const geo::Grid& grid = terrain.planning;
  std::vector<std::uint8_t> water(grid.size(), 0);
  for (const River& river : terrain.rivers) {
    for (const geo::Xy& p : river.course) {
      if (const std::int64_t cell = grid.cell_of(p); cell >= 0) {
        water[static_cast<std::size_t>(cell)] = 1;
      }
    }
  }
  std::int64_t last = -1;
  for (const Road& road : settlements.roads) {
    for (const geo::Xy& p : resampled(road.line, grid.cell_m / 2)) {
      const std::int64_t cell = grid.cell_of(p);
      if (cell >= 0 && cell != last && water[static_cast<std::size_t>(cell)] != 0) {
        settlements.bridges.push_back(p);
        water[static_cast<std::size_t>(cell)] = 0;
        last = cell;
      }
    }
  }
}

}  // namespace

Settlements settle(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain) {
  Settlements settlements;
  for (const geo::Xy& site : sites(parameters, seed, terrain)) {
    settlements.all.push_back({.name = {}, .kind = {}, .population = 0, .position = site, .radius_m = 0});
  }
  name_and_people(parameters, seed, settlements);
  build_roads(seed, terrain, settlements);
  find_bridges(terrain, settlements);
  return settlements;
}

}  // namespace firmground::simulate
