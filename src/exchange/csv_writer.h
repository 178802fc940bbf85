#pragma once
#include <string>

#include "base/error.h"
#include "exchange/table.h"

namespace firmground::exchange {

/// Where a table without geometry of its own keeps positions: in columns longitude and latitude (easting and northing
/// in a projected system) when the kind is of points, else as well-known text.
enum class PositionColumns : std::uint8_t { none, two_numbers, well_known_text };
PositionColumns position_columns(const Table& table);
/// Their names, in file order.
std::vector<std::string> position_column_names(PositionColumns columns, const Coordinates& coordinates);

/// CSV (RFC 4180, UTF-8). Text cells that a spreadsheet would take for a formula are guarded.
/// Errors: base.file_unwritable.
base::Result<void> write_csv(const std::string& path, const Table& table, const Coordinates& coordinates);

}  // namespace firmground::exchange
