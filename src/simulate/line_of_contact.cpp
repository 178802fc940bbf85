#include "simulate/line_of_contact.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulate/noise.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

constexpr double kNoMansLand_m = 180;

std::uint32_t shore_cell(const Terrain& terrain, double turn) {
  const std::vector<geo::Xy>& ring = terrain.coast.ring();
  const auto at = static_cast<std::size_t>(turn * static_cast<double>(ring.size())) % ring.size();
  const geo::Xy centre = terrain.coast.centre();
  // A little inland of the shore, so that the cell is land.
  for (double share = 0.99; share > 0.5; share -= 0.01) {
    const geo::Xy p{centre.x + share * (ring[at].x - centre.x), centre.y + share * (ring[at].y - centre.y)};
    const auto cell = static_cast<std::uint32_t>(terrain.planning.cell_of(p));
    if (!std::isnan(terrain.planning_height_m[cell])) {
      return cell;
    }
  }
  return static_cast<std::uint32_t>(terrain.planning.cell_of(centre));
}

std::vector<geo::Xy> trench(const LineOfContact& line, const Noise& noise, double side) {
  std::vector<geo::Xy> points;
  for (std::size_t i = 0; i < line.points.size(); i += 2) {
    const double along_m = LineOfContact::kStep_m * static_cast<double>(i);
    const double offset_m = kNoMansLand_m * (1.2 + 0.8 * noise.along(along_m + side * 1e6, 1200));
    points.push_back(line.offset(along_m, side * offset_m));
  }
  return points;
}

}  // namespace

geo::Xy LineOfContact::at(double distance_m) const {
  const double t = std::clamp(distance_m / kStep_m, 0.0, static_cast<double>(points.size() - 1));
  const std::size_t i = std::min(static_cast<std::size_t>(t), points.size() - 2);
  const double u = t - static_cast<double>(i);
  return {std::lerp(points[i].x, points[i + 1].x, u), std::lerp(points[i].y, points[i + 1].y, u)};
}

geo::Xy LineOfContact::normal(double distance_m, double offset_m) const {
  const double reach_m = 150 + std::abs(offset_m);
  const geo::Xy a = at(distance_m - reach_m);
  const geo::Xy b = at(distance_m + reach_m);
  const double chord_m = std::max(1.0, std::hypot(b.x - a.x, b.y - a.y));
  return {-(b.y - a.y) / chord_m, (b.x - a.x) / chord_m};
}

geo::Xy LineOfContact::offset(double distance_m, double offset_m) const {
  const geo::Xy p = at(distance_m);
  const geo::Xy n = normal(distance_m, offset_m);
  return {p.x + offset_m * n.x, p.y + offset_m * n.y};
}

LineOfContact draw_line_of_contact(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain,
                                   const Settlements& settlements) {
  const geo::Grid& grid = terrain.planning;
  base::Random random = stream(seed, Stream::contact_line);
  const Noise fortune(seed, Stream::contact_line, 1);
  std::vector<float> cost(grid.size(), std::numeric_limits<float>::infinity());
  for (std::size_t cell = 0; cell < grid.size(); ++cell) {
    if (!std::isnan(terrain.planning_height_m[cell])) {
      // Fronts settle where neither side could go on: along heights and where the fortunes of war left them.
      const double luck = std::abs(fortune.fractal(grid.centre(cell), parameters.relief_wavelength_m * 0.9, 2));
      const double height =
          1 - std::min(0.8, static_cast<double>(terrain.planning_height_m[cell]) / parameters.relief_m);
      cost[cell] = static_cast<float>(0.08 + 3 * luck + 0.4 * height);
    }
  }
  for (const Settlement& place : settlements.all) {
    if (const std::int64_t cell = grid.cell_of(place.position); cell >= 0) {
      cost[static_cast<std::size_t>(cell)] += 4;
    }
  }
  const double turn = random.uniform();
  std::vector<std::uint8_t> goal(grid.size(), 0);
  goal[shore_cell(terrain, turn + 0.5 + random.uniform(-0.06, 0.06))] = 1;
  std::vector<geo::Xy> way;
  for (const std::uint32_t cell : cheapest_route(grid, cost, shore_cell(terrain, turn), goal)) {
    way.push_back(grid.centre(cell));
  }
  LineOfContact line;
  line.points = resampled(moving_average(resampled(way, LineOfContact::kStep_m), 14), LineOfContact::kStep_m);
  line.points = moving_average(line.points, 8);
  const Noise wander(seed, Stream::contact_line, 2);
  line.trench_left = trench(line, wander, 1);
  line.trench_right = trench(line, wander, -1);
  return line;
}

}  // namespace firmground::simulate
