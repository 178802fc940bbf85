#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "base/stamp.h"
#include "evidence/row_pattern.h"
#include "mineaction/snapshot.h"
#include "register/register.h"

namespace firmground::pipeline {

struct PatternRequest {
  std::string id;         ///< of a task, a land release or a hazardous area
  std::string area_file;  ///< ground given by a file with polygons instead
  double margin_m = 50;   ///< finds that far outside the ground are looked at too: rows do not end at its edge
  evidence::PatternOptions options;
};

struct PatternOutcome {
  evidence::RowPattern pattern;
  std::string title;  ///< "land release R-00012"
  geo::PlanarGeometry ground;
  evidence::SearchedGround searched;
  std::vector<geo::Xy> finds;
  std::vector<std::string> notes;  ///< what was assumed, in sentences
  base::Stamp stamp;
  std::string json;
};

/// Rows among the mines found on one piece of ground (evidence::find_row_pattern). What was searched: land releases,
/// and clearances and technical surveys that no release has come of yet. Nothing is stored. Errors:
/// pipeline.no_such_ground, pipeline.ground_without_polygon, pipeline.ground_too_large, those of intake::read_file,
/// Register and evidence::find_row_pattern.
base::Result<PatternOutcome> pattern_programme(const registry::Register& programme,
                                               const mineaction::Snapshot& snapshot, const PatternRequest& request,
                                               const base::Progress& progress = base::no_progress);

/// Positions that are missing; into a GeoPackage also rows, further rows and blocks of ground in the order of work.
/// In WGS 84, in the format that the ending of the name says.  Errors: pipeline.corrected_format_unknown, those of
/// exchange::write_tables.
base::Result<void> write_pattern(const std::string& path, const PatternOutcome& outcome, const geo::Crs& crs);

/// Expected mines per cell as a GeoTIFF; cells of which nothing is said have no value.
/// Errors: geo.raster_failed, base.file_unwritable.
base::Result<void> write_pattern_raster(const std::string& path, const PatternOutcome& outcome, const geo::Crs& crs);

}  // namespace firmground::pipeline
