#pragma once
#include <vector>

#include "geo/crs.h"
#include "geo/geometry.h"

namespace firmground::simulate {

/// The shore of the invented island: one ring, star-shaped about its centre, so that "inland" is a division and a
/// comparison.
class Coast {
 public:
  /// An irregular island of exactly `area_m2` on the ellipsoid (to 1e-9).  Deterministic for the seed.
  Coast(std::uint64_t seed, double area_m2, const geo::Crs& crs);

  const std::vector<geo::Xy>& ring() const { return ring_; }
  geo::PlanarGeometry land() const;
  /// Metres from the point to the shore along the ray from the centre: positive on land, negative at sea. An
  /// approximation of the distance that is exact in sign.
  double inland_m(geo::Xy point) const;
  bool on_land(geo::Xy point) const { return inland_m(point) > 0; }
  geo::Xy centre() const;

 private:
  std::vector<geo::Xy> ring_;
  std::vector<double> angles_;  ///< of the vertices, ascending from -pi
};

}  // namespace firmground::simulate
