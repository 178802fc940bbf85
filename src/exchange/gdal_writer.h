#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "exchange/table.h"

namespace firmground::exchange {

struct DatabaseOptions {
  Coordinates coordinates;
  std::string made_at;  ///< UTC time that the file carries, for example of the last entry: not a clock, so that the
                        ///< same content gives the same bytes
};

/// One layer for each table in a new GeoPackage. A date column is of type DATE when every date in it is a day, else
/// text: the year alone must not become the first of January.  Errors: exchange.not_written.
base::Result<void> write_geopackage(const std::string& path, std::span<const Table> tables,
                                    const DatabaseOptions& options);

/// FlatGeobuf with its index, which orders the rows by place: a note says so, and how many records were left out
/// because they have no position. Dates are text, as they stand.  Errors: exchange.format_cannot_carry (a kind without
/// geometry), exchange.not_written.
base::Result<std::vector<Note>> write_flatgeobuf(const std::string& path, const Table& table,
                                                 const DatabaseOptions& options);

enum class ShapefileForm : std::uint8_t { files, zip };

/// ESRI Shapefile, UTF-8, in a zip archive (any number of tables) or as plain files beside `path` (one table). Points,
/// lines and areas of one table stand in files of their own (…_points, …_lines, …_polygons), because a shapefile holds
/// one form only; a table without geometry is a .dbf. Columns have the names of mineaction::ten_letter_names(), and
/// <name>.fields.csv beside each file says what they stand for. What a .dbf cannot hold is told in notes.
/// Errors: exchange.format_cannot_carry (a record of several forms at once), exchange.not_written.
base::Result<std::vector<Note>> write_shapefile(const std::string& path, ShapefileForm form,
                                                std::span<const Table> tables, const DatabaseOptions& options);

}  // namespace firmground::exchange
