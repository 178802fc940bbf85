#include "evidence/row_start.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/parallel.h"

namespace firmground::evidence {

namespace {

using geo::Xy;

constexpr double kPi = std::numbers::pi;
constexpr int kHeadings = 72;
constexpr double kNarrowRow_m = 2.5;  // well surveyed finds
constexpr double kWideRow_m = 7;      // finds placed to some metres
constexpr std::array kCurvatures = {0.0, 0.001, -0.001, 0.0022, -0.0022, 0.004, -0.004};

struct Pair {
  std::uint32_t from, to;
};

std::vector<Pair> near_pairs(const std::vector<Xy>& finds) {
  constexpr std::size_t kMostFinds = 500;
  constexpr std::size_t kNearest = 40;
  constexpr double kNear_m = 100;
  const std::size_t stride = finds.size() / kMostFinds + 1;
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < finds.size(); i += stride) {
    std::vector<std::pair<double, std::uint32_t>> near;
    for (std::size_t j = 0; j < finds.size(); ++j) {
      const double away_m = std::hypot(finds[i].x - finds[j].x, finds[i].y - finds[j].y);
      if (j != i && away_m < kNear_m) {
        near.emplace_back(away_m, static_cast<std::uint32_t>(j));
      }
    }
    const std::size_t kept = std::min(kNearest, near.size());
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(kept), near.end());
    for (std::size_t k = 0; k < kept; ++k) {
      pairs.push_back({static_cast<std::uint32_t>(i), near[k].second});
    }
  }
  return pairs;
}

/// Offset of the point from the arc through `middle`.
double offset(Xy p, Xy middle, double cosine, double sine, double curvature) {
  const double along = (p.x - middle.x) * cosine + (p.y - middle.y) * sine;
  const double left = (p.y - middle.y) * cosine - (p.x - middle.x) * sine;
  if (curvature == 0) {
    return left;
  }
  const double radius = 1 / curvature;
  const double away = std::hypot(along, left - radius);
  return curvature > 0 ? radius - away : radius + away;
}

/// A parabola of unit area: the kernel with which neighbours vote.
double bump(double x, double half_width) {
  const double u = x / half_width;
  return u * u < 1 ? 0.75 * (1 - u * u) / half_width : 0;
}

/// Per find that votes: how much better its neighbours line up with it than chance.  `row_m`: neighbours in one row
/// differ by less.
std::vector<std::pair<std::uint32_t, double>> votes(const std::vector<Pair>& pairs, const std::vector<double>& offsets,
                                                    double row_m) {
  constexpr double kRound_m = 25;  // and neighbours in no row by anything
  constexpr double kFloor = 0.05;
  std::vector<std::pair<std::uint32_t, double>> result;
  for (std::size_t i = 0; i < pairs.size();) {
    double in_row = 0, round = 0;
    const std::uint32_t from = pairs[i].from;
    for (; i < pairs.size() && pairs[i].from == from; ++i) {
      const double apart = offsets[pairs[i].to] - offsets[from];
      in_row += bump(apart, row_m);
      round += bump(apart, kRound_m);
    }
    result.emplace_back(from, std::log((kFloor + in_row) / (kFloor + round)));
  }
  return result;
}

double sum_of(const std::vector<std::pair<std::uint32_t, double>>& votes) {
  double sum = 0;
  for (const auto& [find, vote] : votes) {
    sum += vote;
  }
  return sum;
}

/// The find round which the votes are strongest.
Xy best_place(const std::vector<Xy>& finds, const std::vector<std::pair<std::uint32_t, double>>& votes) {
  constexpr double kNear_m = 40;
  double most = -1e300;
  Xy best = finds.front();
  for (const auto& [i, own] : votes) {
    double sum = 0;
    for (const auto& [j, vote] : votes) {
      const double away_m = std::hypot(finds[i].x - finds[j].x, finds[i].y - finds[j].y);
      sum += away_m < kNear_m ? vote : 0;
    }
    if (sum > most) {
      most = sum;
      best = finds[i];
    }
  }
  return best;
}

bool alike(const RowStart& a, const RowStart& b) {
  double turn = std::abs(a.heading - b.heading);
  turn = std::min(turn, kPi - turn);
  return turn < 10 * kPi / 180 && std::abs(a.curvature - b.curvature) < 0.002;
}

}  // namespace

std::vector<RowStart> row_starts(const std::vector<Xy>& finds, Xy middle, std::size_t most) {
  const std::vector<Pair> pairs = near_pairs(finds);
  std::vector<RowStart> all(kHeadings * kCurvatures.size());
  const auto offsets_for = [&](const RowStart& start) {
    std::vector<double> offsets(finds.size());
    for (std::size_t i = 0; i < finds.size(); ++i) {
      offsets[i] = offset(finds[i], middle, std::cos(start.heading), std::sin(start.heading), start.curvature);
    }
    return offsets;
  };
  base::parallel_for(all.size(), 32, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      const std::size_t heading = c / kCurvatures.size();
      all[c].heading = kPi * static_cast<double>(heading) / kHeadings;
      all[c].curvature = kCurvatures[c % kCurvatures.size()];
      const std::vector<double> offsets = offsets_for(all[c]);
      all[c].score = std::max(sum_of(votes(pairs, offsets, kNarrowRow_m)), sum_of(votes(pairs, offsets, kWideRow_m)));
    }
  });
  std::stable_sort(all.begin(), all.end(), [](const RowStart& a, const RowStart& b) { return a.score > b.score; });
  std::vector<RowStart> kept;
  for (const RowStart& start : all) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const RowStart& k) { return alike(k, start); });
    if (!known && kept.size() < most) {
      kept.push_back(start);
    }
  }
  for (RowStart& start : kept) {
    start.best = best_place(finds, votes(pairs, offsets_for(start), kWideRow_m));
  }
  return kept;
}

}  // namespace firmground::evidence
