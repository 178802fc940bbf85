#pragma once
#include "geo/raster.h"
#include "mineaction/snapshot.h"
#include "report/picture.h"
#include "report/situation.h"

namespace firmground::report {

/// Area of interest, districts, hazards and released land as of the situation's date, roads, places; scale, north,
/// datum, legend. Simplified to what the paper can show; what is too small to draw becomes a mark, never nothing
/// (design invariant 7). Cost: linear in vertices.
Picture situation_map(const Situation& situation, const mineaction::Snapshot& snapshot, double width, double height);

/// The hazard raster's probability, the highest cell of each pixel; hatched where not estimated or hardly any evidence.
/// REQUIRES: the raster has the bands of estimate::HazardBand.  Cost: one pass over the cells.
Picture hazard_map(const mineaction::Snapshot& snapshot, const geo::Raster& hazard, double width, double height);

}  // namespace firmground::report
