#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "base/random.h"

namespace firmground::estimate {

/// How many items a cell of a class holds once it holds any: a zero-truncated negative binomial, heavy-tailed for small
/// `shape` (docs/methods/hazard-field.md, eq. 8-13).  mean is that of the untruncated law.
struct CountLaw {
  double mean = 1;
  double shape = 0.5;
  double mean_error = 0.2;  ///< standard error of log(mean)
  double by_place = 0;      ///< squared coefficient of variation that the cells of one place share (eq. 28)
};

/// Finds in a cell that holds items are the items of the searched part, thinned by detection. The searched part of a
/// clump is not the searched share of the area: it is a beta variable with that mean and `kClumpConcentration` (eq.
/// 10).
inline constexpr double kClumpConcentration = 2.0;

/// Mean number of items of a cell that holds any.
double positive_mean(const CountLaw& law);

/// The law of the same shape whose positive_mean is `mean`.  REQUIRES: mean > 1.
CountLaw with_positive_mean(const CountLaw& law, double mean);
/// The law within one place: what `by_place` tells of the scatter is taken out of it (eq. 28).
CountLaw within_place(const CountLaw& law);

/// Numbers N > 0 of cells that hold any, drawn by inversion of the distribution function (Devroye 1986, section III.2),
/// whose first values are kept.  Cost of a draw: one random number and O(N) operations for the first, O(N - kKept)
/// later; by gamma and Poisson numbers where the mean is above 100.
class PositiveCounts {
 public:
  explicit PositiveCounts(const CountLaw& law);
  std::int64_t draw(base::Random& random);

 private:
  static constexpr std::size_t kKept = 64;

  CountLaw law_;
  double ratio_ = 0;  ///< mean / (mean + shape)
  double some_ = 0;   ///< P(N > 0) of the untruncated law
  std::size_t kept_ = 1;
  std::array<double, kKept> probability_;  ///< of n = index + 1, untruncated
  std::array<double, kKept> up_to_;        ///< their sum
};

/// P(at least one item found | the cell holds any).  share in (0, 1], detection in (0, 1).
double detection_of_presence(const CountLaw& law, double share, double detection);

/// What is left in a searched cell.
struct Remaining {
  double probability = 0;  ///< of at least one item
  double mean = 0;         ///< expected number; >= probability
};

/// Given `found` > 0 items found.
Remaining remaining_after_finds(const CountLaw& law, double share, double detection, std::uint32_t found);
/// Given that nothing was found and P(cell holds any | all but this search) = presence.
Remaining remaining_after_nothing(const CountLaw& law, double share, double detection, double presence);

/// One cell with finds, for the fit.
struct PositiveCell {
  double share;
  double detection;
  std::uint32_t found;
  double weight = 1;  ///< how many cells it stands for
};

/// Maximum likelihood with weak priors (log mean ~ N(log 3, 1.5^2), log shape ~ N(log 0.7, 1^2)) from cells with finds,
/// given that something was found.  Falls back to the priors without cells.  Cost: O(distinct cells x iterations).
CountLaw fit_count_law(std::span<const PositiveCell> cells);

/// Cells with finds, by place: `place` names one for each count.  Result: the squared coefficient of variation between
/// places, a one-way analysis of variance (eq. 28; Searle, Casella & McCulloch 1992, section 3.6), at most 4.
double variation_between_places(std::span<const std::uint32_t> found, std::span<const std::uint32_t> place);

}  // namespace firmground::estimate
