#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "geo/crs.h"
#include "geo/raster.h"
#include "serve/tile_ground.h"

namespace firmground::serve {

/// Shaded relief of a terrain model, to lie over the land's colour: shadow dark, light bright, flat ground and no data
/// transparent. Slopes after Horn 1981; light from four directions weighted by aspect (Mark 1992), so that no ridge is
/// flat by its direction.
class Hillshade {
 public:
  /// REQUIRES: terrain has one band, metres above sea level, NaN = no data (sea).  Cost: linear in cells.
  Hillshade(const geo::Raster& terrain, const geo::Crs& crs);

  /// A PNG of kRasterTile pixels.
  std::string tile(TileId tile) const;

 private:
  struct Level {
    geo::Grid grid;
    std::vector<std::uint8_t> shade;  ///< 1..255, 0 = no data
  };
  float sample(const Level& level, geo::Xy p) const;

  geo::Crs crs_;
  std::vector<Level> levels_;
};

}  // namespace firmground::serve
