#pragma once
#include <string>
#include <string_view>

#include "pipeline/stored_estimate.h"

/// What evidence is worth and which survey first are told by a whole estimate when asked for, and kept up to date by
/// updates of it. Where one is missing: why, and how to get it.
namespace firmground::pipeline {

/// Whether what evidence is worth, and which survey first, is told of these polygons ("hazards").
bool evidence_told(const StoredEstimate& estimate, const std::string& polygons);
bool surveys_told(const StoredEstimate& estimate, const std::string& polygons);

/// "presence-only" or "updated": what such an estimate cannot tell; else "not-asked".
std::string_view why_not_told(const StoredEstimate& estimate);

/// "updated" or "by-regions": what such an estimate did not see all of a polygon with, whose besides_known is false.
std::string_view why_unknown(const StoredEstimate& estimate);

/// "firmground estimate island.gpkg --cell 100 --without-evidence --surveys": the same estimate again, in one piece,
/// with all that is told besides of these polygons, at the costs that were given before. A shell reads it as it stands.
std::string command_to_tell(const StoredEstimate& estimate, const std::string& programme, const std::string& polygons);

}  // namespace firmground::pipeline
