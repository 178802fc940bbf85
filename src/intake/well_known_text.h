#pragma once
#include <string_view>

#include "intake/raw_row.h"

namespace firmground::intake {

/// Reads POINT, LINESTRING, POLYGON, their MULTI forms and GEOMETRYCOLLECTION (OGC 06-103r4, 7.2); Z and M are passed
/// over. Anything else sets `problem`. REQUIRES: nothing; any bytes may be given.
RawGeometry parse_well_known_text(std::string_view text);

}  // namespace firmground::intake
