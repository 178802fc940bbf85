#include "estimate/patchiness.h"

#include <bit>
#include <cstdint>

#include "base/wide_vectors.h"
#include "estimate/fast_exp.h"

namespace firmground::estimate {

namespace {

/// log(1 + x) for x in [0, 1e9], without a branch or a call.  log of the sum by its power of two and the series of
/// atanh, to 2e-7; what the sum rounded away comes back by the ratio of x to what the sum kept (Kahan; Goldberg 1991,
/// theorem 4).
inline float fast_log1p(float x) {
  constexpr float kLn2 = 0.693147181F;
  const float sum = 1 + x;
  const auto bits = std::bit_cast<std::int32_t>(sum);
  const std::int32_t power = (bits - 0x3F3504F3) >> 23;  // mantissa in [sqrt(1/2), sqrt(2))
  const float mantissa = std::bit_cast<float>(bits - (power << 23));
  const float z = (mantissa - 1) / (mantissa + 1);
  const float z2 = z * z;
  float series = 2.0F / 9;
  series = series * z2 + 2.0F / 7;
  series = series * z2 + 2.0F / 5;
  series = series * z2 + 2.0F / 3;
  series = series * z2 + 2.0F;
  const float log_sum = static_cast<float>(power) * kLn2 + z * series;
  const float kept = sum - 1;
  const float restored = log_sum * (x / (kept > 0 ? kept : 1.0F));
  return kept > 0 ? restored : x;
}

FG_WIDE_VECTORS void to_intensity(float* eta, std::size_t count, float most) {
  for (std::size_t i = 0; i < count; ++i) {
    eta[i] = fast_exp(std::min(std::max(eta[i], -80.0F), most));
  }
}

FG_WIDE_VECTORS void patch(float* intensity, std::size_t count, float patchiness) {
  for (std::size_t i = 0; i < count; ++i) {
    intensity[i] = fast_log1p(patchiness * intensity[i]) / patchiness;
  }
}

}  // namespace

void to_hazard(std::vector<float>& eta, double patchiness, float most) {
  to_intensity(eta.data(), eta.size(), most);
  if (patchiness > 0) {
    patch(eta.data(), eta.size(), static_cast<float>(patchiness));
  }
}

}  // namespace firmground::estimate
