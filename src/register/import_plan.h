#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "mineaction/kind.h"

namespace firmground::registry {

/// One file and what it is to be entered as.
struct ImportTask {
  std::string path;
  const mineaction::Kind* kind = nullptr;  ///< null: a covariate raster
  std::string layer;           ///< name of the layer: the kind's, or that of the reference layer or covariate
  std::string source_layer{};  ///< which layer of a file that holds several; "" = the one named like the kind

  std::string file_name() const;
  bool is_covariate() const { return kind == nullptr; }
  bool is_reference() const;
};

/// `kind` as on the command line: a kind, "covariate", "reference-layer", or a known reference layer ("roads",
/// "contact-line"). `layer_name` names reference layers and covariates; "" = the file's stem.  Errors:
/// registry.kind_unknown (names the nearest).
base::Result<ImportTask> plan_file(const std::string& path, const std::string& kind, const std::string& layer_name);

/// The layers of a file that may hold several (GeoPackage, zipped Shapefile, KML, KMZ, XLSX) and are named like kinds
/// or known reference layers, in the order that links need; only those of `kind` unless it is "". Empty when there are
/// none. Errors: those of intake::layers_of_file.
base::Result<std::vector<ImportTask>> plan_container(const std::string& path, const std::string& kind);

/// Every file of the folder in the order that links need, rasters last. Hidden files, subfolders, parts of a shapefile
/// and files of refused rows are passed over.  Errors: registry.kind_unknown, registry.folder_empty,
/// base.file_unreadable.
base::Result<std::vector<ImportTask>> plan_folder(const std::string& folder, bool reference);

}  // namespace firmground::registry
