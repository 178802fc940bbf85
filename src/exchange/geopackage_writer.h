#pragma once
#include <span>
#include <string>

#include "base/error.h"
#include "mineaction/kind.h"

namespace firmground::exchange {

/// One layer named kind.table in a new GeoPackage, WGS 84. A date column is of type DATE when every date in it is a
/// day, else text: the year alone must not become the first of January.  Errors: exchange.geopackage_failed.
base::Result<void> write_geopackage(const std::string& path, const mineaction::Kind& kind,
                                    std::span<const mineaction::Record> records);

}  // namespace firmground::exchange
