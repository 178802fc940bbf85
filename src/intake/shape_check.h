#pragma once
#include <string>

#include "geo/geometry.h"
#include "intake/issue_list.h"
#include "mineaction/kind.h"

namespace firmground::intake {

/// "51.5, 41.25" with as many decimals as matter on the ground.
std::string place_text(const geo::LonLat& p);

/// Brings a geometry into our form: rings open, repeated corners left out, outer rings counter-clockwise. What was
/// changed or cannot be right becomes an issue of the current row. REQUIRES: longitude and latitude.
void normalise_shape(geo::GeographicGeometry& geometry, IssueList& issues);

/// Refuses a geometry that is not of the kind's form, or an empty one where the kind needs one.
void check_shape_rule(const mineaction::Kind& kind, const geo::GeographicGeometry& geometry, IssueList& issues);

}  // namespace firmground::intake
