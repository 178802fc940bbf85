#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/wide_vectors.h"

namespace firmground::estimate {

/// The value that has `rank` others before it in ascending order.  REQUIRES: rank < values.size(), no value below 0.
/// Such floats are in the order of their bits as whole numbers, which are halved until one parts the values so.
FG_WIDE_VECTORS inline float ranked(const std::vector<float>& values, std::size_t rank) {
  const float* value = values.data();
  const std::size_t count = values.size();
  float least = value[0];
  float most = value[0];
  for (std::size_t m = 1; m < count; ++m) {
    least = std::min(least, value[m]);
    most = std::max(most, value[m]);
  }
  const auto wanted = static_cast<std::int32_t>(rank) + 1;
  std::int32_t low = std::bit_cast<std::int32_t>(std::max(0.0F, least)) - 1;
  std::int32_t high = std::bit_cast<std::int32_t>(std::max(0.0F, most));
  while (high - low > 1) {
    const std::int32_t middle = low + (high - low) / 2;
    const auto bound = std::bit_cast<float>(middle);
    std::int32_t within = 0;
    for (std::size_t m = 0; m < count; ++m) {
      within += value[m] <= bound ? 1 : 0;
    }
    (within < wanted ? low : high) = middle;
    if (within == wanted) {
      break;
    }
  }
  const auto bound = std::bit_cast<float>(high);
  float result = 0;
  for (std::size_t m = 0; m < count; ++m) {
    result = std::max(result, value[m] <= bound ? value[m] : 0.0F);
  }
  return result;
}

struct DrawQuantiles {
  float p05;
  float p95;
};

/// Of a cell's draws.
inline DrawQuantiles quantiles_of(const std::vector<float>& draws) {
  const auto low = static_cast<std::size_t>(0.05 * static_cast<double>(draws.size()));
  const auto high = static_cast<std::size_t>(std::lround(0.95 * static_cast<double>(draws.size() - 1)));
  return {ranked(draws, low), ranked(draws, high)};
}

}  // namespace firmground::estimate
