#include "simulate/terrain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <queue>

#include "base/parallel.h"
#include "simulate/noise.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

constexpr std::size_t kRowsPerBlock = 16;
constexpr double kSeaMargin_m = 1500;  ///< the grids reach this far beyond the shore

geo::Grid grid_around(const Coast& coast, double cell_m) {
  geo::Box box;
  for (const geo::Xy& p : coast.ring()) {
    box.include(p);
  }
  return geo::Grid::covering(box.grown(kSeaMargin_m), cell_m);
}

std::vector<float> heights(const Parameters& parameters, std::uint64_t seed, const Coast& coast,
                           const geo::Grid& grid) {
  const Noise relief(seed, Stream::relief, 0);
  const Noise bend(seed, Stream::relief, 1);
  const double wavelength_m = parameters.relief_wavelength_m;
  std::vector<float> height_m(grid.size(), 0.0F);
  base::parallel_for(static_cast<std::size_t>(grid.rows), kRowsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      for (std::int32_t column = 0; column < grid.columns; ++column) {
        const geo::Xy p = grid.centre(column, static_cast<std::int32_t>(row));
        const double inland_m = coast.inland_m(p);
        if (inland_m <= 0) {
          continue;
        }
        // Bending the ground under the crests keeps ridges from running along the lattice.
        const geo::Xy bent{p.x + 0.35 * wavelength_m * bend.fractal(p, wavelength_m, 2),
                           p.y + 0.35 * wavelength_m * bend.fractal({p.x + 7e5, p.y}, wavelength_m, 2)};
        const double rise = std::min(1.0, inland_m / parameters.coast_plain_m);
        const double crest = std::pow(relief.ridged(bent, wavelength_m, 6), 2.2);
        const double hills = 0.5 + 0.5 * relief.fractal({bent.x, bent.y + 9e5}, wavelength_m * 0.7, 5);
        const double metres =
            3 + std::pow(rise, 1.3) * parameters.relief_m * (0.08 + 0.85 * crest + 0.25 * hills * hills);
        height_m[grid.index(column, static_cast<std::int32_t>(row))] = static_cast<float>(std::round(metres * 10) / 10);
      }
    }
  });
  return height_m;
}

struct Wet {
  float level;
  std::uint32_t cell;
  bool operator<(const Wet& other) const {
    return level != other.level ? level > other.level : cell > other.cell;  // lowest first, ties by cell
  }
};

/// Drainage by flooding inland from the sea (Barnes, Lehman & Mulla 2014): every cell gets the neighbour it was reached
/// from, so every cell drains to the sea.  Returns the order of flooding.
std::vector<std::uint32_t> drain(const Terrain& terrain, std::vector<std::int64_t>& towards) {
  const geo::Grid& grid = terrain.planning;
  std::priority_queue<Wet> front;
  std::vector<std::uint8_t> seen(grid.size(), 0);
  for (std::uint32_t cell = 0; cell < grid.size(); ++cell) {
    if (std::isnan(terrain.planning_height_m[cell])) {
      seen[cell] = 1;
      front.push({-1, cell});
    }
  }
  std::vector<std::uint32_t> order;
  while (!front.empty()) {
    const Wet wet = front.top();
    front.pop();
    order.push_back(wet.cell);
    for_each_neighbour(grid, wet.cell, [&](std::uint32_t next, double) {
      if (seen[next] == 0) {
        seen[next] = 1;
        towards[next] = wet.cell;
        front.push({std::max(wet.level, terrain.planning_height_m[next]), next});
      }
    });
  }
  return order;
}

void find_rivers(Terrain& terrain) {
  const geo::Grid& grid = terrain.planning;
  std::vector<std::int64_t> towards(grid.size(), -1);
  const std::vector<std::uint32_t> order = drain(terrain, towards);
  terrain.flow.assign(grid.size(), 0.0F);
  for (std::size_t i = order.size(); i-- > 0;) {
    const std::uint32_t cell = order[i];
    if (std::isnan(terrain.planning_height_m[cell])) {
      continue;
    }
    terrain.flow[cell] += 1;
    if (towards[cell] >= 0 && !std::isnan(terrain.planning_height_m[static_cast<std::size_t>(towards[cell])])) {
      terrain.flow[static_cast<std::size_t>(towards[cell])] += terrain.flow[cell];
    }
  }
  // A river starts where enough land drains together, and ends in the sea or in a river already drawn.
  const float threshold = std::max(60.0F, static_cast<float>(grid.size()) / 500.0F);
  std::vector<std::uint8_t> drawn(grid.size(), 0);
  std::vector<std::uint32_t> sources;
  std::vector<std::uint8_t> has_upstream(grid.size(), 0);
  for (std::uint32_t cell = 0; cell < grid.size(); ++cell) {
    if (terrain.flow[cell] >= threshold && towards[cell] >= 0) {
      has_upstream[static_cast<std::size_t>(towards[cell])] = 1;
    }
  }
  for (std::uint32_t cell = 0; cell < grid.size(); ++cell) {
    if (terrain.flow[cell] >= threshold && has_upstream[cell] == 0) {
      sources.push_back(cell);
    }
  }
  for (const std::uint32_t source : sources) {
    std::vector<geo::Xy> course;
    for (std::int64_t cell = source; cell >= 0; cell = towards[static_cast<std::size_t>(cell)]) {
      const auto at = static_cast<std::size_t>(cell);
      course.push_back(grid.centre(at));
      if (drawn[at] != 0 || std::isnan(terrain.planning_height_m[at])) {
        break;
      }
      drawn[at] = 1;
    }
    if (course.size() >= 6) {
      terrain.rivers.push_back({fmt::format("River {}", terrain.rivers.size() + 1), rounded_corners(course, 3)});
    }
  }
}

}  // namespace

double Terrain::height(geo::Xy point) const {
  const double x = point.x / grid.cell_m - static_cast<double>(grid.west) - 0.5;
  const double y = static_cast<double>(grid.north) - point.y / grid.cell_m - 0.5;
  const double column = std::clamp(std::floor(x), 0.0, static_cast<double>(grid.columns - 2));
  const double row = std::clamp(std::floor(y), 0.0, static_cast<double>(grid.rows - 2));
  const double u = std::clamp(x - column, 0.0, 1.0);
  const double v = std::clamp(y - row, 0.0, 1.0);
  const std::size_t at = grid.index(static_cast<std::int32_t>(column), static_cast<std::int32_t>(row));
  const auto wide = static_cast<std::size_t>(grid.columns);
  const double north = std::lerp(static_cast<double>(height_m[at]), static_cast<double>(height_m[at + 1]), u);
  const double south =
      std::lerp(static_cast<double>(height_m[at + wide]), static_cast<double>(height_m[at + wide + 1]), u);
  return std::lerp(north, south, v);
}

geo::Xy Terrain::gradient(geo::Xy p) const {
  const double h = grid.cell_m;
  return {(height({p.x + h, p.y}) - height({p.x - h, p.y})) / (2 * h),
          (height({p.x, p.y + h}) - height({p.x, p.y - h})) / (2 * h)};
}

double Terrain::slope(geo::Xy point) const {
  const geo::Xy g = gradient(point);
  return std::hypot(g.x, g.y);
}

Terrain make_terrain(const Parameters& parameters, std::uint64_t seed, const geo::Crs& crs) {
  Terrain terrain{.coast = Coast(seed, parameters.area_ha * 1e4, crs),
                  .grid = {},
                  .height_m = {},
                  .planning = {},
                  .planning_height_m = {},
                  .flow = {},
                  .rivers = {}};
  terrain.grid = grid_around(terrain.coast, parameters.dem_cell_m);
  terrain.height_m = heights(parameters, seed, terrain.coast, terrain.grid);
  terrain.planning = grid_around(terrain.coast, parameters.planning_cell_m);
  terrain.planning_height_m.resize(terrain.planning.size());
  for (std::size_t cell = 0; cell < terrain.planning.size(); ++cell) {
    const geo::Xy p = terrain.planning.centre(cell);
    terrain.planning_height_m[cell] =
        terrain.coast.on_land(p) ? static_cast<float>(terrain.height(p)) : std::numeric_limits<float>::quiet_NaN();
  }
  find_rivers(terrain);
  return terrain;
}

}  // namespace firmground::simulate
