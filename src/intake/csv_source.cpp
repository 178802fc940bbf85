#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "intake/csv_reader.h"
#include "intake/record_builder.h"

namespace firmground::intake {

namespace {

constexpr std::int64_t kProgressRows = 1 << 16;

bool all_blank(const std::vector<std::string_view>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](std::string_view cell) { return trimmed(cell).empty(); });
}

base::Result<void> check_utf8(std::string_view text, const std::string& file) {
  if (simdjson::validate_utf8(text.data(), text.size())) {
    return {};
  }
  const std::size_t offset = std::min(first_invalid_utf8(text), text.size());
  CsvReader reader(text.substr(0, offset));
  while (reader.next()) {
  }
  return base::fail("intake.not_utf8", {{"file", file},
                                        {"offset", std::to_string(offset)},
                                        {"row", std::to_string(std::max<std::int64_t>(reader.row(), 0))}});
}

base::Result<void> truncated(const std::string& file, std::string reason) {
  return base::fail("intake.truncated", {{"file", file}, {"reason", std::move(reason)}});
}

/// A file that is cut inside its last cell has all its cells. Where every other row's last cell is a longer number
/// (coordinates are mostly written with the same decimals), the missing line break is no habit of the writer: the
/// number lost its end.
class LastCellLength {
 public:
  void add(std::string_view cell) {
    shortest_ = std::min(shortest_, cell.size());
    ++rows_;
  }
  bool looks_cut(std::string_view cell) const {
    constexpr std::size_t kRowsToJudgeBy = 5;
    return rows_ >= kRowsToJudgeBy && cell.size() < shortest_ &&
           (cell.empty() || parse_number(trimmed(cell)).has_value() || cell == "-");
  }

 private:
  std::size_t shortest_ = std::string_view::npos;
  std::size_t rows_ = 0;
};

/// Hands one row of the file to the builder, or says why it cannot be one.
base::Result<void> add_row(const CsvReader& reader, std::size_t columns, const std::string& file,
                           RecordBuilder& builder, std::vector<RawValue>& cells) {
  const std::vector<std::string_view>& given = reader.cells();
  if (reader.unclosed_quote()) {
    return truncated(file, fmt::format("a quote that is opened in data row {} is never closed", reader.row()));
  }
  if (all_blank(given)) {
    builder.note(reader.row(), "intake.row_empty", {});
    return {};
  }
  if (given.size() < columns && reader.cut_at_end()) {
    return truncated(file, fmt::format("its last row, {}, has {} of {} cells", reader.row(), given.size(), columns));
  }
  if (given.size() != columns) {
    builder.refuse(reader.row(), given.size() < columns ? "intake.row_short" : "intake.row_long",
                   {{"cells", std::to_string(given.size())}, {"columns", std::to_string(columns)}});
    return {};
  }
  cells.clear();
  for (const std::string_view cell : given) {
    cells.emplace_back(without_guard(cell));
  }
  builder.add({reader.row(), cells, nullptr});
  return {};
}

}  // namespace

base::Result<ReadResult> read_csv(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                                  const ReadOptions& options, const base::Progress& progress) {
  FG_TRY_VOID(check_utf8(text, file));
  CsvReader reader(text);
  if (!reader.next()) {
    return base::fail("intake.empty_file", {{"file", file}});
  }
  std::vector<std::string> columns;
  for (const std::string_view name : reader.cells()) {
    columns.emplace_back(trimmed(name));
  }
  FG_TRY(RecordBuilder builder,
         RecordBuilder::create(kind, options, {file, GeometrySource::columns, "", false}, columns));
  std::vector<RawValue> cells;
  LastCellLength last_cell;
  while (reader.next()) {
    if (reader.cut_at_end() && last_cell.looks_cut(reader.cells().back())) {
      return tl::unexpected<base::Error>(
          truncated(file, fmt::format("its last row, {}, ends inside a number", reader.row())).error());
    }
    last_cell.add(reader.cells().back());
    FG_TRY_VOID(add_row(reader, columns.size(), file, builder, cells));
    if (reader.row() % kProgressRows == 0 && !progress("reading " + kind.name, 0.7 * reader.share())) {
      return base::fail("base.cancelled");
    }
  }
  if (reader.cut_at_end()) {
    builder.note(reader.row(), "intake.no_final_newline", {{"file", file}});
  }
  return builder.finish(progress);
}

}  // namespace firmground::intake
