#include "estimate/hyperparameters.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace firmground::estimate {

namespace {

constexpr std::size_t kN = Hyperparameters::kCount;
using Point = std::array<double, kN>;

/// exp of: range 60 m .. 60 km (of the field, in map metres), sds .02 .. 8, precision 1e-2 .. 1e5, patchiness
/// .02 .. 8.
constexpr Point kLow = {4.1, -3.9, -3.9, -4.6, -3.9};
constexpr Point kHigh = {11.0, 2.1, 2.1, 11.5, 2.1};
/// A step of BFGS may change no logarithm by more than this: the Newton steps inside start from the last mode.
constexpr double kLongestStep = 0.6;

double dot(const Point& a, const Point& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kN; ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

struct InverseHessian {
  std::array<Point, kN> h{};
  void reset() {
    constexpr Point kUsual = {0.03, 0.03, 0.2, 0.6, 0.3};  // how well each was known on invented countries
    for (std::size_t i = 0; i < kN; ++i) {
      h[i].fill(0);
      h[i][i] = kUsual[i];
    }
  }
  Point times(const Point& g) const {
    Point r{};
    for (std::size_t i = 0; i < kN; ++i) {
      r[i] = dot(h[i], g);
    }
    return r;
  }
  /// BFGS update (Nocedal & Wright 2006, eq. 6.17) for minimisation; skipped without positive curvature.
  void update(const Point& s, const Point& y) {
    const double sy = dot(s, y);
    if (sy <= 1e-10) {
      return;
    }
    const Point hy = times(y);
    const double yhy = dot(y, hy);
    for (std::size_t i = 0; i < kN; ++i) {
      for (std::size_t j = 0; j < kN; ++j) {
        h[i][j] += (1 + yhy / sy) * s[i] * s[j] / sy - (hy[i] * s[j] + s[i] * hy[j]) / sy;
      }
    }
  }
};

}  // namespace

base::Result<HyperFit> fit_hyperparameters(FieldFitter& fitter, const Hyperparameters& start, int most_evaluations,
                                           double enough) {
  Point x = start.as_array();
  FG_TRY(FieldFit at, fitter.fit(start, FieldFitter::Want::gradient));
  HyperFit result{start, std::move(at), 0, 1};
  result.evidence_bound = result.fit.evidence_bound;
  Point g{};
  for (std::size_t i = 0; i < kN; ++i) {
    g[i] = -result.fit.gradient[i];
  }
  InverseHessian h;
  h.reset();
  while (result.evaluations < most_evaluations) {
    Point step = h.times(g);
    double longest = 0;
    for (std::size_t i = 0; i < kN; ++i) {
      step[i] = -step[i];
      longest = std::max(longest, std::abs(step[i]));
    }
    const double shrink = longest > kLongestStep ? kLongestStep / longest : 1.0;
    double length = shrink;
    bool improved = false;
    while (result.evaluations < most_evaluations && length > 0.01 * shrink) {
      Point next{};
      for (std::size_t i = 0; i < kN; ++i) {
        next[i] = std::isfinite(x[i]) ? std::clamp(x[i] + length * step[i], kLow[i], kHigh[i]) : x[i];
      }
      auto trial = fitter.fit(Hyperparameters::from(next, start.stretch), FieldFitter::Want::gradient);
      ++result.evaluations;
      if (trial && trial->evidence_bound > result.evidence_bound) {
        Point y{};
        Point s{};
        for (std::size_t i = 0; i < kN; ++i) {
          s[i] = std::isfinite(x[i]) ? next[i] - x[i] : 0.0;
          y[i] = -trial->gradient[i] - g[i];
          g[i] = -trial->gradient[i];
        }
        result.best = Hyperparameters::from(next, start.stretch);
        result.evidence_bound = trial->evidence_bound;
        result.fit = std::move(*trial);
        x = next;
        h.update(s, y);
        improved = true;
        break;
      }
      length /= 3;
    }
    const bool settled = dot(g, h.times(g)) / 2 < enough;
    if (!improved || settled) {
      break;
    }
  }
  return result;
}

}  // namespace firmground::estimate
