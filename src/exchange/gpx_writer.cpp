#include "exchange/gpx_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "exchange/text_writer.h"
#include "exchange/xml_text.h"

namespace firmground::exchange {

using mineaction::Record;

namespace {

bool is_waypoint(const geo::GeographicGeometry& g) {
  return g.points.size() == 1 && g.lines.empty() && g.polygons.empty();
}
bool is_track(const geo::GeographicGeometry& g) {
  return g.points.empty() && !g.lines.empty() && g.polygons.empty();
}

class GpxText {
 public:
  explicit GpxText(int decimals) : decimals_(decimals) {}

  const std::string& feature(const Table& table, const Record& record, const geo::PlanarGeometry& geometry) {
    line_.clear();
    if (!geometry.points.empty()) {
      point("wpt", geometry.points.front(), "\">");
      values(table, record);
      line_ += "</wpt>\n";
      return line_;
    }
    line_ += "<trk>";
    values(table, record);
    for (const auto& part : geometry.lines) {
      line_ += "<trkseg>";
      for (const geo::Xy& p : part) {
        point("trkpt", p, "\"/>");
      }
      line_ += "</trkseg>";
    }
    line_ += "</trk>\n";
    return line_;
  }
  std::size_t left_out() const { return left_out_; }

 private:
  void point(std::string_view tag, const geo::Xy& p, std::string_view end) {
    line_ += fmt::format("<{} lat=\"", tag);
    append_coordinate(line_, p.y, decimals_);
    line_ += "\" lon=\"";
    append_coordinate(line_, p.x, decimals_);
    line_ += end;
  }
  void values(const Table& table, const Record& record) {
    line_ += "<name>";
    append_xml(line_, describe(record));
    line_ += "</name><extensions>";
    for (const std::size_t column : table.columns) {
      if (!std::holds_alternative<std::monostate>(record.values[column])) {
        const std::string& name = table.kind->fields[column].name;
        std::string plain;
        append_plain(plain, record.values[column]);
        line_ += fmt::format("<fg:{}>", name);
        left_out_ += append_xml(line_, plain);
        line_ += fmt::format("</fg:{}>", name);
      }
    }
    line_ += "</extensions>";
  }

  int decimals_;
  std::string line_;
  std::size_t left_out_ = 0;
};

std::vector<Note> notes_of(const Table& table, std::size_t records, const std::string& first, std::size_t characters) {
  std::vector<Note> notes;
  if (records > 0) {
    notes.push_back(make_note(table, "exchange.records_left_out",
                              {{"kind", table.name},
                               {"count", std::to_string(records)},
                               {"id", first},
                               {"reason", "GPX knows only points and lines"}}));
  }
  if (characters > 0) {
    notes.push_back(make_note(table, "exchange.characters_left_out",
                              {{"format", "GPX"}, {"kind", table.name}, {"count", std::to_string(characters)}}));
  }
  return notes;
}

}  // namespace

base::Result<std::vector<Note>> write_gpx(const std::string& path, const Table& table, const Coordinates& coordinates) {
  FG_CHECK(!coordinates.crs);
  const auto carried = [](const Record& record) { return is_waypoint(record.geometry) || is_track(record.geometry); };
  if (!table.records.empty() && std::none_of(table.records.begin(), table.records.end(), carried)) {
    return base::fail("exchange.format_cannot_carry", {{"format", "GPX"},
                                                       {"kind", table.name},
                                                       {"id", describe(table.records.front())},
                                                       {"reason", "GPX knows only points and lines"}});
  }
  FG_TRY(TextWriter writer, TextWriter::create(path));
  writer.write(
      R"(<?xml version="1.0" encoding="UTF-8"?>)"
      "\n"
      R"(<gpx version="1.1" creator="Firmground" xmlns="http://www.topografix.com/GPX/1/1" xmlns:fg="urn:firmground:fields">)"
      "\n");
  GpxText text(coordinates.decimals);
  std::size_t left_out = 0;
  std::string first;
  for (const bool waypoints : {true, false}) {  // GPX wants all waypoints before the first track
    for (const Record& record : table.records) {
      if (waypoints ? is_waypoint(record.geometry) : is_track(record.geometry)) {
        writer.write(text.feature(table, record, coordinates.of(record.geometry)));
      } else if (waypoints && !is_track(record.geometry)) {
        first = left_out == 0 ? describe(record) : first;
        ++left_out;
      }
    }
  }
  writer.write("</gpx>\n");
  FG_TRY_VOID(writer.finish());
  return notes_of(table, left_out, first, text.left_out());
}

}  // namespace firmground::exchange
