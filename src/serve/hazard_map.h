#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/crs.h"
#include "geo/raster.h"
#include "serve/png.h"
#include "serve/tile_ground.h"

/// The hazard raster as a map for reading: classes, colours, hatching (docs/formats/http.md).
namespace firmground::serve {

/// One band of the map and how it is shown.
struct ShownBand {
  struct Class {
    double from, to;     ///< [from, to)
    std::string colour;  ///< "#rrggbb"
    std::string label;
  };
  std::string_view name;
  std::string_view unit;
  std::string_view when_zoomed_out;  ///< what a pixel shows when it covers several cells
  std::vector<Class> classes;
};

/// "probability_any", "expected_items", "evidence".  Colours grow darker with the value (yellow to brown to dark
/// purple), so that they also read without colour vision and in print; the lowest class has a colour too: low is not
/// none.
const std::vector<ShownBand>& shown_bands();
/// Position in shown_bands().
std::optional<std::size_t> find_shown_band(std::string_view name);

class HazardMap {
 public:
  /// REQUIRES: the raster has the five bands of estimate::HazardBand.  Cost: a few linear passes over the cells.
  HazardMap(const geo::Raster& raster, const std::vector<geo::PlanarGeometry>& areas_of_interest, const geo::Crs& crs);
  /// A map without an estimate: the whole area of interest is hatched.
  HazardMap(const std::vector<geo::PlanarGeometry>& areas_of_interest, const geo::Crs& crs);

  /// A PNG of kRasterTile pixels; transparent outside the area of interest.
  /// Hatched: not estimated, or evidence below 0.1; zoomed out, where that holds for at least half of the cells of a
  /// pixel.
  std::string tile(std::size_t band, TileId tile) const;

 private:
  /// Cells of one zoom step: 2^step x 2^step cells of the raster are one here.
  struct Level {
    geo::Grid grid;
    std::array<std::vector<std::uint8_t>, 3> codes;  ///< by shown band
  };
  struct Values;
  void build(Values values);
  void add_level(const Values& values);

  geo::Crs crs_;
  std::vector<Level> levels_;
};

}  // namespace firmground::serve
