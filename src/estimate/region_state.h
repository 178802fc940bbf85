#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "estimate/country_map.h"
#include "estimate/estimate_state.h"
#include "estimate/region_estimate.h"
#include "estimate/team.h"

namespace firmground::estimate {

/// Of a polygon that this process tells about, its sum over all regions.
using PolygonSums = std::map<std::uint32_t, const Sum*>;

/// The state of an estimate by regions, but for the cells watched, in the first process; in the others nothing: what
/// each region says of its own nodes and cells, as one estimate in one piece would leave it.  `map`: nation and kinds
/// of the whole country; `polygons`: first process alone, all that were asked for, by id and area. Cost: all draws pass
/// through the first process, which holds the whole state then.
std::shared_ptr<EstimateState> gathered_state(Team& team, const RegionGround& ground, const EstimateOptions& options,
                                              const Posteriors& posteriors, const KindMap* kinds, const CountryMap& map,
                                              const PolygonSums& sums, const std::vector<PolygonCells>& polygons);

}  // namespace firmground::estimate
