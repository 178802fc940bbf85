#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "geo/geometry.h"

/// Rings compared corner by corner, in degrees on WGS 84. A ring is open.
namespace firmground::registry::checks {

using GeographicRing = std::vector<geo::LonLat>;
using GeographicPolygon = geo::BasicPolygon<geo::LonLat>;

bool same_place(geo::LonLat a, geo::LonLat b, double tolerance_deg);

/// The same for two rings or polygons that run through the same corners (to 1e-8 degrees, the register's resolution),
/// wherever they begin and whichever way they turn.
std::string corners_key(const GeographicRing& ring);
std::string corners_key(const GeographicPolygon& polygon);
/// Of all polygons, in whatever order they stand.  "" when there is none.
std::string corners_key(const geo::GeographicGeometry& geometry);

/// Number of different corners.
std::size_t distinct_corners(const GeographicRing& ring);

/// How often the ring repeats corners where a digitiser slipped.
struct Repeats {
  std::size_t neighbours = 0;  ///< corners that repeat the one before
  bool closing = false;        ///< the last repeats the first
  bool closing_pair = false;   ///< the last two repeat the first two
};
Repeats repeats_of(const GeographicRing& ring, double tolerance_deg);

/// The ring without exact repeats of these three sorts: the same ground with fewer corners.
GeographicRing without_repeats(const GeographicRing& ring);
geo::GeographicGeometry without_repeats(const geo::GeographicGeometry& geometry);

}  // namespace firmground::registry::checks
