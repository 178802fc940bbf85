#include "register/import_plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

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
constexpr std::array<std::string_view, 14> kSideParts = {".dbf",      ".shx",      ".prj",         ".cpg", ".qpj",
                                                         ".sbn",      ".sbx",      ".qix",         ".qmd", ".xml",
                                                         ".gpkg-wal", ".gpkg-shm", ".refused.csv", ".tfw"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string stem_of(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

/// "Land_Release.geojson" -> "land-release": layers and exported files carry underscores.
std::string kind_stem(const std::string& path) {
  std::string stem = lower(stem_of(path));
  std::replace(stem.begin(), stem.end(), '_', '-');
  return stem;
}

bool is_side_part(const std::string& name) {
  const std::string small = lower(name);
  return name.starts_with('.') ||
         std::any_of(kSideParts.begin(), kSideParts.end(), [&](std::string_view end) { return small.ends_with(end); });
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
  const bool known = (mineaction::find_kind(stem) != nullptr && stem != kReferenceKind) ||
                     std::find(kReferenceLayers.begin(), kReferenceLayers.end(), stem) != kReferenceLayers.end();
  return known ? stem : reference ? std::string(kReferenceKind) : stem_of(path);
}

Result<std::vector<ImportTask>> plan_folder(const std::string& folder, bool reference) {
  std::error_code problem;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (entry->is_regular_file() && !is_side_part(entry->path().filename().string())) {
      files.push_back(entry->path().string());
    }
  }
  if (problem) {
    return fail("base.file_unreadable", {{"file", folder}, {"reason", problem.message()}});
  }
  std::sort(files.begin(), files.end());  // the order of a directory listing means nothing
  std::vector<ImportTask> tasks;
  for (const std::string& file : files) {
    FG_TRY(auto task, plan_file(file, kind_of_file(file, reference), ""));
    tasks.push_back(std::move(task));
  }
  if (tasks.empty()) {
    return fail("registry.folder_empty", {{"file", folder}});
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const ImportTask& a, const ImportTask& b) { return link_order(a) < link_order(b); });
  return tasks;
}

}  // namespace firmground::registry
