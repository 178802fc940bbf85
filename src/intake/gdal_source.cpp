#include "intake/gdal_source.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <ogrsf_frmts.h>
#include <simdjson.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <memory>
#include <mutex>

#include "intake/record_builder.h"
#include "intake/spreadsheet_check.h"

namespace firmground::intake {

namespace {

using base::Result;

struct Format {
  const char* ending;
  const char* driver;
  GeometrySource geometry;
};
constexpr std::array<Format, 6> kFormats = {{{"gpkg", "GPKG", GeometrySource::native},
                                             {"shp", "ESRI Shapefile", GeometrySource::native},
                                             {"dbf", "ESRI Shapefile", GeometrySource::native},
                                             {"zip", "ESRI Shapefile", GeometrySource::native},
                                             {"fgb", "FlatGeobuf", GeometrySource::native},
                                             {"xlsx", "XLSX", GeometrySource::columns}}};
constexpr std::int64_t kProgressRows = 1 << 14;

void start_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    CPLSetErrorHandler(CPLQuietErrorHandler);         // libraries never print
    CPLSetConfigOption("OGR_XLSX_HEADERS", "FORCE");  // the first row is the header, whatever its cells look like
    RegisterOGRGeoPackage();
    RegisterOGRShape();
    RegisterOGRFlatGeobuf();
    RegisterOGRXLSX();
  });
}

struct CloseDataset {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
struct DestroyFeature {
  void operator()(void* feature) const { OGR_F_Destroy(static_cast<OGRFeatureH>(feature)); }
};
using Dataset = std::unique_ptr<void, CloseDataset>;
using Feature = std::unique_ptr<void, DestroyFeature>;

const Format& format_of(const std::string& ending) {
  const auto* found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& f) { return ending == f.ending; });
  FG_CHECK(found != kFormats.end());
  return *found;
}

std::string reason_of_gdal() {
  const std::string reason = CPLGetLastErrorMsg();
  return reason.empty() ? "its content is not what its name says" : reason;
}

base::Error damaged(const std::string& file) {
  return base::make_error("intake.truncated", {{"file", file}, {"reason", reason_of_gdal()}});
}

/// A GeoPackage that was cut off still opens, and would give some of its rows; SQLite's own check of all pages tells.
Result<void> check_geopackage(GDALDatasetH dataset, const std::string& file) {
  OGRLayerH answer = GDALDatasetExecuteSQL(dataset, "PRAGMA quick_check(1)", nullptr, nullptr);
  std::string verdict;
  if (answer != nullptr) {
    const Feature first(OGR_L_GetNextFeature(answer));
    if (first != nullptr) {
      verdict = OGR_F_GetFieldAsString(static_cast<OGRFeatureH>(first.get()), 0);
    }
    GDALDatasetReleaseResultSet(dataset, answer);
  }
  if (verdict != "ok") {
    return base::fail("intake.truncated", {{"file", file}, {"reason", verdict.empty() ? reason_of_gdal() : verdict}});
  }
  return {};
}

Result<OGRLayerH> find_layer(GDALDatasetH dataset, const std::string& file, const mineaction::Kind& kind,
                             const ReadOptions& options) {
  const int count = GDALDatasetGetLayerCount(dataset);
  std::vector<std::string> names;
  OGRLayerH single = nullptr;
  for (int i = 0; i < count; ++i) {
    OGRLayerH layer = GDALDatasetGetLayer(dataset, i);
    const std::string name = OGR_L_GetName(layer);
    const bool named_like_it = name == kind.table || name == kind.name || name == options.layer_name;
    if (options.source_layer.empty() ? named_like_it : name == options.source_layer) {
      return layer;
    }
    const bool filled = OGR_L_GetFeatureCount(layer, 1) > 0;
    single = filled && single == nullptr ? layer : single;
    if (filled) {
      names.push_back(name);
    }
  }
  if (names.empty()) {
    return base::fail("intake.empty_file", {{"file", file}});
  }
  if (names.size() > 1 || !options.source_layer.empty()) {
    const std::string& wanted = options.source_layer.empty() ? kind.table : options.source_layer;
    return base::fail("intake.layer_unknown",
                      {{"file", file}, {"wanted", wanted}, {"found", fmt::format("{}", fmt::join(names, ", "))}});
  }
  return single;
}

/// "EPSG:32639" where the authority is known, else the whole definition, which PROJ reads as well.
Result<std::string> crs_of(OGRLayerH layer, const std::string& file, const ReadOptions& options) {
  OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(layer);
  const bool given = !options.crs.empty() || (options.mapping && !options.mapping->crs.empty());
  if (srs == nullptr && OGR_L_GetGeomType(layer) != wkbNone && !given) {
    return base::fail("intake.crs_missing", {{"layer", OGR_L_GetName(layer)}, {"file", file}});
  }
  if (srs == nullptr) {
    return std::string();
  }
  const char* authority = OSRGetAuthorityName(srs, nullptr);
  const char* code = OSRGetAuthorityCode(srs, nullptr);
  if (authority != nullptr && code != nullptr) {
    return fmt::format("{}:{}", authority, code);
  }
  char* definition = nullptr;
  const std::array<const char*, 2> options_of_wkt = {"FORMAT=WKT2_2018", nullptr};
  const bool written = OSRExportToWktEx(srs, &definition, options_of_wkt.data()) == OGRERR_NONE;
  const std::string wkt = written ? definition : "";
  CPLFree(definition);
  return wkt.empty()
             ? Result<std::string>(base::fail("intake.crs_missing", {{"layer", OGR_L_GetName(layer)}, {"file", file}}))
             : Result<std::string>(wkt);
}

std::vector<geo::Xy> positions_of(OGRGeometryH line) {
  std::vector<geo::Xy> positions(static_cast<std::size_t>(OGR_G_GetPointCount(line)));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    positions[i] = {OGR_G_GetX(line, static_cast<int>(i)), OGR_G_GetY(line, static_cast<int>(i))};
  }
  return positions;
}

void read_polygon(OGRGeometryH given, geo::PlanarGeometry& shape) {
  geo::PlanarPolygon polygon;
  for (int i = 0; i < OGR_G_GetGeometryCount(given); ++i) {
    std::vector<geo::Xy> ring = positions_of(OGR_G_GetGeometryRef(given, i));
    (i == 0 ? polygon.outer : polygon.holes.emplace_back()) = std::move(ring);
  }
  shape.polygons.push_back(std::move(polygon));
}

void read_shape(OGRGeometryH given, RawGeometry& result) {
  if (OGR_G_IsEmpty(given) == 1) {
    return;
  }
  switch (OGR_GT_Flatten(OGR_G_GetGeometryType(given))) {
    case wkbPoint: result.shape.points.push_back({OGR_G_GetX(given, 0), OGR_G_GetY(given, 0)}); return;
    case wkbLineString: result.shape.lines.push_back(positions_of(given)); return;
    case wkbPolygon: read_polygon(given, result.shape); return;
    case wkbMultiPoint:
    case wkbMultiLineString:
    case wkbMultiPolygon:
    case wkbGeometryCollection:
      for (int i = 0; i < OGR_G_GetGeometryCount(given); ++i) {
        read_shape(OGR_G_GetGeometryRef(given, i), result);
      }
      return;
    default: result.problem = fmt::format("it is a {}, which has no straight edges", OGR_G_GetGeometryName(given));
  }
}

/// ECMA-376 part 1, 22.9.2.19: _x000D_ in a cell of a spreadsheet stands for the character of that number.
std::string unescaped_cell(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const bool shaped = text.size() >= i + 7 && text[i] == '_' && text[i + 1] == 'x' && text[i + 6] == '_';
    const char* digits = text.data() + i + 2;
    if (shaped && std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4 && code < 0x80) {
      out += static_cast<char>(code);
      i += 6;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// One value with the type that the layer gives it; texts and dates are kept in `text` until the row is read.
RawValue value_of(OGRFeatureH feature, int at, std::string& text) {
  if (OGR_F_IsFieldSetAndNotNull(feature, at) == 0) {
    return {};
  }
  OGRFieldDefnH definition = OGR_F_GetFieldDefnRef(feature, at);
  switch (OGR_Fld_GetType(definition)) {
    case OFTInteger:
      if (OGR_Fld_GetSubType(definition) == OFSTBoolean) {
        return OGR_F_GetFieldAsInteger(feature, at) != 0;
      }
      return static_cast<std::int64_t>(OGR_F_GetFieldAsInteger64(feature, at));
    case OFTInteger64: return static_cast<std::int64_t>(OGR_F_GetFieldAsInteger64(feature, at));
    case OFTReal: return OGR_F_GetFieldAsDouble(feature, at);
    case OFTDate:
    case OFTDateTime: {
      int year = 0;
      int month = 0;
      int day = 0;
      int rest = 0;
      OGR_F_GetFieldAsDateTime(feature, at, &year, &month, &day, &rest, &rest, &rest, &rest);
      text = fmt::format("{:04}-{:02}-{:02}", year, month, day);
      return std::string_view(text);
    }
    default: text = OGR_F_GetFieldAsString(feature, at); return std::string_view(text);
  }
}

std::vector<std::string> columns_of(OGRLayerH layer) {
  OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
  std::vector<std::string> columns;
  columns.reserve(static_cast<std::size_t>(OGR_FD_GetFieldCount(definition)));
  for (int i = 0; i < OGR_FD_GetFieldCount(definition); ++i) {
    columns.emplace_back(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i)));
  }
  return columns;
}

class LayerReader {
 public:
  LayerReader(OGRLayerH layer, std::string file, GeometrySource geometry, std::string merged_cells)
      : layer_(layer), file_(std::move(file)), geometry_(geometry), merged_cells_(std::move(merged_cells)) {}

  Result<ReadResult> read(const mineaction::Kind& kind, const ReadOptions& options, SourceInfo source,
                          const base::Progress& progress) {
    const std::vector<std::string> columns = columns_of(layer_);
    texts_.resize(columns.size());
    FG_TRY(RecordBuilder builder, RecordBuilder::create(kind, options, std::move(source), columns));
    if (!merged_cells_.empty()) {
      builder.note(0, "intake.merged_cells", {{"file", file_}, {"cells", merged_cells_}});
    }
    FG_TRY_VOID(read_rows(kind, builder, progress));
    return builder.finish(progress);
  }

 private:
  Result<void> read_rows(const mineaction::Kind& kind, RecordBuilder& builder, const base::Progress& progress) {
    const double total = std::max(1.0, static_cast<double>(OGR_L_GetFeatureCount(layer_, 0)));
    std::int64_t row = 0;
    CPLErrorReset();
    OGR_L_ResetReading(layer_);
    while (const Feature feature{OGR_L_GetNextFeature(layer_)}) {
      FG_TRY_VOID(read_row(static_cast<OGRFeatureH>(feature.get()), ++row, builder));
      if (row % kProgressRows == 0 &&
          !progress("reading " + kind.name, std::min(0.7, 0.7 * static_cast<double>(row) / total))) {
        return base::fail("base.cancelled");
      }
    }
    if (CPLGetLastErrorType() >= CE_Failure) {
      return tl::unexpected<base::Error>(damaged(file_));
    }
    if (const std::int64_t announced = OGR_L_GetFeatureCount(layer_, 0); row < announced) {  // -1: it does not say
      return base::fail(
          "intake.truncated",
          {{"file", file_}, {"reason", fmt::format("it holds {} of the {} rows that it announces", row, announced)}});
    }
    return {};
  }

  Result<void> read_row(OGRFeatureH feature, std::int64_t row, RecordBuilder& builder) {
    cells_.clear();
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      cells_.push_back(value_of(feature, static_cast<int>(i), texts_[i]));
      const auto* text = std::get_if<std::string_view>(&cells_.back());
      if (text != nullptr && geometry_ == GeometrySource::columns) {
        texts_[i] = unescaped_cell(without_guard(*text));
        cells_.back() = std::string_view(texts_[i]);
        text = std::get_if<std::string_view>(&cells_.back());
      }
      if (text != nullptr && !simdjson::validate_utf8(text->data(), text->size())) {
        return base::fail("intake.not_utf8", {{"file", file_}, {"offset", "unknown"}, {"row", std::to_string(row)}});
      }
    }
    RawGeometry shape;
    if (OGRGeometryH geometry = OGR_F_GetGeometryRef(feature); geometry != nullptr) {
      read_shape(geometry, shape);
    }
    builder.add({row, cells_, geometry_ == GeometrySource::native ? &shape : nullptr});
    return {};
  }

  OGRLayerH layer_;
  std::string file_;
  GeometrySource geometry_;
  std::string merged_cells_;        ///< of a sheet, for a note
  std::vector<std::string> texts_;  ///< by column
  std::vector<RawValue> cells_;
};

/// Shapefiles are UTF-8 where no .cpg says another.
Result<Dataset> open_dataset(const std::string& path, const std::string& ending, const std::string& file) {
  start_gdal();
  const Format& format = format_of(ending);
  const std::array<const char*, 2> drivers = {format.driver, nullptr};
  const bool code_page_file = std::filesystem::exists(std::filesystem::path(path).replace_extension(".cpg"));
  const bool plain = (ending == "shp" || ending == "dbf") && !code_page_file;
  const std::array<const char*, 2> utf8 = {plain ? "ENCODING=UTF-8" : nullptr, nullptr};
  if (ending == "zip" || ending == "xlsx") {
    FG_TRY_VOID(check_archive(path, ending, file));
  }
  const std::string name = ending == "zip" ? "/vsizip/{" + path + "}" : path;
  CPLErrorReset();
  Dataset dataset(GDALOpenEx(name.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers.data(), utf8.data(), nullptr));
  if (dataset == nullptr) {
    return tl::unexpected<base::Error>(damaged(file));
  }
  if (ending == "gpkg") {
    FG_TRY_VOID(check_geopackage(dataset.get(), file));
  }
  return dataset;
}

}  // namespace

bool is_gdal_format(const std::string& ending) {
  return std::any_of(kFormats.begin(), kFormats.end(), [&](const Format& format) { return ending == format.ending; });
}

Result<ReadResult> read_with_gdal(const std::string& path, const std::string& ending, const mineaction::Kind& kind,
                                  const ReadOptions& options, const base::Progress& progress) {
  const Format& format = format_of(ending);
  const std::string file = std::filesystem::path(path).filename().string();
  FG_TRY(const Dataset dataset, open_dataset(path, ending, file));
  FG_TRY(OGRLayerH layer, find_layer(dataset.get(), file, kind, options));
  const bool shapefile = ending == "shp" || ending == "dbf" || ending == "zip";
  SourceInfo source{file, format.geometry, "", shapefile};
  if (format.geometry == GeometrySource::native && kind.geometry != mineaction::GeometryRule::none) {
    FG_TRY(source.crs, crs_of(layer, file, options));
  }
  FG_TRY(const std::string merged,
         ending == "xlsx" ? merged_cells(path, file, OGR_L_GetName(layer)) : Result<std::string>(std::string()));
  return LayerReader(layer, file, format.geometry, merged).read(kind, options, std::move(source), progress);
}

Result<std::vector<std::string>> layers_with_gdal(const std::string& path, const std::string& ending) {
  FG_TRY(const Dataset dataset, open_dataset(path, ending, std::filesystem::path(path).filename().string()));
  std::vector<std::string> names;
  for (int i = 0; i < GDALDatasetGetLayerCount(dataset.get()); ++i) {
    OGRLayerH layer = GDALDatasetGetLayer(dataset.get(), i);
    if (OGR_L_GetFeatureCount(layer, 1) > 0) {
      names.emplace_back(OGR_L_GetName(layer));
    }
  }
  return names;
}

}  // namespace firmground::intake
