#pragma once
#include <string>

#include "base/error.h"
#include "mineaction/snapshot.h"

/// The only GDAL vector writing / file formats outwards.
namespace firmground::exchange {

/// Writes every kind that the snapshot holds into a folder of import files named by kind (land-release.geojson,
/// finds.csv, dem.tif, roads.geojson ...), which `firmground import PROGRAMME FOLDER` reads back. Coordinates have at
/// most 8 decimals (1 mm): a snapshot's are calculated in metres, and further digits would be noise. All fields are
/// written, also personal ones: a snapshot is not made to leave the house.  Errors: base.file_unwritable.
base::Result<void> write_folder(const std::string& folder, const mineaction::Snapshot& snapshot);

}  // namespace firmground::exchange
