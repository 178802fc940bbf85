#pragma once
#include <string>

#include "geo/geometry.h"

namespace firmground::geo {

/// As many decimals as the shortest text that reads back as the same number needs.
inline constexpr int kExactCoordinates = -1;

/// The shortest text that reads back as the same number.  REQUIRES (all below): finite.
void append_number(std::string& out, double number);
/// As many decimals as asked for, without trailing zeros and never as 5e-9; exact: as many as the number needs.
void append_coordinate(std::string& out, double value, int decimals);
/// "POINT (51 41)", multi-part and collections likewise; "" for an empty geometry.
void append_well_known_text(std::string& out, const PlanarGeometry& geometry, int decimals);

}  // namespace firmground::geo
