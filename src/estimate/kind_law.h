#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "estimate/count_law.h"

/// How items of a class that lie together divide into kinds (docs/methods/hazard-field.md, eq. 37-39): a Dirichlet-
/// multinomial, since cells of one minefield are alike. `concentration`: 0 = all of one kind, large = each item for
/// itself.
namespace firmground::estimate {

/// log P(which of the counted items, one after the other, are of which kind): without the multinomial coefficient,
/// which no parameter changes.  REQUIRES: shares > 0 that add up to 1.
double log_kinds(std::span<const double> share, double concentration, std::span<const std::uint32_t> count);

/// P(no item of the kind among n), n a whole number or beyond all counting (eq. 38).
double none_of_kind(double share, double concentration, double n);

/// P(any item of the kind | N > 0) for a number of items N that is the positive part of `law` (eq. 39).
/// Between share and min(1, share x positive_mean(law)).  Cost: some hundred terms.
double any_of_kind(double share, double concentration, const CountLaw& law);

/// The same as a table: where N > 0 has a given mean and the shape of `law`.  Linear between its knots, so that what
/// holds at each knot holds between them: at(m, share) <= share x m, and the kinds of a class add up to 1 at least.
class KindChances {
 public:
  KindChances(const CountLaw& law, double concentration);
  /// REQUIRES: mean >= 1, share in [0, 1].
  float at(float mean, float share) const;

 private:
  std::vector<float> table_;  ///< means x shares
};

}  // namespace firmground::estimate
