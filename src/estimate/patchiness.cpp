#include "estimate/patchiness.h"

#include "base/wide_vectors.h"
#include "estimate/fast_exp.h"

namespace firmground::estimate {

namespace {

/// log(1 + exp(x)) for x >= -80, without a branch or a call: what is above 0 of x, and log(1 + t) of t = exp(-|x|) by
/// the series of atanh(t / (2 + t)), to 2e-7.
inline float soft_plus(float x) {
  const float t = fast_exp(-std::abs(x));
  const float z = t / (2 + t);
  const float z2 = z * z;
  float series = 2.0F / 13;
  series = series * z2 + 2.0F / 11;
  series = series * z2 + 2.0F / 9;
  series = series * z2 + 2.0F / 7;
  series = series * z2 + 2.0F / 5;
  series = series * z2 + 2.0F / 3;
  series = series * z2 + 2.0F;
  return std::max(x, 0.0F) + z * series;
}

FG_WIDE_VECTORS void to_intensity(float* eta, std::size_t count, float most) {
  for (std::size_t i = 0; i < count; ++i) {
    eta[i] = fast_exp(std::min(std::max(eta[i], -80.0F), most));
  }
}

FG_WIDE_VECTORS void to_patched(float* eta, std::size_t count, float most, float log_patchiness, float inverse) {
  for (std::size_t i = 0; i < count; ++i) {
    eta[i] = soft_plus(std::max(std::min(eta[i], most) + log_patchiness, -80.0F)) * inverse;
  }
}

}  // namespace

void to_hazard(std::vector<float>& eta, double patchiness, float most) {
  if (patchiness == 0) {
    to_intensity(eta.data(), eta.size(), most);
    return;
  }
  to_patched(eta.data(), eta.size(), most, static_cast<float>(std::log(patchiness)),
             static_cast<float>(1 / patchiness));
}

}  // namespace firmground::estimate
