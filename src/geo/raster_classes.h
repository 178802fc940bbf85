#pragma once
#include <string>
#include <vector>

#include "geo/raster.h"

namespace firmground::geo {

/// Item of a raster's metadata: what the whole numbers of its first band stand for, "1=forest;2=orchard"; absent where
/// they are quantities.
inline constexpr const char* kRasterClasses = "FIRMGROUND_CLASSES";

/// Item of the metadata of a raster just read: its file has a palette or names its values, but no classes were given.
inline constexpr const char* kRasterPalette = "FIRMGROUND_PALETTE";

struct RasterClass {
  int value = 0;
  std::string name;
  friend bool operator==(const RasterClass&, const RasterClass&) = default;
};

/// "1=forest;2=orchard", or with commas; ascending values.  Errors: geo.classes_unreadable.
base::Result<std::vector<RasterClass>> parse_raster_classes(const std::string& text);
std::string to_text(const std::vector<RasterClass>& classes);

/// Those that the raster's metadata names; none where its values are quantities.  Errors: geo.classes_unreadable.
base::Result<std::vector<RasterClass>> classes_of(const Raster& raster);

/// Whether all values of the first band are among its classes.  Errors: geo.class_unnamed, and as classes_of().
base::Result<void> check_classes(const Raster& raster, const std::string& file);

}  // namespace firmground::geo
