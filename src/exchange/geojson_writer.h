#pragma once
#include <string>

#include "base/error.h"
#include "exchange/table.h"

namespace firmground::exchange {

/// GeoJSON (RFC 7946), one feature a line, null for what is not known.  REQUIRES: !coordinates.crs (RFC 7946 knows
/// WGS 84 only).  Errors: base.file_unwritable.
base::Result<void> write_geojson(const std::string& path, const Table& table, const Coordinates& coordinates);

}  // namespace firmground::exchange
