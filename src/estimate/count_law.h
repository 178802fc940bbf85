#pragma once
#include <cstdint>
#include <span>

namespace firmground::estimate {

/// How many items a cell of a class holds once it holds any: a zero-truncated negative binomial, heavy-tailed for small
/// `shape` (docs/methods/hazard-field.md, eq. 8-13).  mean is that of the untruncated law.
struct CountLaw {
  double mean = 1;
  double shape = 0.5;
  double mean_error = 0.2;  ///< standard error of log(mean)
};

/// Finds in a cell that holds items are the items of the searched part, thinned by detection. The searched part of a
/// clump is not the searched share of the area: it is a beta variable with that mean and `kClumpConcentration` (eq.
/// 10).
inline constexpr double kClumpConcentration = 2.0;

/// Mean number of items of a cell that holds any.
double positive_mean(const CountLaw& law);

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

}  // namespace firmground::estimate
