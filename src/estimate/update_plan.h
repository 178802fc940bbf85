#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "estimate/blocks_since.h"
#include "estimate/confirmed_ground.h"
#include "estimate/estimate_state.h"
#include "estimate/update_estimate.h"
#include "evidence/covariates.h"
#include "evidence/observations.h"

/// Which ground an update tells anew (docs/methods/hazard-field.md, "Brought up to date").
namespace firmground::estimate {

struct UpdatePlan {
  std::vector<std::uint8_t> changed;          ///< cells, for any class
  std::vector<std::uint8_t> wanted;           ///< cells to predict
  std::vector<PolygonCells> polygons;         ///< that touch these
  std::vector<std::size_t> places;            ///< of these, in the list that they are from
  std::vector<BlocksSince> blocks;            ///< by class of the state
  std::vector<ConfirmedArea> areas;           ///< of all the ground that the state is of
  std::vector<evidence::ShareChange> effort;  ///< where the share of land searched changed
  bool beyond = false;                        ///< a small polygon reaches out of the state's part of the country
};

/// What changed since the state and the cells that this bears on, without polygons; `also`: cells to predict besides.
/// Cost: some passes over the grid's cells.
UpdatePlan update_plan(const EstimateState& state, const evidence::Observations& now,
                       const std::vector<std::uint32_t>& also);
/// Adds the polygons that touch what is to be predicted, small ones whole, and what cells of the map and areas that are
/// told whole then have besides.
void add_polygons(const EstimateState& state, const evidence::Observations& now, const PolygonsTouching& polygons,
                  UpdatePlan& plan);
/// Whether the state's part of the country is too small for the plan: what is to be told, or the fit of its window,
/// reaches beyond.
bool needs_wider(const EstimateState& state, const evidence::Observations& now, const UpdatePlan& plan);

/// Whether a polygon has a flagged cell.
bool touches(const PolygonCells& polygon, const std::vector<std::uint8_t>& flags);

}  // namespace firmground::estimate
