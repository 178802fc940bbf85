#include "estimate/mixing.h"

#include <algorithm>

#include "base/parallel.h"
#include "sparse/dense.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kDepth = 5;
constexpr std::size_t kBlock = 4096;  ///< of a point: what one pass reads of all steps stays near the processor

}  // namespace

std::vector<double> Mixing::next(const std::vector<double>& at, const std::vector<double>& to,
                                 const std::vector<double>& scale) {
  std::vector<double> residual(at.size());
  double norm = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    residual[i] = to[i] - at[i];
    norm += residual[i] * residual[i] * scale[i];
  }
  sum_(std::span(&norm, 1));
  const bool worse = norm > last_norm_;
  if (worse) {  // a mixture that led astray: plain steps until they are worth mixing again
    forget();
  }
  last_norm_ = norm;
  if (!last_residual_.empty()) {
    if (steps_.size() == kDepth) {
      std::rotate(steps_.begin(), steps_.begin() + 1, steps_.end());
    } else {
      steps_.push_back({std::vector<double>(at.size()), std::vector<double>(at.size())});
    }
    Step& step = steps_.back();
    for (std::size_t i = 0; i < at.size(); ++i) {
      step.of_residual[i] = residual[i] - last_residual_[i];
      step.of_goal[i] = to[i] - last_goal_[i];
    }
  }
  const std::vector<double> share = least_squares(residual, scale);
  std::vector<double> result = to;
  base::parallel_for(result.size(), kBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = 0; k < share.size(); ++k) {
      for (std::size_t i = begin; i < end; ++i) {
        result[i] -= share[k] * steps_[k].of_goal[i];
      }
    }
  });
  last_residual_ = std::move(residual);
  last_goal_ = to;
  return result;
}

void Mixing::forget() {
  steps_.clear();
  last_residual_.clear();
  last_norm_ = 1e300;
}

std::vector<double> Mixing::least_squares(const std::vector<double>& residual, const std::vector<double>& scale) const {
  const std::size_t n = steps_.size();
  if (n == 0) {
    return {};
  }
  // By earlier step: its product with the residual, then with each step until itself.
  const std::size_t products = n * (n + 3) / 2;
  const std::size_t blocks = (residual.size() + kBlock - 1) / kBlock;
  std::vector<double> of_block(blocks * products);
  base::parallel_for(residual.size(), kBlock, [&](std::size_t begin, std::size_t end) {
    std::vector<double> scaled(end - begin);
    double* out = of_block.data() + begin / kBlock * products;
    const auto product = [&](const std::vector<double>& with) {
      double sum = 0;
      for (std::size_t i = begin; i < end; ++i) {
        sum += scaled[i - begin] * with[i];
      }
      *out++ = sum;
    };
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = begin; i < end; ++i) {
        scaled[i - begin] = steps_[k].of_residual[i] * scale[i];
      }
      product(residual);
      for (std::size_t l = 0; l <= k; ++l) {
        product(steps_[l].of_residual);
      }
    }
  });
  std::vector<double> sums(products, 0.0);
  for (std::size_t i = 0; i < of_block.size(); ++i) {
    sums[i % products] += of_block[i];
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
