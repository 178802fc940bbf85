#include "exchange/canonical_files.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "exchange/csv_writer.h"
#include "exchange/geojson_writer.h"
#include "geo/raster.h"
#include "mineaction/record_conversion.h"

namespace firmground::exchange {

using mineaction::Kind;
using mineaction::Record;
using mineaction::Snapshot;

namespace {

constexpr Coordinates kMillimetres = {std::nullopt, 8};

std::string in(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).string();
}

/// Every field, but an id that was made from the content: reading the file makes it again.
Table canonical_table(const Kind& kind, const std::string& name, std::span<const Record> records) {
  const bool ids_from_content =
      !kind.generated_id.empty() && std::all_of(records.begin(), records.end(), [&](const Record& record) {
        const auto* id = std::get_if<std::string>(&record.values.front());
        return id == nullptr || *id == mineaction::generated_id(kind, record);
      });
  Table table{&kind, name, {}, records};
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    const bool named_by_file = kind.name == "reference-layer" && kind.fields[i].name == "layer";
    if (!(i == 0 && ids_from_content) && !named_by_file) {
      table.columns.push_back(i);
    }
  }
  return table;
}

/// Long tables of points and tables without geometry are CSV, which every operator can open; the rest is GeoJSON.
base::Result<void> write_kind(const std::string& folder, const Kind& kind, std::span<const Record> records) {
  const bool csv = kind.geometry == mineaction::GeometryRule::none || kind.name == "finds" || kind.name == "accidents";
  const Table table = canonical_table(kind, kind.name, records);
  return csv ? write_csv(in(folder, kind.name + ".csv"), table, kMillimetres)
             : write_geojson(in(folder, kind.name + ".geojson"), table, kMillimetres);
}

base::Result<void> write_reference_layers(const std::string& folder, const Kind& kind,
                                          std::span<const Record> records) {
  std::map<std::string, std::vector<Record>> layers;
  const std::size_t layer = kind.field_index("layer");
  for (const Record& record : records) {
    layers[std::get<std::string>(record.values[layer])].push_back(record);
  }
  for (const auto& [name, features] : layers) {
    const Table table = canonical_table(kind, kind.name, features);
    FG_TRY_VOID(write_geojson(in(folder, name + ".geojson"), table, kMillimetres));
  }
  return {};
}

}  // namespace

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
