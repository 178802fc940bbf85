#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <utility>

#include "geo/crs.h"
#include "geo/geometry.h"

namespace firmground::geo {

/// Area on the WGS 84 ellipsoid in square metres of polygons whose edges are straight in the programme CRS (design
/// invariant 6). Method: Green's theorem in the authalic (equal-area cylindrical) image of the ring, each edge cut into
/// pieces of at most 1 km whose bend is integrated (docs/methods/land-accounting.md, eq. 1-3); error below 1e-4 m2 per
/// hectare, tested against geodesic polygons.  Points and lines have area 0.  Cost: two PROJ inversions per edge.
double ellipsoidal_area_m2(const PlanarGeometry& geometry, const Crs& crs);
double ellipsoidal_area_m2(const PlanarPolygon& polygon, const Crs& crs);

/// Local ratio ellipsoid area / planar area (1/k^2 of a conformal projection) at a point.
double area_scale(Xy point, const Crs& crs);

/// The same areas for many polygons of one country, some fifty times faster: per square of 16 km the ratio of ellipsoid
/// to planar area is a cubic in the coordinates (eq. 4), fitted to area_scale() and held to it; a polygon's area is its
/// exact integral. Differs from ellipsoidal_area_m2() by less than 1e-9 of the area; polygons that reach further than
/// the square, and squares where the cubic does not hold, are measured by ellipsoidal_area_m2() itself.
/// Safe to use from several threads; the same area whatever was asked before.
class AreaMeter {
 public:
  explicit AreaMeter(Crs crs);
  double area_m2(const PlanarPolygon& polygon) const;

 private:
  struct Square;
  const Square& square_at(Xy point) const;

  Crs crs_;
  struct Squares {
    std::shared_mutex mutex;
    std::map<std::pair<std::int64_t, std::int64_t>, std::unique_ptr<const Square>> by_place;
  };
  std::shared_ptr<Squares> squares_;  // shared by copies
};

}  // namespace firmground::geo
