#pragma once
#include <string>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/team.h"
#include "pipeline/estimate_programme.h"

namespace firmground::pipeline {

/// Several times the range of short fields seen so far (250 to 800 m).
inline constexpr double kDefaultOverlap_m = 3000;

/// estimate_programme() by a team of processes, a region each.  Every process opens the programme and reads it; the
/// first one reconciles, learns what regions share, gathers the map and stores it.  A process holds covariates, fields
/// and draws of its region and the overlap alone; what it holds of the whole country is the snapshot while it reads,
/// and one covariate at a time.  Result: in the first process the outcome, in the others an empty one.
/// REQUIRES: request.overlap_m; request.regions is set here.
/// Errors, the same in all processes: those of estimate_programme(), pipeline.too_many_regions,
/// pipeline.changed_meanwhile.
base::Result<EstimateOutcome> estimate_programme_in_regions(estimate::Team& team, const std::string& programme,
                                                            EstimateRequest request,
                                                            const base::Progress& progress = base::no_progress);

}  // namespace firmground::pipeline
