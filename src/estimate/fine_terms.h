#pragma once
#include <cstdint>
#include <vector>

#include "estimate/fine_view.h"
#include "evidence/observations.h"
#include "sparse/dense.h"

namespace firmground::estimate {

/// What searched ground of the whole country teaches about where in a cell its items lie, for one class
/// (docs/methods/hazard-field.md, eq. 45-46).
struct FineTerms {
  std::vector<double> coefficient;  ///< of fine_columns(); all zero: nothing was to be learned from
  sparse::DenseMatrix covariance;   ///< of these
  double clump = 1;                 ///< concentration of a cell's items among its small cells (Dirichlet)
  std::int64_t cells = 0;           ///< that it was learned from
  double finds = 0;                 ///< in them
};

struct FineLearning {
  double fine_cell_m = 10;
  std::size_t most_cells = 1500;
  std::uint64_t seed = 1;
};

/// Cells of the country that were searched whole and where items of the class were found: their finds are hidden, with
/// nothing more or with all ground on one side, or some of them as a search misses items, and told from what is left to
/// see, small cell by small cell given their number (a conditional logit).  So what is learned only says where in a
/// cell items lie, never whether there are any. Deterministic.  Cost: some milliseconds for each cell it learns from,
/// shared by the threads.
FineTerms learn_fine_terms(const evidence::Observations& observations, const evidence::FineSearch& search,
                           evidence::OrdnanceClass ordnance_class, const FineLearning& learning);

}  // namespace firmground::estimate
