#pragma once
#include <vector>

#include "estimate/country_map.h"
#include "estimate/estimate.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// What each polygon would hold without a group of evidence (docs/methods/hazard-field.md, eq. 40), averaged over all
/// its cells. "Without" is an approximation that does not fit anew. Held as they are: hyperparameters, laws of counts,
/// the weights of the observations, and what each cell's own search took away.
///   finds and searches near by: the short field is what its prior says, as far from all searched land
///   the region: the long field is what its prior says
///   minefield records: their hazard is nought, and so are the effects of covariates made from them
///   the survey statement, each other covariate: its effect is nought
/// An effect that is nought moves the others and the fields by their posterior covariance with it: as a fit without
/// the covariate would, were the observations normal.
/// How near this comes to fits without the evidence: bench/without_evidence.cpp.
/// Told are the groups that change expected items by a tenth or P(no item) by .05, at most kMostGroups, the largest
/// change of expected items first.  REQUIRES: observations.mode is "effort".  Deterministic, whatever the thread count.
/// Cost: O(cells x groups x draws) for the polygons wanted.
void tell_without_evidence(const Posteriors& posteriors, const evidence::Observations& observations,
                           const EstimateOptions& options, const std::vector<PolygonCells>& polygons,
                           PolygonRange wanted, std::vector<PolygonEstimate>& told);
inline constexpr std::size_t kMostGroups = 6;

}  // namespace firmground::estimate
