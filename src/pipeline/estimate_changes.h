#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "estimate/update_estimate.h"
#include "geo/raster.h"
#include "pipeline/kept_polygons.h"

namespace firmground::pipeline {

/// Polygons of one kind as an update leaves them.
struct ChangedPolygons {
  /// By polygon now: its place among those of the whole estimate, or -1 less its place among those told anew.
  std::vector<std::int32_t> from;
  std::vector<estimate::PolygonEstimate> anew;
};

/// What an update tells otherwise than the whole estimate, which stays as it was made: one find changes some hundred
/// kilobytes of a nation's 120 megabytes.
struct EstimateChanges {
  estimate::MapChanges map;
  std::map<std::string, ChangedPolygons> polygons;  ///< by kind: all kinds there are
};

/// Binary, for this version of the program.  Same changes, same bytes.
std::string to_bytes(const EstimateChanges& changes);
/// Errors: pipeline.estimate_unreadable.
base::Result<EstimateChanges> parse_estimate_changes(const std::string& bytes);

/// The whole estimate's map, brought up to date.  Errors: pipeline.estimate_unreadable: it is another map.
base::Result<void> change(const EstimateChanges& changes, geo::Raster& map);
/// The whole estimate's polygons, brought up to date.  Errors: pipeline.estimate_unreadable: they are others.
base::Result<PolygonsByKind> changed(const EstimateChanges& changes, PolygonsByKind whole);

}  // namespace firmground::pipeline
