#include "simulate/districts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "geo/overlay.h"
#include "simulate/lattice.h"
#include "simulate/names.h"

namespace firmground::simulate {

namespace {

constexpr double kBorderPlay = 0.35;

/// District seats spread over the land: the best of many draws by the nearest distance between two.
std::vector<geo::Xy> seats(std::size_t count, const Terrain& terrain, base::Random& random) {
  std::vector<geo::Xy> chosen;
  while (chosen.size() < count) {
    geo::Xy best{};
    double best_m = -1;
    for (int attempt = 0; attempt < 60; ++attempt) {
      const geo::Xy p = terrain.planning.centre(random.index(terrain.planning.size()));
      if (!terrain.coast.on_land(p)) {
        continue;
      }
      double nearest_m = 2 * terrain.coast.inland_m(p) + 1;
      for (const geo::Xy& other : chosen) {
        nearest_m = std::min(nearest_m, std::hypot(p.x - other.x, p.y - other.y));
      }
      if (nearest_m > best_m) {
        best_m = nearest_m;
        best = p;
      }
    }
    chosen.push_back(best);
  }
  return chosen;
}

}  // namespace

base::Result<std::vector<mineaction::District>> divide(const Parameters& parameters, std::uint64_t seed,
                                                       const Terrain& terrain) {
  base::Random random = stream(seed, Stream::districts);
  const auto count = static_cast<std::size_t>(parameters.districts);
  const std::vector<geo::Xy> centres = seats(count, terrain, random);
  const double block_m = std::sqrt(parameters.area_ha * 1e4 / parameters.districts) / 14;
  geo::Box box;
  for (const geo::Xy& p : terrain.coast.ring()) {
    box.include(p);
  }
  const geo::Grid grid = geo::Grid::covering(box.grown(2 * block_m), std::round(block_m));
  const Noise bend(seed, Stream::districts, 1);
  const Lattice blocks(grid, bend, kBorderPlay);
  std::vector<std::vector<std::uint32_t>> of_district(count);
  for (std::uint32_t block = 0; block < grid.size(); ++block) {
    const geo::Xy p = blocks.centre(block);
    const geo::Xy bent{p.x + 2.5 * block_m * bend.fractal(p, 8 * block_m, 3),
                       p.y + 2.5 * block_m * bend.fractal({p.x, p.y + 4e5}, 8 * block_m, 3)};
    const auto nearest = std::min_element(centres.begin(), centres.end(), [&](const geo::Xy& a, const geo::Xy& b) {
      return std::hypot(a.x - bent.x, a.y - bent.y) < std::hypot(b.x - bent.x, b.y - bent.y);
    });
    of_district[static_cast<std::size_t>(nearest - centres.begin())].push_back(block);
  }
  Names names(stream(seed, Stream::districts, 2));
  std::vector<mineaction::District> districts;
  for (std::size_t i = 0; i < count; ++i) {
    FG_TRY(geo::PlanarGeometry ground,
           geo::overlay(blocks.outline(of_district[i]), terrain.coast.land(), geo::Operation::intersection));
    districts.push_back({fmt::format("OV{:02}", i + 1), names.next(), std::move(ground)});
  }
  return districts;
}

std::string district_at(const std::vector<mineaction::District>& districts, geo::Xy place) {
  for (const mineaction::District& district : districts) {
    if (geo::contains(district.geometry, place)) {
      return district.name;
    }
  }
  return {};
}

}  // namespace firmground::simulate
