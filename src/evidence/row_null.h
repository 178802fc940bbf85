#pragma once
#include <vector>

#include "evidence/searched_ground.h"

namespace firmground::evidence {

/// How finds would lie if they lay in no rows: evenly over the ground that was searched, or in clumps on it (nuisance
/// mining).  docs/methods/row-patterns.md, eq. 2.
struct NoRows {
  std::vector<double> density;  ///< per find, 1/m2 of ground effectively searched; left-one-out where clumped
  double clump_m = 0;           ///< standard deviation of a clump, 0 = even ground explains the finds better
};

/// REQUIRES: two finds at least, ground.effective_m2() > 0.  Cost: finds squared.
NoRows without_rows(const std::vector<geo::Xy>& finds, const SearchedGround& ground);

}  // namespace firmground::evidence
