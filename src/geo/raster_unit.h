#pragma once

namespace firmground::geo {

/// Item of a raster's metadata: the unit of its first band, as the file says it (GDAL's unit type); absent where it
/// does not.
inline constexpr const char* kRasterUnit = "FIRMGROUND_UNIT";

}  // namespace firmground::geo
