#include "exchange/text_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "exchange/text_writer.h"

namespace firmground::exchange {

using mineaction::Field;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Kind;
using mineaction::Record;
using mineaction::Value;

namespace {

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    } else {
      out += c;
    }
  }
  out += '"';
}

/// The value as text without quotes; empty for what is not known.
void append_plain(std::string& out, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out += *text;
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_number(out, *real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  }
}

void append_json_value(std::string& out, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_json_string(out, *text);
  } else if (std::holds_alternative<std::monostate>(value)) {
    out += "null";
  } else {
    append_plain(out, value);
  }
}

void append_position(std::string& out, const geo::LonLat& p) {
  out += '[';
  append_degrees(out, p.lon);
  out += ',';
  append_degrees(out, p.lat);
  out += ']';
}

void append_positions(std::string& out, const std::vector<geo::LonLat>& positions, bool closed) {
  out += '[';
  for (const geo::LonLat& p : positions) {
    append_position(out, p);
    out += ',';
  }
  if (closed && !positions.empty()) {
    append_position(out, positions.front());
  } else if (!positions.empty()) {
    out.pop_back();
  }
  out += ']';
}

void append_polygon(std::string& out, const geo::BasicPolygon<geo::LonLat>& polygon) {
  out += '[';
  append_positions(out, polygon.outer, true);
  for (const auto& hole : polygon.holes) {
    out += ',';
    append_positions(out, hole, true);
  }
  out += ']';
}

/// "Point" with one entry, "MultiPoint" with several: [a] or [[a],[b]].
template <typename Parts, typename Append>
void append_parts(std::string& out, std::string_view type, const Parts& parts, Append append) {
  fmt::format_to(std::back_inserter(out), R"({{"type":"{}{}","coordinates":)", parts.size() > 1 ? "Multi" : "", type);
  out += parts.size() > 1 ? "[" : "";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out += i > 0 ? "," : "";
    append(out, parts[i]);
  }
  out += parts.size() > 1 ? "]}" : "}";
}

void append_geometry(std::string& out, const geo::GeographicGeometry& geometry) {
  const int kinds_used = !geometry.points.empty() + !geometry.lines.empty() + !geometry.polygons.empty();
  if (kinds_used == 0) {
    out += "null";
    return;
  }
  out += kinds_used > 1 ? R"({"type":"GeometryCollection","geometries":[)" : "";
  const std::size_t start = out.size();
  const auto separate = [&] { out += out.size() > start ? "," : ""; };
  if (!geometry.points.empty()) {
    append_parts(out, "Point", geometry.points, append_position);
  }
  if (!geometry.lines.empty()) {
    separate();
    append_parts(out, "LineString", geometry.lines,
                 [](std::string& text, const std::vector<geo::LonLat>& line) { append_positions(text, line, false); });
  }
  if (!geometry.polygons.empty()) {
    separate();
    append_parts(out, "Polygon", geometry.polygons, append_polygon);
  }
  out += kinds_used > 1 ? "]}" : "";
}

/// A spreadsheet takes a cell that begins like this for a formula; a quote before it makes it text (intake takes the
/// quote off again).
bool needs_guard(std::string_view text) {
  constexpr std::string_view kFormulaStart = "=+-@\t\r";
  const auto starts = [&](std::size_t i) {
    return text.size() > i && kFormulaStart.find(text[i]) != std::string_view::npos;
  };
  const bool looks_guarded = text.size() > 1 && text[0] == '\'' && (text[1] == '\'' || starts(1));
  return starts(0) || looks_guarded;
}

void append_csv_text(std::string& out, std::string_view text) {
  const bool quoted =
      text.find_first_of(",\"\r\n") != std::string_view::npos || text != text.substr(0, text.find_last_not_of(' ') + 1);
  out += quoted ? "\"" : "";
  out += needs_guard(text) ? "'" : "";
  for (const char c : text) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  out += quoted ? "\"" : "";
}

std::string describe(const Value& id) {
  std::string text;
  append_plain(text, id);
  return text;
}

base::Result<void> check_csv_can_carry(const Kind& kind, std::span<const Record> records) {
  for (const Record& record : records) {
    const geo::GeographicGeometry& g = record.geometry;
    if (!g.lines.empty() || !g.polygons.empty() || g.points.size() > 1) {
      return base::fail("exchange.format_cannot_carry", {{"format", "CSV"},
                                                         {"kind", kind.name},
                                                         {"id", describe(record.values.front())},
                                                         {"reason", "its geometry is more than one point"}});
    }
  }
  return {};
}

}  // namespace

void append_degrees(std::string& text, double degrees) {
  std::array<char, 32> digits{};
  const auto end = fmt::format_to_n(digits.data(), digits.size(), "{:.8f}", degrees + 0.0).out;
  std::string_view shown(digits.data(), static_cast<std::size_t>(end - digits.data()));
  shown = shown.substr(0, shown.find_last_not_of('0') + 1);
  shown = shown.ends_with('.') ? shown.substr(0, shown.size() - 1) : shown;
  text += shown == "-0" ? "0" : shown;
}

void append_number(std::string& text, double number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  FG_CHECK(error == std::errc() && std::isfinite(number));
  text.append(digits.data(), end);
}

std::vector<std::size_t> columns_to_write(const Kind& kind, std::span<const Record> records) {
  const bool ids_from_content =
      !kind.generated_id.empty() && std::all_of(records.begin(), records.end(), [&](const Record& record) {
        const auto* id = std::get_if<std::string>(&record.values.front());
        return id == nullptr || *id == mineaction::generated_id(kind, record);
      });
  const std::size_t layer = kind.name == "reference-layer" ? kind.field_index("layer") : kind.fields.size();
  const bool one_layer =
      layer < kind.fields.size() &&
      std::all_of(
          records.begin(), records.end(),
          [&](const Record& record) { return record.values[layer] == records.front().values[layer]; });
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    const bool leave_out = (i == 0 && ids_from_content) || (i == layer && one_layer);
    if (!leave_out) {
      columns.push_back(i);
    }
  }
  return columns;
}

base::Result<void> write_geojson(const std::string& path, const Kind& kind, std::span<const Record> records) {
  FG_TRY(TextWriter writer, TextWriter::create(path));
  const std::vector<std::size_t> columns = columns_to_write(kind, records);
  writer.write(fmt::format(R"({{"type":"FeatureCollection","name":"{}","features":[)", kind.name));
  std::string line;
  for (const Record& record : records) {
    line = &record == records.data() ? "\n" : ",\n";
    line += R"({"type":"Feature","properties":{)";
    for (const std::size_t column : columns) {
      line += line.back() == '{' ? "" : ",";
      append_json_string(line, kind.fields[column].name);
      line += ':';
      append_json_value(line, record.values[column]);
    }
    line += R"(},"geometry":)";
    append_geometry(line, record.geometry);
    line += '}';
    writer.write(line);
  }
  writer.write("\n]}\n");
  return writer.finish();
}

base::Result<void> write_csv(const std::string& path, const Kind& kind, std::span<const Record> records) {
  FG_TRY_VOID(check_csv_can_carry(kind, records));
  FG_TRY(TextWriter writer, TextWriter::create(path));
  const bool has_position = kind.geometry != GeometryRule::none;
  const std::vector<std::size_t> columns = columns_to_write(kind, records);
  std::string line;
  for (const std::size_t column : columns) {
    line += (line.empty() ? "" : ",") + kind.fields[column].name;
  }
  writer.write(line + (has_position ? ",longitude,latitude\n" : "\n"));
  for (const Record& record : records) {
    line.clear();
    for (const std::size_t column : columns) {
      line += column == columns.front() ? "" : ",";
      const auto* text = std::get_if<std::string>(&record.values[column]);
      text != nullptr ? append_csv_text(line, *text) : append_plain(line, record.values[column]);
    }
    if (has_position) {
      line += ',';
      if (!record.geometry.points.empty()) {
        append_degrees(line, record.geometry.points.front().lon);
        line += ',';
        append_degrees(line, record.geometry.points.front().lat);
      } else {
        line += ',';
      }
    }
    writer.write(line += '\n');
  }
  return writer.finish();
}

}  // namespace firmground::exchange
