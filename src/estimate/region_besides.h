#pragma once
#include <optional>
#include <vector>

#include "estimate/class_posterior.h"
#include "estimate/estimate.h"
#include "estimate/region_estimate.h"
#include "estimate/team.h"

/// What some polygons are told besides (options.closer), by regions: each by one process, whose window holds all of it
/// and ground enough around.
namespace firmground::estimate {

/// Fills ground.closer.  `polygons`: those of the country, on its grid.
void place_closer(const geo::Grid& country, const std::vector<PolygonCells>& polygons, const CloserLook& closer,
                  std::size_t rank, RegionGround& ground);

/// Into result.polygons and result.surveys of the first process, whose result is told but for these.  Polygons too
/// large for every window have besides_known false.  `modelled`: in the first process, P(any) of the modelled cells
/// where it is not result.hazard.raster.
void tell_besides(Team& team, const RegionGround& ground, const Posteriors& posteriors, const EstimateOptions& options,
                  const std::optional<geo::Raster>& modelled, EstimateResult& result);

}  // namespace firmground::estimate
