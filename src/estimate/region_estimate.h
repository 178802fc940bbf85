#pragma once
#include <vector>

#include "estimate/estimate.h"
#include "estimate/team.h"
#include "evidence/regions.h"

namespace firmground::estimate {

/// What one process of a team holds of the country.
struct RegionGround {
  std::vector<evidence::Region> owned;  ///< by rank: together they cover the country's grid once
  std::int32_t overlap_cells = 0;       ///< how far windows reach beyond; at least the short field's reach and a square
  evidence::Region window;              ///< of this process: its own region and the overlap
  evidence::Observations observations;  ///< of the window, on its grid
  /// First process alone: the country, with covariates at cells_to_learn_from() (shared_learning.h).
  evidence::Observations country;
  std::vector<std::uint32_t> asked;    ///< polygons that touch its own region, by their place in the list asked for
  std::vector<PolygonCells> polygons;  ///< those, with the window's cells, of its own region alone
  std::vector<std::uint32_t> home;     ///< by polygon asked for: the process that tells about it
  std::vector<std::size_t> sizes;      ///< by polygon asked for: its cells in the country
  /// By polygon asked for: its cells in the window where this process tells what options.closer asks; else none.
  std::vector<PolygonCells> closer;
};

/// Fills asked, polygons, home, sizes and closer from the polygons of the country, on its grid.
void place_polygons(const geo::Grid& country, const std::vector<PolygonCells>& polygons, const CloserLook& closer,
                    std::size_t rank, RegionGround& ground);

/// estimate() by a team, a region each (docs/methods/hazard-field.md, eq. 29-33).  `polygons`: first process alone, all
/// that were asked for, by id and area.  Result: the whole country in the first process, with the raster; in the others
/// classes and hyperparameters alone.  The same bytes for the same number of regions, settings
/// and seed, whatever the threads; another number of regions moves what lies near cuts by less than 0.005
/// (probabilities) and 1 % (items).  What options.closer asks of a polygon too large for every window is not known.
/// REQUIRES: options.leave_out and options.hyper are empty.
/// Errors, the same in all processes: those of estimate().
base::Result<EstimateResult> estimate_in_regions(Team& team, RegionGround ground, const EstimateOptions& options,
                                                 const std::vector<PolygonCells>& polygons,
                                                 const base::Progress& progress = base::no_progress);

}  // namespace firmground::estimate
