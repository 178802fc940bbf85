#include "intake/source_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include "geo/raster.h"
#include "intake/archive.h"
#include "intake/gdal_source.h"
#include "intake/xml_features.h"

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

/// doc.kml, or whatever else ends so: Google Earth takes the first one.
base::Result<std::string> kml_of_archive(const std::string& path, const std::string& file) {
  FG_TRY(const auto entries, list_archive(path, file));
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [](const ArchiveEntry& entry) { return ending_of(entry.name) == "kml"; });
  if (found == entries.end()) {
    return base::fail("intake.broken", {{"file", file}, {"reason", "the archive holds no .kml"}});
  }
  return read_entry(path, file, *found);
}

base::Result<ReadResult> read_text(const std::string& text, const std::string& ending, const std::string& file,
                                   const mineaction::Kind& kind, const ReadOptions& options,
                                   const base::Progress& progress) {
  if (ending == "kml" || ending == "kmz") {
    return read_kml(text, file, kind, options, progress);
  }
  if (ending == "gpx") {
    return read_gpx(text, file, kind, options, progress);
  }
  return ending == "geojson" || ending == "json" ? read_geojson(text, file, kind, options, progress)
                                                 : read_csv(text, file, kind, options, progress);
}

bool is_text_format(const std::string& ending) {
  constexpr std::array<std::string_view, 8> kEndings = {"csv", "tsv", "txt", "geojson", "json", "kml", "kmz", "gpx"};
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

base::Result<std::vector<std::string>> folders_of(const std::string& path, const std::string& ending,
                                                  const std::string& file) {
  FG_TRY(const std::string text, ending == "kmz" ? kml_of_archive(path, file) : geo::read_file(path));
  FG_TRY(const XmlDocument document, parse_kml(text, file));
  std::vector<std::string> names;
  for (const XmlFeature& feature : document.features) {
    if (!feature.folder.empty() && std::find(names.begin(), names.end(), feature.folder) == names.end()) {
      names.push_back(feature.folder);
    }
  }
  return names;
}

}  // namespace

base::Result<std::vector<std::string>> layers_of_file(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  const std::string ending = ending_of(path);
  FG_TRY_VOID(check_there(path));
  if (ending == "kml" || ending == "kmz") {
    return folders_of(path, ending, file);
  }
  return ending == "gpkg" || ending == "xlsx" || ending == "zip" ? layers_with_gdal(path, ending)
                                                                 : std::vector<std::string>();
}

base::Result<ReadResult> read_file(const std::string& path, const mineaction::Kind& kind, const ReadOptions& given,
                                   const base::Progress& progress) {
  FG_TRY_VOID(check_there(path));
  return read_opened(path, kind, given, progress);
}

base::Result<ReadResult> read_opened(const std::string& path, const mineaction::Kind& kind, const ReadOptions& given,
                                     const base::Progress& progress) {
  ReadOptions options = given;
  if (kind.name == "reference-layer" && options.layer_name.empty()) {
    options.layer_name = std::filesystem::path(path).stem().string();  // roads.geojson holds the layer roads
  }
  const std::string file = std::filesystem::path(path).filename().string();
  const std::string ending = ending_of(path);
  if (is_gdal_format(ending)) {
    return read_with_gdal(path, ending, kind, options, progress);
  }
  if (!is_text_format(ending)) {
    return base::fail("intake.format_unknown", {{"file", file}, {"kind", kind.name}});
  }
  FG_TRY(const std::string text, ending == "kmz" ? kml_of_archive(path, file) : geo::read_file(path));
  return read_text(text, ending, file, kind, options, progress);
}

}  // namespace firmground::intake
