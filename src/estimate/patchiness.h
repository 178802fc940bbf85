#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

/// Within what the field tells, items lie in patches: the intensity of a cell is exp(eta) G, G its own, gamma with mean
/// 1 and variance `patchiness`.  So -log P(no item) = log(1 + patchiness exp(eta)) / patchiness, exp(eta) where
/// patchiness is 0 (docs/methods/hazard-field.md, eq. 3 and 58).
namespace firmground::estimate {

/// -log P(the cell holds no item), with its derivatives by eta.
struct Hazard {
  double value;
  double slope;
  double curvature;
};

inline Hazard hazard_at(double eta, double patchiness) {
  const double intensity = std::exp(std::min(eta, 30.0));
  if (patchiness == 0) {
    return {intensity, intensity, intensity};
  }
  const double patched = patchiness * intensity;
  return {std::log1p(patched) / patchiness, intensity / (1 + patched), intensity / ((1 + patched) * (1 + patched))};
}

/// P(the cell holds any item), by the field or by what minefield records put there.
inline double presence_at(double eta, double patchiness, double recorded) {
  return -std::expm1(-hazard_at(eta, patchiness).value - recorded);
}

/// eta -> -log P(no item), in place; eta no higher than `most`.
void to_hazard(std::vector<float>& eta, double patchiness, float most = 20.0F);

}  // namespace firmground::estimate
