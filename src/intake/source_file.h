#pragma once
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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

/// A mapping file (TOML): column names, constants, value translations and CRS of a foreign file.
/// docs/formats/mapping.md.
struct Mapping {
  std::map<std::string, std::string> columns;                        ///< field -> column of the file
  std::map<std::string, std::string> constants;                      ///< field -> value for every row
  std::map<std::string, std::map<std::string, std::string>> values;  ///< field -> {file's word -> ours}
  std::string crs;                                                   ///< "EPSG:…" when the file has none
  std::map<std::string, std::vector<std::string>>
      only{};  ///< column -> its values whose rows are taken; others are left out
  /// Errors: base.file_unreadable, intake.mapping_invalid.
  static base::Result<Mapping> read(const std::string& path);
  static base::Result<Mapping> parse(std::string_view text, const std::string& file);
};

struct ReadOptions {
  std::optional<Mapping> mapping;
  std::string crs;         ///< --crs; empty = the file's own, WGS 84 for CSV and GeoJSON
  mineaction::Date today;  ///< dates after it are in the future; 1970-01-01, the default, checks nothing
  /// The country's extent in WGS 84 (west, south, east, north), used to recognise swapped axes and a wrong CRS; null =
  /// unknown. Without it only rows far from all others of the file are noticed.
  std::optional<std::array<double, 4>> extent;
  std::string layer_name;  ///< for reference layers and covariates: the name of the layer
  /// Which layer, sheet or folder of a file that holds several; "" = the one named like the kind, else the only one.
  std::string source_layer{};
  /// The programme's own CRS ("EPSG:32639"): what comes in it, or in degrees on WGS 84, keeps no note of how it came.
  std::string programme_crs{};
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

/// Reads and validates a whole file as one kind: GeoJSON, CSV, KML (also zipped) and GPX by our own readers,
/// GeoPackage, Shapefile (also zipped), FlatGeobuf and XLSX through GDAL; the ending of the name says which. Row errors
/// become issues, sorted by row. A row that repeats another to the letter is noted and handed on, so that the register
/// counts it as unchanged; of two rows that share an id and differ the later one is refused. Errors (whole file):
/// base.file_unreadable, base.cancelled, intake.empty_file, intake.not_utf8, intake.truncated,
///   intake.broken, intake.missing_column, intake.ambiguous_column, intake.mapping_invalid, intake.crs_missing,
///   intake.crs_unknown, intake.layer_unknown, intake.format_unknown, intake.archive_refused, intake.merged_header.
/// Cost: linear in time and memory; 160,000 CSV rows in well under 1 s.
base::Result<ReadResult> read_file(const std::string& path, const mineaction::Kind& kind, const ReadOptions& options,
                                   const base::Progress& progress);

/// The same for a file that need not be on disk: one of GDAL's in memory ("/vsimem/finds.xlsx") will do for the formats
/// that GDAL reads or unpacks. For the fuzzer.
base::Result<ReadResult> read_opened(const std::string& path, const mineaction::Kind& kind, const ReadOptions& options,
                                     const base::Progress& progress);

/// The same for text that is in memory already; `file` names it in messages. Any bytes may be given: these are what the
/// fuzzer calls.
base::Result<ReadResult> read_csv(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                                  const ReadOptions& options, const base::Progress& progress);
base::Result<ReadResult> read_geojson(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                                      const ReadOptions& options, const base::Progress& progress);
base::Result<ReadResult> read_kml(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                                  const ReadOptions& options, const base::Progress& progress);
base::Result<ReadResult> read_gpx(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                                  const ReadOptions& options, const base::Progress& progress);

/// Names of the layers, sheets or folders of a file whose format can hold several (GeoPackage, zipped Shapefile, KML,
/// KMZ, XLSX), in file order; empty for every other format.  Errors: those of read_file for a file that cannot be
/// opened.
base::Result<std::vector<std::string>> layers_of_file(const std::string& path);

}  // namespace firmground::intake
