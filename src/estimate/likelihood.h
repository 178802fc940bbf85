#pragma once
#include <cmath>
#include <cstdint>

#include "estimate/patchiness.h"

namespace firmground::estimate {

/// What one observation says about the log intensity eta of its cell.
struct Term {
  double value;     ///< log likelihood
  double slope;     ///< d value / d eta
  double observed;  ///< - d2 value / d eta2, may be negative
};

/// Search of a cell (eq. 3, 58): P(something found) = d (1 - exp(-hazard - recorded)), d = P(found | present).
inline Term search_term(double eta, double d, bool found, double recorded = 0, double patchiness = 0) {
  const Hazard hazard = hazard_at(eta, patchiness);
  const double absent = std::exp(-hazard.value - recorded);
  const double present = -std::expm1(-hazard.value - recorded);
  const double p1 = d * hazard.slope * absent;
  const double q = 1 - d * present;
  const double bend = (hazard.curvature - hazard.slope * hazard.slope) * absent;
  Term t{};
  if (found) {
    // Where the hazard is tiny its log is eta.
    const bool tiny = hazard.value + recorded < 1e-12;
    t.value = std::log(d) + (tiny ? eta : std::log(present));
    t.slope = tiny ? 1.0 : hazard.slope * absent / present;
    t.observed = t.slope * t.slope - (tiny ? 1.0 : bend / present);
  } else {
    t.value = std::log(q);
    t.slope = -p1 / q;
    t.observed = d * bend / q + p1 * p1 / (q * q);
  }
  return t;
}

/// Ground that nobody searched, of which people would meet `rate` items if all its cells held any: P(nobody met any) =
/// exp(-rate (1 - exp(-hazard - recorded))) (eq. 50).
inline Term report_term(double eta, double rate, bool met, double recorded, double patchiness = 0) {
  const Hazard hazard = hazard_at(eta, patchiness);
  const double absent = std::exp(-hazard.value - recorded);
  const double p = std::max(-std::expm1(-hazard.value - recorded), 1e-300);
  const double p1 = hazard.slope * absent;
  const double p2 = (hazard.curvature - hazard.slope * hazard.slope) * absent;
  Term t{};
  if (!met) {
    t.value = -rate * p;
    t.slope = -rate * p1;
    t.observed = rate * p2;
    return t;
  }
  const double odds = rate * p < 1e-12 ? 1 / p : rate / std::expm1(rate * p);
  t.value = std::log(-std::expm1(-rate * p));
  t.slope = odds * p1;
  t.observed = odds * (odds + rate) * p1 * p1 - odds * p2;
  return t;
}

/// Events counted over ground with exposure e (eq. 6): negative binomial with mean e exp(eta) and the shape of its
/// gamma factors; infinite: Poisson.
inline Term event_term(double eta, double exposure, double count, double shape) {
  const double mean = exposure * std::exp(std::min(eta, 30.0));
  if (std::isinf(shape)) {
    return {count * eta - mean, count - mean, mean};
  }
  return {count * eta - (shape + count) * std::log1p(mean / shape), shape * (count - mean) / (shape + mean),
          (shape + count) * shape * mean / ((shape + mean) * (shape + mean))};
}

}  // namespace firmground::estimate
