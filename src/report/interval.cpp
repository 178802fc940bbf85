#include "report/interval.h"

#include <cmath>

#include "base/check.h"

namespace firmground::report {

namespace {

/// Lentz's evaluation of the continued fraction of I_x(a, b); converges fast for x < (a + 1) / (a + b + 2).
double continued_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr double kEnough = 1e-15;
  constexpr int kMostTerms = 10000;
  const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double result = d;
  for (int m = 1; m <= kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    result *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    result *= d * c;
    if (std::abs(d * c - 1) < kEnough) {
      break;
    }
  }
  return result;
}

/// Bisection: the distribution function is monotone, and 60 halvings reach the last bit that matters.
double beta_quantile(double a, double b, double probability) {
  double low = 0;
  double high = 1;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (beta_distribution(a, b, middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double beta_distribution(double a, double b, double x) {
  FG_CHECK(a > 0 && b > 0 && x >= 0 && x <= 1);
  if (x == 0 || x == 1) {
    return x;
  }
  const double log_front = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  return x < (a + 1) / (a + b + 2) ? std::exp(log_front) * continued_fraction(a, b, x) / a
                                   : 1 - std::exp(log_front) * continued_fraction(b, a, 1 - x) / b;
}

Interval jeffreys_interval(std::int64_t hits, std::int64_t trials) {
  FG_CHECK(hits >= 0 && hits <= trials && trials > 0);
  const double a = static_cast<double>(hits) + 0.5;
  const double b = static_cast<double>(trials - hits) + 0.5;
  return {hits == 0 ? 0 : beta_quantile(a, b, 0.05), hits == trials ? 1 : beta_quantile(a, b, 0.95)};
}

}  // namespace firmground::report
