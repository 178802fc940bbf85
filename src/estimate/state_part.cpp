#include "estimate/state_part.h"

#include <algorithm>
#include <cmath>

#include "estimate/class_parts.h"
#include "estimate/report_evidence.h"
#include "estimate/state_tiles.h"
#include "estimate/window_fit.h"
#include "evidence/covariates.h"

namespace firmground::estimate {

evidence::Region part_in(const EstimateState& state) {
  const geo::Grid& country = state.whole();
  return {static_cast<std::int32_t>(state.grid.west - country.west),
          static_cast<std::int32_t>(country.north - state.grid.north), state.grid.columns, state.grid.rows};
}

evidence::Region part_round(const EstimateState& state, const evidence::Region& cells_of_country, std::int32_t cells) {
  return tiles_of(state).holding(evidence::grown(cells_of_country, state.whole(), cells));
}

std::int32_t range_cells(const EstimateState& state) {
  double range_m = 300;
  for (const ClassState& of_class : state.classes) {
    range_m = std::max(range_m, std::exp(of_class.learnt.hyper.log_short_range_m));
  }
  const double reach_m = std::clamp(2 * range_m, 12 * state.grid.cell_m, 60 * state.grid.cell_m);
  return static_cast<std::int32_t>(std::ceil(reach_m / state.grid.cell_m));
}

std::int32_t window_reach(const EstimateState& state) {
  // What carries the field near the window, and what is beside that, decides which nodes it has.
  const auto carried = static_cast<std::int32_t>(std::ceil(short_reach_m(state.grid) / state.grid.cell_m));
  std::int32_t most = 0;
  for (const ClassState& of_class : state.classes) {
    const std::int32_t step = of_class.step_cells;
    most = std::max(most, step * (window_margin(of_class, state.grid) + 4) + 3 * carried + 4 * step);
  }
  return most + WideSquares(state.whole()).side();
}

std::int32_t reach_of_change(const EstimateState& state) {
  return range_cells(state) + evidence::share_searched_reach(state.whole()) + window_reach(state);
}

}  // namespace firmground::estimate
