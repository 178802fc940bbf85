#pragma once
#include <memory>
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

/// Transforms points from any CRS PROJ knows ("EPSG:28408", WKT) to WGS 84, axis order longitude/easting first.
/// PROJ chooses the operation for the area of the points.  Errors: geo.crs_unknown, geo.transform_failed (names the
/// first point).
base::Result<std::vector<LonLat>> transform_to_lon_lat(const std::string& crs, std::span<const Xy> points);

}  // namespace firmground::geo
