#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "geo/grid.h"
#include "simulate/noise.h"

namespace firmground::simulate {

/// The land cut into irregular four-cornered parcels: a grid whose corners were moved. Neighbours share their edges
/// exactly, so that areas made of parcels touch without gap or overlap. Parcel numbers are the grid's cell numbers.
class Lattice {
 public:
  /// Corners move up to `play` of a cell in each direction.  REQUIRES: play < 0.4.
  Lattice(const geo::Grid& grid, const Noise& noise, double play);

  const geo::Grid& grid() const { return grid_; }
  /// South-west, south-east, north-east, north-west.
  std::array<geo::Xy, 4> corners(std::uint32_t parcel) const;
  geo::Xy centre(std::uint32_t parcel) const;
  double area_m2(std::uint32_t parcel) const;
  /// The parcel that holds the point, or -1.
  std::int64_t parcel_of(geo::Xy point) const;
  /// The ground of the parcels: connected ones (by edges) become one polygon with its holes.  REQUIRES: ascending, no
  /// doubles.
  geo::PlanarGeometry outline(std::span<const std::uint32_t> parcels) const;

 private:
  geo::PlanarPolygon ring_around(std::span<const std::uint32_t> parcels) const;

  geo::Grid grid_;
  std::vector<geo::Xy> corners_;  ///< (columns + 1) x (rows + 1), from the north-west
};

}  // namespace firmground::simulate
