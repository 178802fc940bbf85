#pragma once
#include <span>
#include <string>

#include "base/error.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot.h"

/// The only GDAL vector writing / file formats outwards.
namespace firmground::exchange {

enum class Format : std::uint8_t { geojson, csv, geopackage };

/// Writes the records of one kind as a canonical import file (columns of schema/kinds, WGS 84). GeoJSON and CSV are
/// streamed by us (coordinates with 8 decimals), GeoPackage through GDAL. CSV of point kinds carries longitude and
/// latitude columns; CSV text cells that a spreadsheet would take for a formula are guarded.  Errors:
/// base.file_unwritable, exchange.format_cannot_carry.
base::Result<void> write_records(const std::string& path, Format format, const mineaction::Kind& kind,
                                 std::span<const mineaction::Record> records);

/// Writes every kind that the snapshot holds into a folder of import files named by kind (land-release.geojson,
/// finds.csv, dem.tif, roads.geojson ...), which `firmground import PROGRAMME FOLDER` reads back without loss.
base::Result<void> write_folder(const std::string& folder, const mineaction::Snapshot& snapshot);

}  // namespace firmground::exchange
