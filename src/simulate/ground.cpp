#include "simulate/ground.h"

#include <cmath>

#include "base/parallel.h"

namespace firmground::simulate {

namespace {

constexpr double kBeach_m = 120;
constexpr double kFarmSlope = 0.075;
constexpr float kFarmReach_m = 2600;
constexpr double kPlay = 0.3;

std::vector<float> distance_to_lines(const geo::Grid& grid, const geo::PlanarGeometry& lines) {
  std::vector<std::uint8_t> mask(grid.size(), 0);
  geo::burn_lines(grid, lines, mask);
  return geo::distance_transform(grid, mask);
}

std::vector<float> distance_to_homes(const geo::Grid& grid, const Settlements& settlements) {
  std::vector<std::uint8_t> mask(grid.size(), 0);
  for (const Settlement& place : settlements.all) {
    const double reach = place.radius_m;
    for (double y = place.position.y - reach; y <= place.position.y + reach; y += grid.cell_m / 2) {
      for (double x = place.position.x - reach; x <= place.position.x + reach; x += grid.cell_m / 2) {
        const std::int64_t cell = grid.cell_of({x, y});
        if (cell >= 0 && std::hypot(x - place.position.x, y - place.position.y) <= reach) {
          mask[static_cast<std::size_t>(cell)] = 1;
        }
      }
    }
  }
  return geo::distance_transform(grid, mask);
}

}  // namespace

double Ground::presence(std::int64_t parcel) const {
  if (parcel < 0) {
    return 0;
  }
  const auto at = static_cast<std::size_t>(parcel);
  const double home = std::exp(-static_cast<double>(village_m[at]) / 600);
  const double road = 0.35 * std::exp(-static_cast<double>(road_m[at]) / 150);
  const double field = farmland[at] != 0 ? 0.12 : 0;
  return std::min(1.0, 0.01 + home + road + field);
}

Ground survey_ground(std::uint64_t seed, const Terrain& terrain, const Settlements& settlements,
                     const LineOfContact& line) {
  geo::Box box;
  for (const geo::Xy& p : terrain.coast.ring()) {
    box.include(p);
  }
  const geo::Grid grid = geo::Grid::covering(box.grown(500), Ground::kParcel_m);
  geo::PlanarGeometry roads;
  for (const Road& road : settlements.roads) {
    roads.lines.push_back(road.line);
  }
  geo::PlanarGeometry front;
  front.lines.push_back(line.points);
  Ground ground{.parcels = Lattice(grid, Noise(seed, Stream::lattice), kPlay),
                .land = std::vector<std::uint8_t>(grid.size(), 0),
                .road_m = distance_to_lines(grid, roads),
                .village_m = distance_to_homes(grid, settlements),
                .front_m = distance_to_lines(grid, front),
                .farmland = std::vector<std::uint8_t>(grid.size(), 0)};
  constexpr std::size_t kParcelsPerBlock = 4096;
  base::parallel_for(grid.size(), kParcelsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const geo::Xy p = ground.parcels.centre(static_cast<std::uint32_t>(i));
      ground.land[i] = terrain.coast.inland_m(p) > kBeach_m ? 1 : 0;
      ground.farmland[i] =
          ground.land[i] != 0 && ground.village_m[i] < kFarmReach_m && terrain.slope(p) < kFarmSlope ? 1 : 0;
    }
  });
  return ground;
}

}  // namespace firmground::simulate
