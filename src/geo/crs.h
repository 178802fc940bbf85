#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/geometry.h"

namespace firmground::geo {

/// The programme's projected CRS and the way between it and WGS 84 longitude/latitude.
/// Cheap to copy; safe to use from several threads (each thread gets its own PROJ context).
class Crs {
 public:
  /// EPSG code of a projected CRS in metres.  Errors: geo.crs_unknown, geo.crs_not_projected.
  static base::Result<Crs> from_epsg(int epsg);

  int epsg() const;
  std::string name() const;
  /// WKT1 (GDAL flavour), as GeoPackage and GeoTIFF want it.
  std::string wkt() const;

  Xy to_programme(LonLat p) const;
  LonLat to_lon_lat(Xy p) const;
  void to_programme(std::span<const LonLat> from, std::span<Xy> to) const;
  void to_lon_lat(std::span<const Xy> from, std::span<LonLat> to) const;
  PlanarGeometry to_programme(const GeographicGeometry& geometry) const;
  GeographicGeometry to_lon_lat(const PlanarGeometry& geometry) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// The datum operation that led from a CRS to WGS 84.
struct DatumShift {
  std::string id;                    ///< "EPSG:15865"; "" when there was nothing to shift, or the operation has no code
  std::string name;                  ///< "Pulkovo 1942 to WGS 84 (16)"
  std::optional<double> accuracy_m;  ///< as its registry states it; nothing when it states none
  friend bool operator==(const DatumShift&, const DatumShift&) = default;
};
/// "EPSG:15865 Pulkovo 1942 to WGS 84 (16)".
std::string to_text(const DatumShift& operation);

struct Placed {
  std::vector<LonLat> points;
  DatumShift operation;  ///< one for all points: a shape is never torn between two operations
};

/// Transforms the points of one shape from any CRS PROJ knows ("EPSG:28408", WKT) to WGS 84, axis order
/// longitude/easting first. The operation is the first in PROJ's ranking (area of use, then accuracy) for the whole
/// degrees round the points that schema/datum-operations.toml does not exclude; ballpark operations are refused.
/// Errors: geo.crs_unknown, geo.transform_failed (names the first point).
base::Result<Placed> place(const std::string& crs, std::span<const Xy> points);

/// The operations that place() chooses among for these points, best first: the first is the one it uses.  Errors: as
/// place().
base::Result<std::vector<DatumShift>> operations_for(const std::string& crs, std::span<const Xy> points);

/// The way back: the numbers that WGS 84 points have in a CRS, easting or longitude first.  Errors: as place().
base::Result<std::vector<Xy>> numbers_in(const std::string& crs, std::span<const LonLat> points);

/// place() without the operation.
base::Result<std::vector<LonLat>> transform_to_lon_lat(const std::string& crs, std::span<const Xy> points);

/// "WGS 84 / UTM zone 38N" for "EPSG:32638"; "" when PROJ does not know it.
std::string crs_name(const std::string& crs);
/// True for a CRS in degrees. REQUIRES: place() knows the CRS; false otherwise.
bool is_geographic(const std::string& crs);

/// End of a geodesic on the WGS 84 ellipsoid. azimuth_deg: clockwise from true north.
LonLat geodesic_end(LonLat from, double azimuth_deg, double distance_m);
struct GeodesicLine {
  double azimuth_deg = 0;  ///< at the start, clockwise from true north, [0, 360)
  double distance_m = 0;
};
GeodesicLine geodesic_between(LonLat from, LonLat to);

}  // namespace firmground::geo
