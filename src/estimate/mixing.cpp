#include "estimate/mixing.h"

#include "sparse/dense.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kDepth = 5;

double product(const std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& scale) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i] * scale[i];
  }
  return sum;
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    result[i] = a[i] - b[i];
  }
  return result;
}

}  // namespace

std::vector<double> Mixing::next(const std::vector<double>& at, const std::vector<double>& to,
                                 const std::vector<double>& scale) {
  std::vector<double> residual(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    residual[i] = to[i] - at[i];
  }
  double norm = product(residual, residual, scale);
  sum_(std::span(&norm, 1));
  const bool worse = norm > last_norm_;
  if (worse) {  // a mixture that led astray: plain steps until they are worth mixing again
    forget();
  }
  last_norm_ = norm;
  if (!last_residual_.empty()) {
    if (residuals_.size() == kDepth) {
      residuals_.erase(residuals_.begin());
      goals_.erase(goals_.begin());
    }
    residuals_.push_back(difference(residual, last_residual_));
    goals_.push_back(difference(to, last_goal_));
  }
  last_residual_ = residual;
  last_goal_ = to;
  const std::vector<double> share = least_squares(residual, scale);
  std::vector<double> result = to;
  for (std::size_t k = 0; k < share.size(); ++k) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] -= share[k] * goals_[k][i];
    }
  }
  return result;
}

void Mixing::forget() {
  residuals_.clear();
  goals_.clear();
  last_residual_.clear();
  last_norm_ = 1e300;
}

std::vector<double> Mixing::least_squares(const std::vector<double>& residual, const std::vector<double>& scale) const {
  const std::size_t n = residuals_.size();
  if (n == 0) {
    return {};
  }
  std::vector<double> sums;  // by earlier step: with the residual, then with each step until itself
  for (std::size_t k = 0; k < n; ++k) {
    sums.push_back(product(residuals_[k], residual, scale));
    for (std::size_t l = 0; l <= k; ++l) {
      sums.push_back(product(residuals_[k], residuals_[l], scale));
    }
  }
  sum_(sums);
  sparse::DenseMatrix normal(n, n);
  std::vector<double> right(n);
  std::size_t at = 0;
  for (std::size_t k = 0; k < n; ++k) {
    right[k] = sums[at++];
    for (std::size_t l = 0; l <= k; ++l) {
      normal(k, l) = normal(l, k) = sums[at++];
    }
    normal(k, k) *= 1 + 1e-8;
  }
  sparse::DenseCholesky(normal).solve(right);
  return right;
}

}  // namespace firmground::estimate
