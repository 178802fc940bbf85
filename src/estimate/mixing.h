#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace firmground::estimate {

/// Anderson's mixing (1965; Walker & Ni 2011) of the last few steps towards a fixed point: the combination of them
/// whose residual would be least.
class Mixing {
 public:
  /// `sum` adds up over all parts that a point is divided into, whose weights are 0 where another part has its own.
  explicit Mixing(std::function<void(std::span<double>)> sum) : sum_(std::move(sum)) {}

  /// The next point after `at`, where the plain step leads to `to`; residuals are squared and weighted by `scale`.
  std::vector<double> next(const std::vector<double>& at, const std::vector<double>& to,
                           const std::vector<double>& scale);
  /// Begins anew.
  void forget();

 private:
  /// From one point to the next.
  struct Step {
    std::vector<double> of_residual, of_goal;
  };
  std::vector<double> least_squares(const std::vector<double>& residual, const std::vector<double>& scale) const;

  std::function<void(std::span<double>)> sum_;
  std::vector<Step> steps_;  ///< the latest last
  std::vector<double> last_residual_, last_goal_;
  double last_norm_ = 1e300;
};

}  // namespace firmground::estimate
