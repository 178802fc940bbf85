#include "estimate/mixing.h"

#include "sparse/dense.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kDepth = 5;

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
  double norm = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    norm += residual[i] * residual[i] * scale[i];
  }
  const bool worse = norm > last_norm_;
  last_norm_ = norm;
  if (worse) {  // a mixture that led astray: plain steps until they are worth mixing again
    residuals_.clear();
    goals_.clear();
    last_residual_.clear();
  }
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

std::vector<double> Mixing::least_squares(const std::vector<double>& residual, const std::vector<double>& scale) const {
  const std::size_t n = residuals_.size();
  if (n == 0) {
    return {};
  }
  sparse::DenseMatrix normal(n, n);
  std::vector<double> right(n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < residual.size(); ++i) {
      right[k] += residuals_[k][i] * residual[i] * scale[i];
    }
    for (std::size_t l = 0; l <= k; ++l) {
      double sum = 0;
      for (std::size_t i = 0; i < residual.size(); ++i) {
        sum += residuals_[k][i] * residuals_[l][i] * scale[i];
      }
      normal(k, l) = normal(l, k) = sum;
    }
  }
  for (std::size_t k = 0; k < n; ++k) {
    normal(k, k) *= 1 + 1e-8;
  }
  sparse::DenseCholesky(normal).solve(right);
  return right;
}

}  // namespace firmground::estimate
