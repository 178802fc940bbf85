#include "exchange/canonical_files.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "exchange/geopackage_writer.h"
#include "exchange/text_formats.h"
#include "geo/raster.h"
#include "mineaction/record_conversion.h"

namespace firmground::exchange {

using mineaction::Kind;
using mineaction::Record;
using mineaction::Snapshot;

namespace {

std::string in(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).string();
}

/// Long tables of points and tables without geometry are CSV, which every operator can open; the rest is GeoJSON.
base::Result<void> write_kind(const std::string& folder, const Kind& kind, std::span<const Record> records) {
  const bool table =
      kind.geometry == mineaction::GeometryRule::none || kind.name == "finds" || kind.name == "accidents";
  const std::string path = in(folder, kind.name + (table ? ".csv" : ".geojson"));
  return write_records(path, table ? Format::csv : Format::geojson, kind, records);
}

base::Result<void> write_reference_layers(const std::string& folder, const Kind& kind,
                                          std::span<const Record> records) {
  std::map<std::string, std::vector<Record>> layers;
  const std::size_t layer = kind.field_index("layer");
  for (const Record& record : records) {
    layers[std::get<std::string>(record.values[layer])].push_back(record);
  }
  for (const auto& [name, features] : layers) {
    FG_TRY_VOID(write_records(in(folder, name + ".geojson"), Format::geojson, kind, features));
  }
  return {};
}

}  // namespace

base::Result<void> write_records(const std::string& path, Format format, const Kind& kind,
                                 std::span<const Record> records) {
  switch (format) {
    case Format::geojson: return write_geojson(path, kind, records);
    case Format::csv: return write_csv(path, kind, records);
    case Format::geopackage: break;
  }
  return write_geopackage(path, kind, records);
}

base::Result<void> write_folder(const std::string& folder, const Snapshot& snapshot) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return base::fail("base.file_unwritable", {{"file", folder}, {"reason", error.message()}});
  }
  for (const Kind& kind : mineaction::kinds()) {
    const std::vector<Record> records = mineaction::records_of(kind, snapshot);
    if (records.empty()) {
      continue;
    }
    const bool reference = kind.name == "reference-layer";
    FG_TRY_VOID(reference ? write_reference_layers(folder, kind, records) : write_kind(folder, kind, records));
  }
  for (const mineaction::Covariate& covariate : snapshot.covariates) {
    FG_TRY(const std::string bytes, geo::to_cog(covariate.raster));
    FG_TRY_VOID(geo::write_file(in(folder, covariate.name + ".tif"), bytes));
  }
  return {};
}

}  // namespace firmground::exchange
