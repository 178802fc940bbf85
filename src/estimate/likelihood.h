#pragma once
#include <cmath>
#include <cstdint>

namespace firmground::estimate {

/// What one observation says about the log intensity eta of its cell.
struct Term {
  double value;        ///< log likelihood
  double slope;        ///< d value / d eta
  double information;  ///< expected Fisher information: > 0, used for steps and for the FieldFitter curvature
  double observed;     ///< - d2 value / d eta2, may be negative
  double information_slope;
};

/// Search of a cell (eq. 3): P(something found) = d (1 - exp(-exp(eta) - recorded)), d = P(found | present).
inline Term search_term(double eta, double d, bool found, double recorded = 0) {
  const double intensity = std::exp(std::min(eta, 30.0));
  const double absent = std::exp(-intensity - recorded);
  const double p = d * -std::expm1(-intensity - recorded);
  const double p1 = d * intensity * absent;
  const double q = 1 - p;
  Term t{};
  const double variance = std::max(p * q, 1e-300);
  t.information = p1 * p1 / variance;
  t.information_slope = t.information * (2 * (1 - intensity) - p1 * (1 - 2 * p) / variance);
  const double p2 = p1 * (1 - intensity);
  if (found) {
    // intensity / (exp(intensity) - 1) keeps its digits when the intensity is tiny.
    const bool tiny = intensity + recorded < 1e-12;
    const double ratio = tiny ? 1.0 : intensity * absent / -std::expm1(-intensity - recorded);
    t.value = std::log(d) + (tiny ? eta : std::log(-std::expm1(-intensity - recorded)));
    t.slope = ratio;
    t.observed = -ratio * (1 - intensity) + ratio * ratio;
  } else {
    t.value = std::log(q);
    t.slope = -p1 / q;
    t.observed = p2 / q + p1 * p1 / (q * q);
  }
  return t;
}

/// Ground that nobody searched, of which people would meet `rate` items if all its cells held any: P(nobody met any) =
/// exp(-rate (1 - exp(-exp(eta) - recorded))) (eq. 50).
inline Term report_term(double eta, double rate, bool met, double recorded) {
  const double intensity = std::exp(std::min(eta, 30.0));
  const double p = std::max(-std::expm1(-intensity - recorded), 1e-300);
  const double p1 = intensity * std::exp(-intensity - recorded);
  const double p2 = p1 * (1 - intensity);
  Term t{};
  t.information = rate * p1 * p1 / p;
  t.information_slope = 2 * rate * p1 * p2 / p - t.information * p1 / p;
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
    return {count * eta - mean, count - mean, mean, mean, mean};
  }
  const double expected = shape * mean / (shape + mean);
  const double observed = (shape + count) * shape * mean / ((shape + mean) * (shape + mean));
  return {count * eta - (shape + count) * std::log1p(mean / shape), shape * (count - mean) / (shape + mean), expected,
          observed, expected * shape / (shape + mean)};
}

}  // namespace firmground::estimate
