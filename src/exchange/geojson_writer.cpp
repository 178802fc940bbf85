#include "exchange/geojson_writer.h"

#include <fmt/format.h>

#include "base/check.h"
#include "exchange/text_writer.h"

namespace firmground::exchange {

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

void append_json_value(std::string& out, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_json_string(out, *text);
  } else if (std::holds_alternative<std::monostate>(value)) {
    out += "null";
  } else {
    append_plain(out, value);
  }
}

/// The geometry of one feature, with the decimals that were asked for.
class GeometryText {
 public:
  GeometryText(std::string& out, int decimals) : out_(out), decimals_(decimals) {}

  void append(const geo::PlanarGeometry& geometry) {
    const int kinds_used = !geometry.points.empty() + !geometry.lines.empty() + !geometry.polygons.empty();
    if (kinds_used == 0) {
      out_ += "null";
      return;
    }
    out_ += kinds_used > 1 ? R"({"type":"GeometryCollection","geometries":[)" : "";
    start_ = out_.size();
    parts("Point", geometry.points, [&](const geo::Xy& p) { position(p); });
    parts("LineString", geometry.lines, [&](const std::vector<geo::Xy>& line) { positions(line, false); });
    parts("Polygon", geometry.polygons, [&](const geo::PlanarPolygon& part) { polygon(part); });
    out_ += kinds_used > 1 ? "]}" : "";
  }

 private:
  void position(const geo::Xy& p) {
    out_ += '[';
    append_coordinate(out_, p.x, decimals_);
    out_ += ',';
    append_coordinate(out_, p.y, decimals_);
    out_ += ']';
  }
  void positions(const std::vector<geo::Xy>& list, bool closed) {
    out_ += '[';
    for (const geo::Xy& p : list) {
      position(p);
      out_ += ',';
    }
    if (closed && !list.empty()) {
      position(list.front());
    } else if (!list.empty()) {
      out_.pop_back();
    }
    out_ += ']';
  }
  void polygon(const geo::PlanarPolygon& part) {
    out_ += '[';
    positions(part.outer, true);
    for (const auto& hole : part.holes) {
      out_ += ',';
      positions(hole, true);
    }
    out_ += ']';
  }
  /// "Point" with one entry, "MultiPoint" with several: [a] or [[a],[b]].
  template <typename Parts, typename Append>
  void parts(std::string_view type, const Parts& list, Append append_part) {
    if (list.empty()) {
      return;
    }
    const bool multi = list.size() > 1;
    out_ += out_.size() > start_ ? "," : "";
    fmt::format_to(std::back_inserter(out_), R"({{"type":"{}{}","coordinates":)", multi ? "Multi" : "", type);
    out_ += multi ? "[" : "";
    for (std::size_t i = 0; i < list.size(); ++i) {
      out_ += i > 0 ? "," : "";
      append_part(list[i]);
    }
    out_ += multi ? "]}" : "}";
  }

  std::string& out_;
  int decimals_;
  std::size_t start_ = 0;
};

}  // namespace

base::Result<void> write_geojson(const std::string& path, const Table& table, const Coordinates& coordinates) {
  FG_CHECK(!coordinates.crs);
  FG_TRY(TextWriter writer, TextWriter::create(path));
  std::string line = R"({"type":"FeatureCollection","name":)";
  append_json_string(line, table.name);
  writer.write(line + R"(,"features":[)");
  for (const Record& record : table.records) {
    line = &record == table.records.data() ? "\n" : ",\n";
    line += R"({"type":"Feature","properties":{)";
    for (const std::size_t column : table.columns) {
      line += line.back() == '{' ? "" : ",";
      append_json_string(line, table.kind->fields[column].name);
      line += ':';
      append_json_value(line, record.values[column]);
    }
    line += R"(},"geometry":)";
    GeometryText(line, coordinates.decimals).append(coordinates.of(record.geometry));
    line += '}';
    writer.write(line);
  }
  writer.write("\n]}\n");
  return writer.finish();
}

}  // namespace firmground::exchange
