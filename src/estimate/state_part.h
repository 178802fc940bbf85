#pragma once
#include <cstdint>

#include "estimate/estimate_state.h"
#include "evidence/regions.h"

/// A part of the country as an update needs it: what changed, all that the short field carries from there, and no more.
namespace firmground::estimate {

/// The state's part of the country, by cells of the country.
evidence::Region part_in(const EstimateState& state);

/// The smallest part of whole tiles (state_tiles.h) that holds these cells of the country, and `cells` more round them
/// where there is ground.
evidence::Region part_round(const EstimateState& state, const evidence::Region& cells_of_country, std::int32_t cells);

/// How far a changed cell bears on others through the short field, in cells.
std::int32_t range_cells(const EstimateState& state);
/// How far from a cell that is told anew the fit of its window looks, in cells.
std::int32_t window_reach(const EstimateState& state);
/// How far from a cell that was searched since an update looks, unless polygons or areas that are told whole reach
/// further.
std::int32_t reach_of_change(const EstimateState& state);

}  // namespace firmground::estimate
