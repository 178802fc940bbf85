#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "geo/grid.h"

namespace firmground::geo {

/// Bands of float32 on a grid in the programme CRS; NaN = no data, never 0.
struct Raster {
  Grid grid;
  int epsg = 0;
  std::vector<std::string> band_names;
  std::vector<std::vector<float>> bands;        ///< each grid.size() long, row by row from the north-west
  std::map<std::string, std::string> metadata;  ///< dataset metadata, e.g. FIRMGROUND_STAMP

  /// Bilinear value of a band between cell centres; NaN outside or next to no data.
  float sample(std::size_t band, Xy point) const;
  /// Value of the cell that holds the point; NaN outside.
  float nearest(std::size_t band, Xy point) const;
};

/// A Cloud-Optimised GeoTIFF (DEFLATE, floating-point predictor, 512 tiles, internal overviews, NaN as nodata, no mask
/// band; averages in the overviews, of classes the commonest) as bytes; band names as descriptions.  Same raster, same
/// bytes.  Errors: geo.raster_failed.
base::Result<std::string> to_cog(const Raster& raster);
/// Reads a GeoTIFF whose bytes are given; a raster that is not on the programme's grid (other CRS, north not up, odd
/// origin) is resampled onto cells of its own size in `crs`: bilinearly, or by the nearest cell where its values are
/// classes (raster_classes.h).  `file` is the name that errors give; `classes`: what its metadata is to say of them,
/// "" = what it says.  Errors: geo.raster_failed, geo.raster_without_crs.
base::Result<Raster> from_geotiff(const std::string& bytes, const Crs& crs, const std::string& file = "given",
                                  const std::string& classes = "");

base::Result<std::string> read_file(const std::string& path);
/// Writes beside the target and renames: readers see the old file or the whole new one.  Errors: base.file_unwritable.
base::Result<void> write_file(const std::string& path, const std::string& bytes);

}  // namespace firmground::geo
