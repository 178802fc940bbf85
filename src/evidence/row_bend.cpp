#include "evidence/row_bend.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace firmground::evidence {

namespace {

constexpr double kKnot_m = 20;
/// Rows follow the slope of the ground and come back to their direction: the turn of the heading over one knot, and how
/// far the heading strays from the chart's, standard deviations in radians.
constexpr double kTurn = 0.08;
constexpr double kStray = 0.3;

/// Inverse of a symmetric positive definite matrix by Cholesky; row-major, n x n.
std::vector<double> inverse_of(std::vector<double> a, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      for (std::size_t i = j; i < n; ++i) {
        a[i * n + j] -= a[i * n + k] * a[j * n + k];
      }
    }
    FG_CHECK(a[j * n + j] > 0);  // the prior alone makes it so
    const double root = std::sqrt(a[j * n + j]);
    for (std::size_t i = j; i < n; ++i) {
      a[i * n + j] /= root;
    }
  }
  std::vector<double> result(n * n, 0);
  std::vector<double> x(n);
  for (std::size_t column = 0; column < n; ++column) {
    std::fill(x.begin(), x.end(), 0);
    x[column] = 1;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        x[i] -= a[i * n + k] * x[k];
      }
      x[i] /= a[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t k = i + 1; k < n; ++k) {
        x[i] -= a[k * n + i] * x[k];
      }
      x[i] /= a[i * n + i];
    }
    for (std::size_t i = 0; i < n; ++i) {
      result[i * n + column] = x[i];
    }
  }
  return result;
}

}  // namespace

RowBend::RowBend(double from_s, double to_s, std::vector<double> offsets)
    : from_s_(from_s),
      bend_(static_cast<std::size_t>(std::max(3.0, std::ceil((to_s - from_s) / kKnot_m) + 1)), 0),
      offsets_(std::move(offsets)) {}

RowBend::Place RowBend::place(double s) const {
  const double t = std::clamp((s - from_s_) / kKnot_m, 0.0, static_cast<double>(bend_.size() - 1));
  const std::size_t knot = std::min(static_cast<std::size_t>(t), bend_.size() - 2);
  return {knot, t - static_cast<double>(knot)};
}

void RowBend::fit(const std::vector<OffsetSeen>& seen, double sigma_m) {
  const std::size_t knots = bend_.size();
  const std::size_t n = size();
  std::vector<double> prior(n * n, 0);
  const double smooth = 1 / (kKnot_m * kTurn * kKnot_m * kTurn);
  constexpr std::array kSecond = {1.0, -2.0, 1.0};
  for (std::size_t i = 0; i + 2 < knots; ++i) {
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = 0; b < 3; ++b) {
        prior[(i + a) * n + i + b] += smooth * kSecond[a] * kSecond[b];
      }
    }
  }
  const double steady = 1 / (kKnot_m * kStray * kKnot_m * kStray);
  for (std::size_t i = 0; i + 1 < knots; ++i) {
    prior[i * n + i] += steady;
    prior[(i + 1) * n + i + 1] += steady;
    prior[i * n + i + 1] -= steady;
    prior[(i + 1) * n + i] -= steady;
  }
  // The level of the bend is told from the offsets by a wide prior on both.
  constexpr double kLevel_m = 100;
  constexpr double kOffset_m = 1000;
  for (std::size_t i = 0; i < n; ++i) {
    const double sd_m = i < knots ? kLevel_m : kOffset_m;
    prior[i * n + i] += 1 / (sd_m * sd_m);
  }
  std::vector<double> a = prior;
  std::vector<double> right(n, 0);
  const double precision = 1 / (sigma_m * sigma_m);
  for (const OffsetSeen& each : seen) {
    const Place at = place(each.s);
    const std::array<std::pair<std::size_t, double>, 3> terms = {
        {{at.knot, 1 - at.right}, {at.knot + 1, at.right}, {knots + each.row, 1}}};
    for (const auto& [i, x] : terms) {
      right[i] += each.weight * precision * x * each.n;
      for (const auto& [j, y] : terms) {
        a[i * n + j] += each.weight * precision * x * y;
      }
    }
  }
  covariance_ = inverse_of(std::move(a), n);
  degrees_ = static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    double value = 0;
    for (std::size_t j = 0; j < n; ++j) {
      value += covariance_[i * n + j] * right[j];
      degrees_ -= covariance_[i * n + j] * prior[j * n + i];
    }
    (i < knots ? bend_[i] : offsets_[i - knots]) = value;
  }
  degrees_ = std::max(0.0, degrees_ - static_cast<double>(offsets_.size()));
}

RowBend RowBend::reordered(const std::vector<std::size_t>& order) const {
  RowBend result = *this;
  const std::size_t knots = bend_.size();
  const std::size_t n = size();
  const auto former = [&](std::size_t i) { return i < knots ? i : knots + order[i - knots]; };
  for (std::size_t i = 0; i < n; ++i) {
    if (i >= knots) {
      result.offsets_[i - knots] = offsets_[order[i - knots]];
    }
    for (std::size_t j = 0; j < n && !covariance_.empty(); ++j) {
      result.covariance_[i * n + j] = covariance_[former(i) * n + former(j)];
    }
  }
  return result;
}

double RowBend::at(double s) const {
  const Place p = place(s);
  return (1 - p.right) * bend_[p.knot] + p.right * bend_[p.knot + 1];
}

double RowBend::variance(double s, std::size_t row) const {
  if (covariance_.size() != size() * size()) {
    return 0;  // a row was added and nothing fitted since
  }
  const Place at = place(s);
  const std::size_t n = size();
  const std::array<std::pair<std::size_t, double>, 3> terms = {
      {{at.knot, 1 - at.right}, {at.knot + 1, at.right}, {bend_.size() + row, 1}}};
  double variance = 0;
  for (const auto& [i, x] : terms) {
    for (const auto& [j, y] : terms) {
      variance += x * y * covariance_[i * n + j];
    }
  }
  return std::max(0.0, variance);
}

}  // namespace firmground::evidence
