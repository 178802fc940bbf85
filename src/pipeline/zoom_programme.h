#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "base/stamp.h"
#include "estimate/hazard_estimate.h"
#include "geo/raster.h"
#include "mineaction/snapshot.h"
#include "register/register.h"

/// One task, looked at closely: what the kept estimate says remains in its cells, in cells of 5 to 10 m.
namespace firmground::pipeline {

struct ZoomRequest {
  std::string id;  ///< of a task, hazardous area, land release, minefield record, project or district
  double cell_m = 10;
  double margin_m = 50;  ///< of the map round the polygon
};

/// What was learned of where in a cell items lie, for one class.
struct ZoomLesson {
  std::string ordnance_class;
  std::int64_t cells = 0;
  double finds = 0;
  double clump = 0;
  double items_mean = 0;  ///< in the polygon
};

struct ZoomOutcome {
  geo::Raster raster;  ///< the bands of HazardBand, of the window
  std::string title;   ///< "task T-00012"
  estimate::PolygonEstimate polygon;
  double coarse_cell_m = 0;
  std::int64_t cells = 0;  ///< small cells of the polygon
  double half_share = 0;   ///< least share of the polygon's area that holds half of what is expected
  double most_share = 0;   ///< and nine tenths
  std::vector<ZoomLesson> lessons;
  std::vector<std::string> notes;
  std::string from;     ///< id of the stamp of the whole estimate it starts from
  std::string made_at;  ///< of that
  base::Stamp stamp;
};

/// The fine map of one polygon of the register and what is round it (estimate::fine_map), from the state that the last
/// whole estimate left, with what was searched and found since. Nothing is stored. Errors:
/// pipeline.zoom_needs_estimate, pipeline.zoom_no_such_polygon, pipeline.zoom_without_polygon, pipeline.zoom_cell,
/// pipeline.zoom_outside, pipeline.zoom_too_large, those of kept_estimate(), evidence::observe() and
/// estimate::posteriors_near(). Cost: reading the state and laying out the country's evidence, then some seconds for
/// each 100,000 small cells.
base::Result<ZoomOutcome> zoom_programme(const registry::Register& programme, const mineaction::Snapshot& snapshot,
                                         const ZoomRequest& request,
                                         const base::Progress& progress = base::no_progress);

}  // namespace firmground::pipeline
