#include "geo/area.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

namespace firmground::geo {

namespace {

// WGS 84 (EPSG:7030).
constexpr double kSemiMajor_m = 6378137.0;
constexpr double kInverseFlattening = 298.257223563;
constexpr double kEccentricity2 = (2 - 1 / kInverseFlattening) / kInverseFlattening;
constexpr double kRadians = std::numbers::pi / 180;

// Edges are cut into pieces of at most this length; see edge_integral().
constexpr double kLongestPiece_m = 1000;

// A point of the equal-area cylindrical image of the ellipsoid: longitude in radians, and the area between the equator
// and the latitude per radian of longitude.
struct Authalic {
  double lambda;
  double s;
};

// docs/methods/land-accounting.md, eq. 2.
Authalic authalic(LonLat p) {
  const double e = std::sqrt(kEccentricity2);
  const double sine = std::sin(p.lat * kRadians);
  const double half_b2 = kSemiMajor_m * kSemiMajor_m * (1 - kEccentricity2) / 2;
  return {p.lon * kRadians, half_b2 * (sine / (1 - kEccentricity2 * sine * sine) + std::atanh(e * sine) / e)};
}

// The nodes of a ring: both ends of each piece of an edge and its middle, in programme metres.
std::vector<Xy> nodes_of(const std::vector<Xy>& ring) {
  std::vector<Xy> nodes;
  nodes.reserve(2 * ring.size() + 1);
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Xy a = ring[i];
    const Xy b = ring[(i + 1) % ring.size()];
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    const auto halves = 2 * std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(length / kLongestPiece_m)));
    for (std::int64_t k = 0; k < halves; ++k) {
      const double t = static_cast<double>(k) / static_cast<double>(halves);
      nodes.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
    }
  }
  nodes.push_back(ring.front());
  return nodes;
}

double cross(Authalic a, Authalic b) {
  return a.lambda * b.s - b.lambda * a.s;
}

// Area swept by one piece of an edge about the origin of the ring (eq. 3). The image of a straight planar piece is
// taken as the parabola through its ends and its middle: exact for cubics, by symmetry; what is left is of the order
// length^5 / R^3, below 1e-5 m2 for a piece of 1 km.
double piece_integral(Authalic a, Authalic middle, Authalic b) {
  const Authalic bow{middle.lambda - a.lambda, middle.s - a.s};
  const Authalic chord{b.lambda - a.lambda, b.s - a.s};
  return cross(a, b) / 2 + cross(bow, chord) * (2.0 / 3.0);
}

// Signed area of a ring (eq. 1), positive when counter-clockwise.
double ring_area(const std::vector<Xy>& ring, const Crs& crs) {
  if (ring.size() < 3) {
    return 0;
  }
  const std::vector<Xy> nodes = nodes_of(ring);
  std::vector<LonLat> places(nodes.size());
  crs.to_lon_lat(nodes, places);
  // Relative to the first vertex: S is of the order 1e13 m2, and its last digits would be lost in the products.
  const Authalic origin = authalic(places.front());
  const auto local = [&](const LonLat& p) {
    const Authalic q = authalic(p);
    return Authalic{std::remainder(q.lambda - origin.lambda, 2 * std::numbers::pi), q.s - origin.s};
  };
  double sum = 0;
  Authalic a = local(places[0]);
  for (std::size_t i = 0; i + 2 < nodes.size(); i += 2) {
    const Authalic b = local(places[i + 2]);
    sum += piece_integral(a, local(places[i + 1]), b);
    a = b;
  }
  return sum;
}

}  // namespace

double ellipsoidal_area_m2(const PlanarPolygon& polygon, const Crs& crs) {
  double area = std::abs(ring_area(polygon.outer, crs));
  for (const auto& hole : polygon.holes) {
    area -= std::abs(ring_area(hole, crs));
  }
  return area;
}

double ellipsoidal_area_m2(const PlanarGeometry& geometry, const Crs& crs) {
  double area = 0;
  for (const PlanarPolygon& polygon : geometry.polygons) {
    area += ellipsoidal_area_m2(polygon, crs);
  }
  return area;
}

double area_scale(Xy point, const Crs& crs) {
  // A square of 200 m: the scale changes by the square of its size over that of the earth, 1e-9.
  constexpr double kHalf_m = 100;
  const PlanarPolygon square{{{point.x - kHalf_m, point.y - kHalf_m},
                              {point.x + kHalf_m, point.y - kHalf_m},
                              {point.x + kHalf_m, point.y + kHalf_m},
                              {point.x - kHalf_m, point.y + kHalf_m}},
                             {}};
  return ellipsoidal_area_m2(square, crs) / (4 * kHalf_m * kHalf_m);
}

}  // namespace firmground::geo
