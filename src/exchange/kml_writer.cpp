#include "exchange/kml_writer.h"

#include <fmt/format.h>

#include "base/check.h"
#include "exchange/text_writer.h"
#include "exchange/xml_text.h"
#include "exchange/zip_writer.h"

namespace firmground::exchange {

using mineaction::Field;
using mineaction::FieldType;
using mineaction::Record;

namespace {

std::string_view kml_type(const Field& field) {
  switch (field.type) {
    case FieldType::integer: return "int";
    case FieldType::real: return "double";
    case FieldType::boolean: return "bool";
    case FieldType::text:
    case FieldType::date:
    case FieldType::code: break;
  }
  return "string";
}

class KmlText {
 public:
  KmlText(const Sink& sink, int decimals) : sink_(sink), decimals_(decimals) {}

  void begin() {
    sink_(R"(<?xml version="1.0" encoding="UTF-8"?>)"
          "\n"
          R"(<kml xmlns="http://www.opengis.net/kml/2.2">)"
          "\n<Document>\n");
  }
  void end() { sink_("</Document>\n</kml>\n"); }

  void declare(const Table& table) {
    line_ = fmt::format("<Schema name=\"{0}\" id=\"{0}\">", escaped(table.name));
    for (const std::size_t column : table.columns) {
      const Field& field = table.kind->fields[column];
      line_ += fmt::format(R"(<SimpleField type="{}" name="{}"/>)", kml_type(field), escaped(field.name));
    }
    sink_(line_ += "</Schema>\n");
  }

  void write(const Table& table, const Coordinates& coordinates) {
    sink_(fmt::format("<Folder><name>{}</name>\n", escaped(table.name)));
    const std::string data = fmt::format("<ExtendedData><SchemaData schemaUrl=\"#{}\">", escaped(table.name));
    for (const Record& record : table.records) {
      line_ = "<Placemark><name>";
      append_xml(line_, describe(record));
      line_ += "</name>" + data;
      for (const std::size_t column : table.columns) {
        value(table.kind->fields[column].name, record.values[column]);
      }
      line_ += "</SchemaData></ExtendedData>";
      geometry(coordinates.of(record.geometry));
      sink_(line_ += "</Placemark>\n");
    }
    sink_("</Folder>\n");
  }

  /// Characters that XML cannot carry, since the last call.
  std::size_t take_left_out() { return std::exchange(left_out_, 0); }

 private:
  static std::string escaped(std::string_view text) {
    std::string out;
    append_xml(out, text);
    return out;
  }
  void value(const std::string& name, const mineaction::Value& value) {
    if (std::holds_alternative<std::monostate>(value)) {
      return;
    }
    plain_.clear();
    append_plain(plain_, value);
    line_ += fmt::format("<SimpleData name=\"{}\">", name);
    left_out_ += append_xml(line_, plain_);
    line_ += "</SimpleData>";
  }
  void position(const geo::Xy& p) {
    append_coordinate(line_, p.x, decimals_);
    line_ += ',';
    append_coordinate(line_, p.y, decimals_);
  }
  void positions(const std::vector<geo::Xy>& list, bool closed) {
    line_ += "<coordinates>";
    for (const geo::Xy& p : list) {
      position(p);
      line_ += ' ';
    }
    if (closed && !list.empty()) {
      position(list.front());
    } else if (!list.empty()) {
      line_.pop_back();
    }
    line_ += "</coordinates>";
  }
  void ring(std::string_view tag, const std::vector<geo::Xy>& list) {
    line_ += fmt::format("<{}><LinearRing>", tag);
    positions(list, true);
    line_ += fmt::format("</LinearRing></{}>", tag);
  }
  void geometry(const geo::PlanarGeometry& geometry) {
    const bool multi = geometry.points.size() + geometry.lines.size() + geometry.polygons.size() > 1;
    line_ += multi ? "<MultiGeometry>" : "";
    for (const geo::Xy& p : geometry.points) {
      line_ += "<Point>";
      positions({p}, false);
      line_ += "</Point>";
    }
    for (const auto& line : geometry.lines) {
      line_ += "<LineString><tessellate>1</tessellate>";
      positions(line, false);
      line_ += "</LineString>";
    }
    for (const geo::PlanarPolygon& polygon : geometry.polygons) {
      line_ += "<Polygon><tessellate>1</tessellate>";
      ring("outerBoundaryIs", polygon.outer);
      for (const auto& hole : polygon.holes) {
        ring("innerBoundaryIs", hole);
      }
      line_ += "</Polygon>";
    }
    line_ += multi ? "</MultiGeometry>" : "";
  }

  const Sink& sink_;
  int decimals_;
  std::string line_, plain_;
  std::size_t left_out_ = 0;
};

std::vector<Note> write_document(const Sink& sink, std::span<const Table> tables, const Coordinates& coordinates) {
  std::vector<Note> notes;
  KmlText text(sink, coordinates.decimals);
  text.begin();
  for (const Table& table : tables) {
    text.declare(table);
  }
  for (const Table& table : tables) {
    text.write(table, coordinates);
    if (const std::size_t left_out = text.take_left_out(); left_out > 0) {
      notes.push_back(make_note(table, "exchange.characters_left_out",
                                {{"format", "KML"}, {"kind", table.name}, {"count", std::to_string(left_out)}}));
    }
  }
  text.end();
  return notes;
}

}  // namespace

base::Result<std::vector<Note>> write_kml(const std::string& path, KmlForm form, std::span<const Table> tables,
                                          const Coordinates& coordinates) {
  FG_CHECK(!coordinates.crs);
  if (form == KmlForm::kml) {
    FG_TRY(TextWriter writer, TextWriter::create(path));
    auto notes = write_document([&](std::string_view text) { writer.write(text); }, tables, coordinates);
    FG_TRY_VOID(writer.finish());
    return notes;
  }
  FG_TRY(ZipWriter writer, ZipWriter::create(path));
  writer.begin_entry("doc.kml");
  auto notes = write_document([&](std::string_view text) { writer.write(text); }, tables, coordinates);
  FG_TRY_VOID(writer.finish());
  return notes;
}

}  // namespace firmground::exchange
