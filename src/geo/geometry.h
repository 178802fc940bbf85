#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace firmground::geo {

/// Degrees east and north on WGS 84 (EPSG:4326), always in this order.
struct LonLat {
  double lon = 0;
  double lat = 0;
  friend bool operator==(const LonLat&, const LonLat&) = default;
};

/// Metres east and north in the programme's projected CRS.
struct Xy {
  double x = 0;
  double y = 0;
  friend bool operator==(const Xy&, const Xy&) = default;
};

/// Axis-aligned box in programme metres; empty when min > max.
struct Box {
  double min_x = std::numeric_limits<double>::infinity();
  double min_y = std::numeric_limits<double>::infinity();
  double max_x = -std::numeric_limits<double>::infinity();
  double max_y = -std::numeric_limits<double>::infinity();

  bool empty() const { return !(min_x <= max_x && min_y <= max_y); }
  void include(Xy p);
  void include(const Box& other);
  bool intersects(const Box& o) const {
    return min_x <= o.max_x && o.min_x <= max_x && min_y <= o.max_y && o.min_y <= max_y;
  }
  bool contains(Xy p) const { return p.x >= min_x && p.x <= max_x && p.y >= min_y && p.y <= max_y; }
  Box grown(double metres) const { return {min_x - metres, min_y - metres, max_x + metres, max_y + metres}; }
};

/// A ring is open: the last vertex does not repeat the first. Outer rings run counter-clockwise, holes clockwise.
template <typename Coordinate>
struct BasicPolygon {
  std::vector<Coordinate> outer;
  std::vector<std::vector<Coordinate>> holes;
  friend bool operator==(const BasicPolygon&, const BasicPolygon&) = default;
};

/// Points, lines and polygons of one record; usually only one of the three lists is used, several entries make it
/// multi-part. The coordinate type carries the CRS: BasicGeometry<LonLat> cannot be mistaken for metres.
template <typename Coordinate>
struct BasicGeometry {
  std::vector<Coordinate> points;
  std::vector<std::vector<Coordinate>> lines;
  std::vector<BasicPolygon<Coordinate>> polygons;

  bool empty() const { return points.empty() && lines.empty() && polygons.empty(); }
  friend bool operator==(const BasicGeometry&, const BasicGeometry&) = default;
};

using GeographicGeometry = BasicGeometry<LonLat>;
using PlanarPolygon = BasicPolygon<Xy>;
using PlanarGeometry = BasicGeometry<Xy>;

Box bounds(const PlanarGeometry& geometry);
Box bounds(const PlanarPolygon& polygon);

/// Planar (not ellipsoidal) signed area of a ring in square metres, positive when counter-clockwise.
double planar_ring_area(const std::vector<Xy>& ring);
/// Area-weighted centroid of polygons, else length-weighted of lines, else mean of points.  REQUIRES: !empty().
Xy centroid(const PlanarGeometry& geometry);
/// Even-odd rule; a point on the boundary may fall on either side.
bool contains(const PlanarPolygon& polygon, Xy point);
bool contains(const PlanarGeometry& geometry, Xy point);
/// A point inside the polygon, in the middle of the widest stretch of a line through its middle.
/// REQUIRES: the polygon has area.
Xy interior_point(const PlanarPolygon& polygon);
/// Distance from the point to the nearest vertex, edge or interior of the geometry; 0 inside a polygon; infinity when
/// empty.
double distance(const PlanarGeometry& geometry, Xy point);

}  // namespace firmground::geo
