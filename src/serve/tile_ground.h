#pragma once
#include <cstdint>
#include <vector>

#include "geo/crs.h"
#include "serve/web_mercator.h"

namespace firmground::serve {

/// Side of a raster tile in pixels.
inline constexpr int kRasterTile = 256;

/// Where the pixels of a raster tile lie in the programme CRS.  From zoom 6 on exact at every sixteenth pixel and
/// linear between (off by less than a twentieth of a pixel); below, where a tile is larger than a country, exact at
/// each.
class TileGround {
 public:
  TileGround(TileId tile, const geo::Crs& crs);

  /// Centre of a pixel; infinite where the world lies outside the CRS.
  geo::Xy at(int column, int row) const;
  /// Side of a pixel on the ground at the middle of the tile.
  double pixel_m() const { return pixel_m_; }

 private:
  int step_;  ///< pixels between knots
  int knots_across_;
  std::vector<geo::Xy> knots_;  ///< row by row
  double pixel_m_ = 0;
};

}  // namespace firmground::serve
