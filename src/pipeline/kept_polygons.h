#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "estimate/hazard_estimate.h"

namespace firmground::pipeline {

/// Kind ("hazards") -> by id.
using PolygonsByKind = std::map<std::string, std::vector<estimate::PolygonEstimate>>;

/// What a programme keeps of an estimate's polygons, for this version of the program; JSON of a nation's 40,000 took
/// longer to read and to write than all else of an update.  `predicted` is not kept.  Same polygons, same bytes.  Cost:
/// O(bytes).
std::string to_bytes(const PolygonsByKind& polygons);
/// Errors: pipeline.estimate_unreadable.
base::Result<PolygonsByKind> parse_polygons(std::string_view bytes);

}  // namespace firmground::pipeline
