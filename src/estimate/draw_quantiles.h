#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace firmground::estimate {

/// The value that has `rank` others before it: of few ranks by a short list of the foremost, which most values never
/// enter.
template <typename Before>
float ranked(const std::vector<float>& values, std::size_t rank, Before before) {
  constexpr std::size_t kShort = 24;
  if (rank >= kShort) {
    std::vector<float> sorted = values;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank), sorted.end(), before);
    return sorted[rank];
  }
  std::array<float, kShort + 1> foremost{};
  std::size_t count = 0;
  for (const float value : values) {
    if (count > rank && !before(value, foremost[rank])) {
      continue;
    }
    std::size_t at = std::min(count, rank);
    count = std::min(count + 1, rank + 1);
    for (; at > 0 && before(value, foremost[at - 1]); --at) {
      foremost[at] = foremost[at - 1];
    }
    foremost[at] = value;
  }
  return foremost[rank];
}

struct DrawQuantiles {
  float p05;
  float p95;
};

/// Of a cell's draws.
inline DrawQuantiles quantiles_of(const std::vector<float>& draws) {
  const auto low = static_cast<std::size_t>(0.05 * static_cast<double>(draws.size()));
  const auto high = static_cast<std::size_t>(std::lround(0.95 * static_cast<double>(draws.size() - 1)));
  return {ranked(draws, low, std::less<>()), ranked(draws, draws.size() - 1 - high, std::greater<>())};
}

}  // namespace firmground::estimate
