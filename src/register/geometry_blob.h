#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "geo/geometry.h"

/// GeoPackage geometry blobs (GeoPackage 1.4, clause 2.1.3): 'GP', version 0, little endian, xy envelope, WKB in
/// EPSG:4326 with longitude first. Points have no envelope, as the standard allows: it would repeat the point.
namespace firmground::registry {

/// How the parts of a layer are written: a layer declares one type, and every geometry in it must be of that type.
enum class BlobType : std::uint8_t {
  point,          ///< exactly one point
  multi_line,     ///< MULTILINESTRING, also for one line
  multi_polygon,  ///< MULTIPOLYGON, also for one polygon
  any             ///< GEOMETRY: the simplest type that holds the parts
};

struct LonLatBox {
  double min_lon, max_lon, min_lat, max_lat;
};

/// Appends nothing to an empty geometry: gives "" (stored as NULL).
/// REQUIRES: the parts fit the type (CHECKed); rings are open and have at least 3 vertices.
std::string encode_blob(const geo::GeographicGeometry& geometry, BlobType type);

/// Reads what encode_blob wrote and any other xy, xyz, xym or xyzm blob of either byte order (Z and M are dropped).
/// Errors: registry.damaged.
base::Result<geo::GeographicGeometry> decode_blob(std::string_view blob);

/// From the header, or from the point itself; nothing when the blob is empty or not a GeoPackage geometry.
std::optional<LonLatBox> blob_envelope(std::string_view blob);

}  // namespace firmground::registry
