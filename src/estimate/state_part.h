#pragma once
#include <cstdint>

#include "estimate/estimate_state.h"
#include "evidence/regions.h"

/// A part of the country as an update needs it: what changed, all that the short field carries from there, and no more.
namespace firmground::estimate {

/// Sides and corners of parts are whole multiples of so many cells from the country's north-western corner, that no
/// square of nodes, no block that nobody searched and no cell of the map is cut.
std::int32_t part_step(const EstimateState& state);

/// The smallest part that holds these cells of the country, and `cells` more round them where there is ground.
evidence::Region part_round(const EstimateState& state, const evidence::Region& cells_of_country, std::int32_t cells);

/// How far from a cell that is told anew the fit of its window looks, in cells.
std::int32_t window_reach(const EstimateState& state);

/// What the state has of a part, by the part's cells; what all ground shares as it is.  REQUIRES: `state` is of all the
/// country; the part is part_round() of something.  Cost: O(cells and nodes of the part), a pass over all nodes, and
/// copies of what is shared.
EstimateState part_of(const EstimateState& state, const evidence::Region& part);

}  // namespace firmground::estimate
