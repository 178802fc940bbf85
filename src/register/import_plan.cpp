#include "register/import_plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "intake/source_file.h"
#include "register/register.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using mineaction::Kind;

namespace {

constexpr std::string_view kCovariate = "covariate";
constexpr std::string_view kReferenceKind = "reference-layer";
/// Layers that most programmes have and that maps and stages look for by name.
constexpr std::array<std::string_view, 3> kReferenceLayers = {"roads", "contact-line", "water"};
constexpr std::array<std::string_view, 2> kRasters = {".tif", ".tiff"};
/// Parts of a file that is named by its main part (a shapefile, a GeoPackage in use, statistics that GIS programs
/// leave).
constexpr std::array<std::string_view, 14> kSideParts = {".shx", ".prj",      ".cpg",         ".qpj",       ".sbn",
                                                         ".sbx", ".qix",      ".qmd",         ".xml",       ".gpkg-wal",
                                                         ".tfw", ".gpkg-shm", ".refused.csv", ".fields.csv"};
/// A shapefile holds one form of geometry, so that a kind may stand in several; exchange names them so.
constexpr std::array<std::string_view, 3> kForms = {"-points", "-lines", "-polygons"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string stem_of(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

bool is_known_layer(const std::string& name) {
  return (mineaction::find_kind(name) != nullptr && name != kReferenceKind) ||
         std::find(kReferenceLayers.begin(), kReferenceLayers.end(), name) != kReferenceLayers.end();
}

/// "Land_Release" -> "land-release", "hazards_points" -> "hazards": layers and exported files carry underscores.
std::string kind_of_name(std::string name) {
  name = lower(std::move(name));
  std::replace(name.begin(), name.end(), '_', '-');
  for (const std::string_view form : kForms) {
    const std::string rest = name.ends_with(form) ? name.substr(0, name.size() - form.size()) : "";
    name = is_known_layer(rest) && !is_known_layer(name) ? rest : name;
  }
  return name;
}

/// Of "land-release.geojson", and of "finds.shp.zip".
std::string kind_stem(const std::string& path) {
  const std::string stem = stem_of(path);
  return kind_of_name(stem.ends_with(".shp") ? stem.substr(0, stem.size() - 4) : stem);
}

bool is_side_part(const std::string& name) {
  const std::string small = lower(name);
  return name.starts_with('.') ||
         std::any_of(kSideParts.begin(), kSideParts.end(), [&](std::string_view end) { return small.ends_with(end); });
}

/// A .dbf is a file of its own only without its .shp.
bool is_part_of_shapefile(const std::filesystem::path& path) {
  return lower(path.extension().string()) == ".dbf" &&
         (std::filesystem::exists(std::filesystem::path(path).replace_extension(".shp")) ||
          std::filesystem::exists(std::filesystem::path(path).replace_extension(".SHP")));
}

bool is_raster(const std::string& path) {
  const std::string small = lower(path);
  return std::any_of(kRasters.begin(), kRasters.end(), [&](std::string_view end) { return small.ends_with(end); });
}

std::size_t link_order(const ImportTask& task) {
  const auto& kinds = mineaction::kinds();
  return task.is_covariate() ? kinds.size() : static_cast<std::size_t>(task.kind - kinds.data());
}

}  // namespace

std::string ImportTask::file_name() const {
  return std::filesystem::path(path).filename().string();
}
bool ImportTask::is_reference() const {
  return kind != nullptr && kind->name == kReferenceKind;
}

Result<ImportTask> plan_file(const std::string& path, const std::string& kind, const std::string& layer_name) {
  const std::string own_name = layer_name.empty() ? stem_of(path) : layer_name;
  if (kind == kCovariate) {
    return ImportTask{path, nullptr, own_name};
  }
  if (std::find(kReferenceLayers.begin(), kReferenceLayers.end(), kind) != kReferenceLayers.end()) {
    return ImportTask{path, mineaction::find_kind(kReferenceKind), layer_name.empty() ? kind : layer_name};
  }
  const Kind* found = mineaction::find_kind(kind);
  if (found == nullptr) {
    return fail("registry.kind_unknown", {{"file", path}, {"kind", kind}, {"nearest", mineaction::nearest_kind(kind)}});
  }
  return ImportTask{path, found, found->name == kReferenceKind ? own_name : found->name};
}

std::string kind_of_file(const std::string& path, bool reference) {
  if (is_raster(path)) {
    return std::string(kCovariate);
  }
  const std::string stem = kind_stem(path);
  return is_known_layer(stem) ? stem : reference ? std::string(kReferenceKind) : stem_of(path);
}

Result<std::vector<ImportTask>> plan_container(const std::string& path, const std::string& kind) {
  FG_TRY(const auto layers, intake::layers_of_file(path));
  std::vector<ImportTask> tasks;
  for (const std::string& layer : layers) {
    const std::string name = kind_of_name(layer);
    if (is_known_layer(name) && (kind.empty() || kind == name)) {
      FG_TRY(auto task, plan_file(path, name, ""));
      task.source_layer = layer;
      tasks.push_back(std::move(task));
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const ImportTask& a, const ImportTask& b) { return link_order(a) < link_order(b); });
  return tasks;
}

Result<std::vector<ImportTask>> plan_folder(const std::string& folder, bool reference) {
  std::error_code problem;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (entry->is_regular_file() && !is_side_part(entry->path().filename().string()) &&
        !is_part_of_shapefile(entry->path())) {
      files.push_back(entry->path().string());
    }
  }
  if (problem) {
    return fail("base.file_unreadable", {{"file", folder}, {"reason", problem.message()}});
  }
  std::sort(files.begin(), files.end());  // the order of a directory listing means nothing
  std::vector<ImportTask> tasks;
  for (const std::string& file : files) {
    const std::string kind = kind_of_file(file, reference);
    const bool archive = lower(file).ends_with(".zip");  // of a shapefile for each form that the kind has
    FG_TRY(auto layers, archive ? plan_container(file, kind) : Result<std::vector<ImportTask>>());
    if (layers.empty()) {
      FG_TRY(auto task, plan_file(file, kind, ""));
      layers.push_back(std::move(task));
    }
    std::move(layers.begin(), layers.end(), std::back_inserter(tasks));
  }
  if (tasks.empty()) {
    return fail("registry.folder_empty", {{"file", folder}});
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const ImportTask& a, const ImportTask& b) { return link_order(a) < link_order(b); });
  return tasks;
}

}  // namespace firmground::registry
