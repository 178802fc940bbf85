#include "exchange/csv_writer.h"

#include "exchange/text_writer.h"

namespace firmground::exchange {

using mineaction::GeometryRule;
using mineaction::Record;

namespace {

void append_text_cell(std::string& out, std::string_view text) {
  const bool quoted =
      text.find_first_of(",;\"\r\n\t") != std::string_view::npos || (!text.empty() && text.back() == ' ');
  out += quoted ? "\"" : "";
  out += needs_formula_guard(text) ? "'" : "";
  for (const char c : text) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  out += quoted ? "\"" : "";
}

void append_position(std::string& out, const Record& record, PositionColumns columns, const Coordinates& coordinates) {
  const geo::PlanarGeometry geometry = coordinates.of(record.geometry);
  if (columns == PositionColumns::well_known_text) {
    std::string text;
    append_well_known_text(text, geometry, coordinates.decimals);
    append_text_cell(out, text);
    return;
  }
  if (!geometry.points.empty()) {
    append_coordinate(out, geometry.points.front().x, coordinates.decimals);
  }
  out += ',';
  if (!geometry.points.empty()) {
    append_coordinate(out, geometry.points.front().y, coordinates.decimals);
  }
}

}  // namespace

PositionColumns position_columns(const Table& table) {
  if (table.kind->geometry == GeometryRule::none) {
    return PositionColumns::none;
  }
  return table.kind->geometry == GeometryRule::point ? PositionColumns::two_numbers : PositionColumns::well_known_text;
}

std::vector<std::string> position_column_names(PositionColumns columns, const Coordinates& coordinates) {
  switch (columns) {
    case PositionColumns::none: return {};
    case PositionColumns::well_known_text: return {"wkt"};
    case PositionColumns::two_numbers: break;
  }
  return coordinates.crs ? std::vector<std::string>{"easting", "northing"}
                         : std::vector<std::string>{"longitude", "latitude"};
}

base::Result<void> write_csv(const std::string& path, const Table& table, const Coordinates& coordinates) {
  FG_TRY(TextWriter writer, TextWriter::create(path));
  const PositionColumns positions = position_columns(table);
  std::string line;
  for (const std::size_t column : table.columns) {
    line += (line.empty() ? "" : ",") + table.kind->fields[column].name;
  }
  for (const std::string& name : position_column_names(positions, coordinates)) {
    line += "," + name;
  }
  writer.write(line += '\n');
  for (const Record& record : table.records) {
    line.clear();
    for (const std::size_t column : table.columns) {
      line += column == table.columns.front() ? "" : ",";
      const auto* text = std::get_if<std::string>(&record.values[column]);
      text != nullptr ? append_text_cell(line, *text) : append_plain(line, record.values[column]);
    }
    if (positions != PositionColumns::none) {
      line += ',';
      append_position(line, record, positions, coordinates);
    }
    writer.write(line += '\n');
  }
  return writer.finish();
}

}  // namespace firmground::exchange
