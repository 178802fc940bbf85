#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "exchange/table.h"

namespace firmground::exchange {

/// Office Open XML spreadsheet, a sheet for each table, streamed row by row. Numbers are numbers with all their digits,
/// everything else (ids, dates as written, codes) is text, so that a spreadsheet reinterprets nothing; text that would
/// be a formula is guarded as in CSV. Positions stand in columns, as in CSV.  Errors: exchange.format_cannot_carry
/// (more rows, or a longer text, than a sheet can hold), base.file_unwritable.
base::Result<std::vector<Note>> write_xlsx(const std::string& path, std::span<const Table> tables,
                                           const Coordinates& coordinates);

}  // namespace firmground::exchange
