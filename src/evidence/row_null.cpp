#include "evidence/row_null.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace firmground::evidence {

namespace {

using geo::Xy;

/// Integral of a normal density of the given reach round the point over the ground effectively searched.
double searched_within(const SearchedGround& ground, Xy p, double reach_m) {
  const geo::Grid& grid = ground.grid;
  const int stride = std::max(1, static_cast<int>(reach_m / 3 / grid.cell_m));
  const auto cells = static_cast<std::int32_t>(std::ceil(3 * reach_m / grid.cell_m));
  const std::int32_t column = grid.column_of(p.x);
  const std::int32_t row = grid.row_of(p.y);
  double seen = 0, all = 0;
  for (std::int32_t r = row - cells; r <= row + cells; r += stride) {
    for (std::int32_t c = column - cells; c <= column + cells; c += stride) {
      const Xy centre = grid.centre(c, r);
      const double dx = (centre.x - p.x) / reach_m;
      const double dy = (centre.y - p.y) / reach_m;
      const double weight = std::exp(-0.5 * (dx * dx + dy * dy));
      all += weight;
      seen += grid.has(c, r) ? weight * static_cast<double>(ground.effort[grid.index(c, r)]) : 0;
    }
  }
  return seen / all;
}

/// Per find, the sum of clumps round the other finds, each of mass 1 on the searched ground.
std::vector<double> clumps(const std::vector<Xy>& finds, const SearchedGround& ground, double reach_m) {
  constexpr double kLeastSeen = 0.02;
  std::vector<double> sum(finds.size(), 0);
  const double peak = 1 / (2 * std::numbers::pi * reach_m * reach_m);
  for (std::size_t j = 0; j < finds.size(); ++j) {
    const double mass = std::max(kLeastSeen, searched_within(ground, finds[j], reach_m));
    for (std::size_t i = 0; i < finds.size(); ++i) {
      const double dx = (finds[i].x - finds[j].x) / reach_m;
      const double dy = (finds[i].y - finds[j].y) / reach_m;
      const double squared = dx * dx + dy * dy;
      if (i != j && squared < 40) {
        sum[i] += peak * std::exp(-0.5 * squared) / mass;
      }
    }
  }
  return sum;
}

}  // namespace

NoRows without_rows(const std::vector<Xy>& finds, const SearchedGround& ground) {
  const double even = 1 / ground.effective_m2();
  const auto n = static_cast<double>(finds.size());
  NoRows best{std::vector<double>(finds.size(), even), 0};
  double best_log = n * std::log(even);
  constexpr std::array kReach_m = {3.0, 6.0, 12.0, 24.0, 48.0};
  constexpr std::array kShares = {0.5, 0.8, 0.95};
  const double penalty = std::log(n);  // two parameters more, half a log n each (BIC)
  for (const double reach_m : kReach_m) {
    const std::vector<double> sum = clumps(finds, ground, reach_m);
    for (const double share : kShares) {
      std::vector<double> density(finds.size());
      double log_likelihood = -penalty;
      for (std::size_t i = 0; i < finds.size(); ++i) {
        density[i] = (1 - share) * even + share * sum[i] / (n - 1);
        log_likelihood += std::log(density[i]);
      }
      if (log_likelihood > best_log) {
        best_log = log_likelihood;
        best = {std::move(density), reach_m};
      }
    }
  }
  return best;
}

}  // namespace firmground::evidence
