#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/random.h"
#include "evidence/record_accuracy.h"

/// Figures with 90 % intervals out of what single records say.
namespace firmground::evidence {

/// A share of records. `chances`: of each record that it counts, 0 or 1 where that is known. Interval: Beta(k + 1/2,
/// n - k + 1/2) with k drawn from the chances, so that few records and doubtful ones both widen it.
AccuracyFigure share_of(const std::vector<double>& chances, base::Random& random);

/// Any statistic of n records by bootstrap: `statistic` takes how often each record was drawn; NaN: not known.
/// Fewer than kEnoughForInterval records give a value without interval.
using Statistic = std::function<double(std::span<const std::uint16_t> times)>;
AccuracyFigure bootstrapped(std::size_t records, base::Random& random, const Statistic& statistic);
inline constexpr std::size_t kEnoughForInterval = 5;

/// A value of one record, and what it weighs.
struct Weighted {
  double value = 0;
  double weight = 1;
};
AccuracyFigure mean_of(const std::vector<Weighted>& values, base::Random& random);
AccuracyFigure median_of(std::vector<Weighted> values, base::Random& random);

/// Sum of parts over sum of wholes.
struct PartOf {
  double part = 0;
  double whole = 0;
};
AccuracyFigure ratio_of(const std::vector<PartOf>& records, base::Random& random);

}  // namespace firmground::evidence
