#pragma once
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot.h"

/// Files -> validated records + issues. The only GDAL vector reading.
namespace firmground::intake {

/// What is wrong with one value, told to a person. `refused` rows do not enter; the others enter and the issue is kept.
struct Issue {
  std::int64_t row = 0;  ///< 1-based data row (CSV: the header is not counted), 0 = the whole file
  std::string id;        ///< local id when there is one
  std::string field;
  std::string value;
  std::string error;   ///< what is wrong, in a sentence
  std::string remedy;  ///< what to do, in a sentence
  std::string code;    ///< of schema/errors/*.toml
  bool refused = false;
};

/// A mapping file (TOML): column names, constants, value translations and CRS of a foreign file. docs/formats/mapping.md.
struct Mapping {
  std::map<std::string, std::string> columns;                              ///< field -> column of the file
  std::map<std::string, std::string> constants;                            ///< field -> value for every row
  std::map<std::string, std::map<std::string, std::string>> values;        ///< field -> {file's word -> ours}
  std::string crs;                                                         ///< "EPSG:…" when the file has none
  static base::Result<Mapping> read(const std::string& path);
};

struct ReadOptions {
  std::optional<Mapping> mapping;
  std::string crs;          ///< --crs; empty = the file's own, WGS 84 for CSV and GeoJSON
  mineaction::Date today;   ///< dates after it are in the future
  /// The country's extent in WGS 84 (lon/lat box), used to recognise swapped axes and a wrong CRS; null = unknown.
  std::optional<std::array<double, 4>> extent;
  std::string layer_name;   ///< for reference layers and covariates: the name of the layer
};

struct ReadRecord {
  std::int64_t row = 0;
  mineaction::Record record;
};

struct ReadResult {
  std::int64_t rows = 0;
  std::vector<ReadRecord> records;  ///< accepted, in file order
  std::vector<Issue> issues;        ///< refused and noted
};

/// Reads and validates a whole file as one kind (GeoJSON, CSV, GeoPackage, and what else GDAL reads by extension).
/// Errors (whole file): base.file_unreadable, intake.empty_file, intake.not_utf8, intake.truncated, intake.missing_column,
/// intake.crs_missing, intake.crs_unknown, intake.format_unknown.  Row errors become issues.
/// Cost: linear; 160,000 CSV rows in well under 2 s.
base::Result<ReadResult> read_file(const std::string& path, const mineaction::Kind& kind, const ReadOptions& options,
                                   const base::Progress& progress);

}  // namespace firmground::intake
