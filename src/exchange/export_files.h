#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "exchange/table.h"

namespace firmground::exchange {

enum class Format : std::uint8_t {
  geojson,
  csv,
  geopackage,
  shapefile,
  shapefile_zip,
  kml,
  kmz,
  gpx,
  xlsx,
  flatgeobuf
};

/// What a format is called and what it can do (docs/formats/exchange.md).
struct FormatInfo {
  Format format;
  std::string_view name;    ///< on the command line: "geojson"
  std::string_view title;   ///< "GeoJSON"
  std::string_view ending;  ///< of files: ".geojson"
  bool many_tables;         ///< several kinds in one file
  bool any_crs;             ///< coordinates in other systems than longitude and latitude
};
std::span<const FormatInfo> formats();
const FormatInfo& info_of(Format format);
/// By name ("shapefile-zip") or by ending of a path ("finds.shp.zip"). Nothing when it is none of them.
std::optional<Format> format_named(std::string_view name);
std::optional<Format> format_of_path(std::string_view path);

struct ExportOptions {
  Coordinates coordinates;
  std::string made_at;  ///< UTC time that files carry which must carry one
};

/// Writes the tables into one file, whole or not at all; what the format could not carry comes back as notes. Exact:
/// what is read back is what was written, but for the notes. Same tables, same bytes.
/// REQUIRES: one table at least.
/// Errors: exchange.one_kind_only, exchange.crs_not_carried, exchange.format_cannot_carry, exchange.not_written,
/// base.file_unwritable.
base::Result<std::vector<Note>> write_tables(const std::string& path, Format format, std::span<const Table> tables,
                                             const ExportOptions& options);

}  // namespace firmground::exchange
