#pragma once
#include <vector>

#include "evidence/row_forecast.h"

namespace firmground::evidence {

struct SuspectedRow {
  double offset_m = 0, sd_m = 0, probability = 0;
};

/// Rows of which nothing was found yet.
struct FurtherRows {
  double spacing_m = 0, spacing_sd_m = 0;  ///< zero when there is one row only
  double from_m = 0;                       ///< offset of the first step; steps of 1 m
  std::vector<double> density;             ///< rows per metre across
  std::vector<SuspectedRow> rows;

  double at(double offset_m) const;
};

/// Rows beyond the outermost, and in gaps twice as wide as the others; each is the less likely the more of it was
/// searched in vain.  docs/methods/row-patterns.md, eq. 14-15.
FurtherRows further_rows(const RowFit& fit, const PitchLaw& law, const SearchedGround& ground);

}  // namespace firmground::evidence
