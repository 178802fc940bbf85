#include "intake/source_file.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "geo/raster.h"
#include "intake/gdal_source.h"

namespace firmground::intake {

namespace {

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  ending.erase(0, ending.starts_with('.') ? 1 : 0);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return ending;
}

base::Result<void> check_there(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) {
    return base::fail("base.file_unreadable", {{"file", path}, {"reason", error.message()}});
  }
  if (size == 0) {
    return base::fail("intake.empty_file", {{"file", std::filesystem::path(path).filename().string()}});
  }
  return {};
}

}  // namespace

base::Result<ReadResult> read_file(const std::string& path, const mineaction::Kind& kind, const ReadOptions& given,
                                   const base::Progress& progress) {
  ReadOptions options = given;
  if (kind.name == "reference-layer" && options.layer_name.empty()) {
    options.layer_name = std::filesystem::path(path).stem().string();  // roads.geojson holds the layer roads
  }
  const std::string file = std::filesystem::path(path).filename().string();
  const std::string ending = ending_of(path);
  FG_TRY_VOID(check_there(path));
  if (is_gdal_format(ending)) {
    return read_with_gdal(path, ending, kind, options, progress);
  }
  const bool csv = ending == "csv" || ending == "tsv" || ending == "txt";
  const bool geojson = ending == "geojson" || ending == "json";
  if (!csv && !geojson) {
    return base::fail("intake.format_unknown", {{"file", file}, {"kind", kind.name}});
  }
  FG_TRY(const std::string text, geo::read_file(path));
  return csv ? read_csv(text, file, kind, options, progress) : read_geojson(text, file, kind, options, progress);
}

}  // namespace firmground::intake
