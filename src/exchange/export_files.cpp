#include "exchange/export_files.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/check.h"
#include "exchange/csv_writer.h"
#include "exchange/gdal_writer.h"
#include "exchange/geojson_writer.h"
#include "exchange/gpx_writer.h"
#include "exchange/kml_writer.h"
#include "exchange/xlsx_writer.h"

namespace firmground::exchange {

namespace {

constexpr std::array<FormatInfo, 10> kFormats = {{
    {Format::geojson, "geojson", "GeoJSON", ".geojson", false, false},
    {Format::csv, "csv", "CSV", ".csv", false, true},
    {Format::geopackage, "geopackage", "GeoPackage", ".gpkg", true, true},
    {Format::shapefile_zip, "shapefile-zip", "Shapefile", ".shp.zip", true, true},
    {Format::shapefile, "shapefile", "Shapefile", ".shp", false, true},
    {Format::kml, "kml", "KML", ".kml", true, false},
    {Format::kmz, "kmz", "KMZ", ".kmz", true, false},
    {Format::gpx, "gpx", "GPX", ".gpx", false, false},
    {Format::xlsx, "xlsx", "XLSX", ".xlsx", true, true},
    {Format::flatgeobuf, "flatgeobuf", "FlatGeobuf", ".fgb", false, true},
}};
/// Other endings that people give.
constexpr std::array<std::pair<std::string_view, Format>, 3> kMoreEndings = {
    {{".json", Format::geojson}, {".zip", Format::shapefile_zip}, {".dbf", Format::shapefile}}};

template <typename T>
base::Result<std::vector<Note>> without_notes(const base::Result<T>& result) {
  if (!result) {
    return tl::unexpected<base::Error>(result.error());
  }
  return std::vector<Note>();
}

void add_personal_notes(const Table& table, std::vector<Note>& notes) {
  for (const mineaction::Field& field : table.kind->fields) {
    if (field.privacy == mineaction::Privacy::personal) {
      notes.push_back(make_note(table, "exchange.personal_left_out", {{"kind", table.name}, {"field", field.name}}));
    }
  }
}

base::Result<std::vector<Note>> write(const std::string& path, Format format, std::span<const Table> tables,
                                      const ExportOptions& options) {
  const Table& first = tables.front();
  const Coordinates& coordinates = options.coordinates;
  const DatabaseOptions database{coordinates, options.made_at};
  switch (format) {
    case Format::geojson: return without_notes(write_geojson(path, first, coordinates));
    case Format::csv: return without_notes(write_csv(path, first, coordinates));
    case Format::geopackage: return without_notes(write_geopackage(path, tables, database));
    case Format::shapefile: return write_shapefile(path, ShapefileForm::files, tables, database);
    case Format::shapefile_zip: return write_shapefile(path, ShapefileForm::zip, tables, database);
    case Format::kml: return write_kml(path, KmlForm::kml, tables, coordinates);
    case Format::kmz: return write_kml(path, KmlForm::kmz, tables, coordinates);
    case Format::gpx: return write_gpx(path, first, coordinates);
    case Format::xlsx: return write_xlsx(path, tables, coordinates);
    case Format::flatgeobuf: return write_flatgeobuf(path, first, database);
  }
  FG_CHECK(false);
}

}  // namespace

std::span<const FormatInfo> formats() {
  return kFormats;
}

const FormatInfo& info_of(Format format) {
  const auto* found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const FormatInfo& info) { return info.format == format; });
  FG_CHECK(found != kFormats.end());
  return *found;
}

std::optional<Format> format_named(std::string_view name) {
  for (const FormatInfo& info : kFormats) {
    if (info.name == name || info.ending.substr(1) == name) {
      return info.format;
    }
  }
  return std::nullopt;
}

std::optional<Format> format_of_path(std::string_view path) {
  std::string small(path);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const FormatInfo& info : kFormats) {
    if (small.ends_with(info.ending)) {
      return info.format;
    }
  }
  for (const auto& [ending, format] : kMoreEndings) {
    if (small.ends_with(ending)) {
      return format;
    }
  }
  return std::nullopt;
}

base::Result<std::vector<Note>> write_tables(const std::string& path, Format format, std::span<const Table> tables,
                                             const ExportOptions& options) {
  FG_CHECK(!tables.empty());
  const FormatInfo& info = info_of(format);
  if (tables.size() > 1 && !info.many_tables) {
    return base::fail("exchange.one_kind_only",
                      {{"format", std::string(info.title)}, {"count", std::to_string(tables.size())}});
  }
  if (options.coordinates.crs && !info.any_crs) {
    return base::fail("exchange.crs_not_carried", {{"format", std::string(info.title)}});
  }
  FG_TRY(auto notes, write(path, format, tables, options));
  for (const Table& table : tables) {
    add_personal_notes(table, notes);
    const bool bare_coordinates = format == Format::csv || format == Format::xlsx;
    if (options.coordinates.crs && bare_coordinates && table.kind->geometry != mineaction::GeometryRule::none) {
      notes.push_back(make_note(table, "exchange.crs_to_be_told",
                                {{"kind", table.name},
                                 {"format", std::string(info.title)},
                                 {"crs", "EPSG:" + std::to_string(options.coordinates.crs->epsg())}}));
    }
  }
  return notes;
}

}  // namespace firmground::exchange
