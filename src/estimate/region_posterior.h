#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "estimate/class_posterior.h"
#include "estimate/shared_learning.h"
#include "estimate/team.h"
#include "evidence/regions.h"

namespace firmground::estimate {

/// A cell by its column and row.
struct NodeCell {
  std::int32_t column, row;
};
/// Whose cell a node of the country's short lattice is: that at whose north-western corner it lies, on the far edges
/// the last one before it.  The region that owns the cell owns the node.
NodeCell cell_of_node(const geo::Grid& country, std::int32_t column, std::int32_t row, std::int32_t step);

/// Fits one class in a region that overlaps with others, all at the same time (docs/methods/hazard-field.md, eq.
/// 29-32). Each process holds the short field of its window alone; effects and long field are shared: what a region
/// says of them is its Schur complement, added up over regions with each node and observation counted where it is
/// owned. `owned`: the regions by rank.  `findable`: by record, empty where there are none. Result: the posterior in
/// the window, in the form of fit_class(); exact but for what lies beyond the overlap. Errors, the same in all:
/// estimate.no_convergence, sparse.*.
base::Result<std::unique_ptr<ClassPosterior>> fit_class_in_region(Team& team, const evidence::Observations& region,
                                                                  const std::vector<evidence::Region>& owned,
                                                                  std::size_t which, const SharedLearning& learning,
                                                                  const std::vector<double>& findable,
                                                                  const EstimateOptions& options);

}  // namespace firmground::estimate
