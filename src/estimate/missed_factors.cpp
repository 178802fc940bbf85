#include "estimate/missed_factors.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace firmground::estimate {

MissedFactors::MissedFactors(std::uint64_t seed, evidence::OrdnanceClass ordnance_class)
    : seed_(seed + 211 * (static_cast<std::uint64_t>(ordnance_class) + 1)) {}

const float* MissedFactors::at(float detection) const {
  const auto hundredths = static_cast<std::size_t>(std::lround(std::clamp(detection, 0.01F, 0.99F) * 100));
  Table& table = tables_[hundredths];
  std::call_once(table.drawn, [&] {
    const double mean = 1 - 0.01 * static_cast<double>(hundredths);
    base::Random random(seed_, hundredths);
    table.factor.resize(kCount + kMostDraws);
    for (std::size_t i = 0; i < kCount; ++i) {
      table.factor[i] = static_cast<float>(random.beta(kDetectionTrial * mean, kDetectionTrial * (1 - mean)) / mean);
    }
    for (std::size_t i = kCount; i < table.factor.size(); ++i) {
      table.factor[i] = table.factor[i - kCount];
    }
  });
  return table.factor.data();
}

}  // namespace firmground::estimate
