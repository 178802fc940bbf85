#pragma once
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

}  // namespace firmground::geo
