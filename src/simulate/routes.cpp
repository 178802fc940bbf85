#include "simulate/routes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

namespace firmground::simulate {

namespace {

struct Reached {
  float cost;
  std::uint32_t cell;
  bool operator<(const Reached& other) const { return cost != other.cost ? cost > other.cost : cell > other.cell; }
};

}  // namespace

std::vector<std::uint32_t> cheapest_route(const geo::Grid& grid, std::span<const float> cost, std::uint32_t start,
                                          std::span<const std::uint8_t> goal) {
  constexpr float kFar = std::numeric_limits<float>::infinity();
  std::vector<float> best(grid.size(), kFar);
  std::vector<std::uint32_t> from(grid.size(), start);
  std::priority_queue<Reached> front;
  best[start] = 0;
  front.push({0, start});
  while (!front.empty()) {
    const Reached here = front.top();
    front.pop();
    if (here.cost > best[here.cell]) {
      continue;
    }
    if (goal[here.cell] != 0) {
      std::vector<std::uint32_t> route{here.cell};
      while (route.back() != start) {
        route.push_back(from[route.back()]);
      }
      std::reverse(route.begin(), route.end());
      return route;
    }
    for_each_neighbour(grid, here.cell, [&](std::uint32_t next, double steps) {
      const float through = here.cost + static_cast<float>(steps) * 0.5F * (cost[here.cell] + cost[next]);
      if (through < best[next]) {
        best[next] = through;
        from[next] = here.cell;
        front.push({through, next});
      }
    });
  }
  return {};
}

std::vector<geo::Xy> rounded_corners(std::vector<geo::Xy> line, int rounds) {
  for (int round = 0; round < rounds && line.size() > 2; ++round) {
    std::vector<geo::Xy> cut{line.front()};
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      const geo::Xy& a = line[i];
      const geo::Xy& b = line[i + 1];
      cut.push_back({0.75 * a.x + 0.25 * b.x, 0.75 * a.y + 0.25 * b.y});
      cut.push_back({0.25 * a.x + 0.75 * b.x, 0.25 * a.y + 0.75 * b.y});
    }
    cut.push_back(line.back());
    line = std::move(cut);
  }
  return line;
}

std::vector<geo::Xy> resampled(const std::vector<geo::Xy>& line, double step_m) {
  std::vector<geo::Xy> points;
  double carried_m = 0;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const double dx = line[i + 1].x - line[i].x;
    const double dy = line[i + 1].y - line[i].y;
    const double edge_m = std::hypot(dx, dy);
    for (; carried_m < edge_m; carried_m += step_m) {
      points.push_back({line[i].x + dx * carried_m / edge_m, line[i].y + dy * carried_m / edge_m});
    }
    carried_m -= edge_m;
  }
  if (!line.empty()) {
    // A rounding may have set a last point on the end already.
    const bool on_end =
        !points.empty() && std::hypot(points.back().x - line.back().x, points.back().y - line.back().y) < 1e-3 * step_m;
    points.resize(on_end ? points.size() - 1 : points.size());
    points.push_back(line.back());
  }
  return points;
}

std::vector<geo::Xy> moving_average(const std::vector<geo::Xy>& line, std::size_t reach) {
  std::vector<geo::Xy> sums(line.size() + 1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    sums[i + 1] = {sums[i].x + line[i].x, sums[i].y + line[i].y};
  }
  std::vector<geo::Xy> smooth(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t half = std::min({reach, i, line.size() - 1 - i});
    const auto n = static_cast<double>(2 * half + 1);
    smooth[i] = {(sums[i + half + 1].x - sums[i - half].x) / n, (sums[i + half + 1].y - sums[i - half].y) / n};
  }
  return smooth;
}

double length_m(const std::vector<geo::Xy>& line) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    sum += std::hypot(line[i + 1].x - line[i].x, line[i + 1].y - line[i].y);
  }
  return sum;
}

}  // namespace firmground::simulate
