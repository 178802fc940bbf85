#include "estimate/fine_view.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace firmground::estimate {

namespace {

using evidence::FineFind;

/// A find with the run of the finds round it.
struct Directed {
  geo::Xy position;
  double weight;
  double east = 1, north = 0;  ///< unit vector along the finds
  double run = 0;              ///< 0 = they lie in no direction, 1 = all on one line
};

/// Which way the finds round each of them run: the main axis of those within reach.
std::vector<Directed> directed(const std::vector<FineFind>& finds) {
  constexpr int kFewest = 3;
  std::vector<Directed> result;
  result.reserve(finds.size());
  for (const FineFind& find : finds) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (const FineFind& other : finds) {
      const double dx = other.position.x - find.position.x;
      const double dy = other.position.y - find.position.y;
      const double square = dx * dx + dy * dy;
      if (square <= kRunReach_m * kRunReach_m) {
        n += 1;
        x += dx;
        y += dy;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
      }
    }
    Directed made{find.position, 1 + std::log(std::max(1.0, find.count))};
    if (n >= kFewest) {
      xx = xx / n - x * x / (n * n);
      yy = yy / n - y * y / (n * n);
      xy = xy / n - x * y / (n * n);
      const double half = 0.5 * (xx + yy);
      const double root = std::sqrt(0.25 * (xx - yy) * (xx - yy) + xy * xy);
      const double angle = 0.5 * std::atan2(2 * xy, xx - yy);
      made.east = std::cos(angle);
      made.north = std::sin(angle);
      // Few finds lie on a line by chance.
      made.run = half > 0 ? (root / half) * (1 - (kFewest - 1) / n) : 0;
    }
    result.push_back(made);
  }
  return result;
}

/// Running sums of normal weights along rows, then columns; `sigma` in cells.
void blur(const geo::Grid& grid, double sigma, std::vector<float>& values) {
  const auto reach = static_cast<std::int32_t>(std::ceil(2.5 * sigma));
  std::vector<float> weight;
  float sum = 0;
  for (std::int32_t d = -reach; d <= reach; ++d) {
    weight.push_back(static_cast<float>(std::exp(-0.5 * d * d / (sigma * sigma))));
    sum += weight.back();
  }
  const auto pass = [&](std::int32_t lines, std::int32_t length, auto index) {
    std::vector<float> line(static_cast<std::size_t>(length));
    for (std::int32_t i = 0; i < lines; ++i) {
      for (std::int32_t j = 0; j < length; ++j) {
        float total = 0;
        for (std::int32_t d = std::max(-reach, -j); d <= std::min(reach, length - 1 - j); ++d) {
          total += weight[static_cast<std::size_t>(d) + static_cast<std::size_t>(reach)] * values[index(i, j + d)];
        }
        line[static_cast<std::size_t>(j)] = total / sum;
      }
      for (std::int32_t j = 0; j < length; ++j) {
        values[index(i, j)] = line[static_cast<std::size_t>(j)];
      }
    }
  };
  pass(grid.rows, grid.columns, [&](std::int32_t i, std::int32_t j) { return grid.index(j, i); });
  pass(grid.columns, grid.rows, [&](std::int32_t i, std::int32_t j) { return grid.index(i, j); });
}

void near_columns(double distance_m, float* out) {
  const double at = std::log(std::clamp(distance_m, kNearKnots_m[0], kNearKnots_m[kNearColumns]));
  for (std::size_t k = 0; k < kNearColumns; ++k) {
    const double left = std::log(kNearKnots_m[k]);
    const double right = std::log(kNearKnots_m[k + 1]);
    if (at >= left && at <= right) {
      const double share = (at - left) / (right - left);
      out[k] += static_cast<float>(1 - share);
      if (k + 1 < kNearColumns) {
        out[k + 1] += static_cast<float>(share);
      }
      return;
    }
  }
}

/// A strip along the run of the finds.
struct Strip {
  double along_m, across_m;
};
constexpr std::array<Strip, 2> kStrips = {{{60, 6}, {120, 18}}};
constexpr double kRound_m = 40;

void find_columns(const std::vector<Directed>& finds, geo::Xy at, float* out) {
  double nearest = 1e18;
  std::array<double, kStrips.size()> strips{};
  double round = 0;
  for (const Directed& find : finds) {
    const double dx = at.x - find.position.x;
    const double dy = at.y - find.position.y;
    const double square = dx * dx + dy * dy;
    if (square > kFindReach_m * kFindReach_m) {
      continue;
    }
    nearest = std::min(nearest, square);
    round += find.weight * std::exp(-0.5 * square / (kRound_m * kRound_m));
    if (find.run > 0.3) {
      const double along = dx * find.east + dy * find.north;
      const double across = dy * find.east - dx * find.north;
      for (std::size_t s = 0; s < kStrips.size(); ++s) {
        const double power = along * along / (kStrips[s].along_m * kStrips[s].along_m) +
                             across * across / (kStrips[s].across_m * kStrips[s].across_m);
        if (power < 25) {
          strips[s] += find.run * std::exp(-0.5 * power);
        }
      }
    }
  }
  constexpr double kNothing = 0.05;  // so that what is far from all finds is all alike
  near_columns(std::sqrt(nearest), out);
  out[kNearColumns] = static_cast<float>(std::log1p(strips[0] / kNothing));
  out[kNearColumns + 1] = static_cast<float>(std::log1p(strips[1] / kNothing));
  out[kNearColumns + 2] = static_cast<float>(std::log1p(round / kNothing));
}

}  // namespace

std::vector<float> fine_columns(const FineView& view, const std::vector<std::uint32_t>& cells) {
  constexpr double kVain_m = 20;
  std::vector<float> columns(cells.size() * kFineColumns, 0);
  std::vector<float> searched = view.effort;
  blur(view.grid, kVain_m / view.grid.cell_m, searched);
  const std::vector<Directed> finds = directed(view.finds);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    float* out = columns.data() + i * kFineColumns;
    find_columns(finds, view.grid.centre(static_cast<std::size_t>(cells[i])), out);
    out[kNearColumns + 3] = searched[cells[i]];
  }
  return columns;
}

}  // namespace firmground::estimate
