#pragma once
#include <cstdint>

namespace firmground::report {

struct Interval {
  double p05 = 0;
  double p95 = 1;
};

/// Regularised incomplete beta function I_x(a, b), the distribution function of Beta(a, b).
/// REQUIRES: a > 0, b > 0, 0 <= x <= 1.  Continued fraction (NIST DLMF 8.17.22), relative error below 1e-12.
double beta_distribution(double a, double b, double x);

/// 5 % and 95 % quantiles of the share behind `hits` of `trials`: Jeffreys' interval, Beta(hits + 1/2, trials - hits +
/// 1/2), with the bound itself where hits is 0 or trials (Brown, Cai and DasGupta 2001).
/// docs/methods/situation-indicators.md, eq. 6. REQUIRES: 0 <= hits <= trials, trials > 0.
Interval jeffreys_interval(std::int64_t hits, std::int64_t trials);

}  // namespace firmground::report
