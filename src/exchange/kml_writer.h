#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "exchange/table.h"

namespace firmground::exchange {

enum class KmlForm : std::uint8_t { kml, kmz };

/// OGC KML 2.2, a folder for each table, streamed row by row: longitude and latitude on WGS 84. Each placemark is
/// named by its local id and carries the values as SchemaData; what is not known is left out.  KMZ is the same as
/// doc.kml in a zip archive.  REQUIRES: !coordinates.crs.  Errors: base.file_unwritable.
base::Result<std::vector<Note>> write_kml(const std::string& path, KmlForm form, std::span<const Table> tables,
                                          const Coordinates& coordinates);

}  // namespace firmground::exchange
