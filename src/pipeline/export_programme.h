#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "exchange/export_files.h"
#include "register/register.h"

namespace firmground::pipeline {

struct ExportRequest {
  std::string out;                         ///< a file, or a folder (one that is there, or a name without ending)
  std::vector<std::string> kinds;          ///< kinds or reference layers; empty: the file's stem if it is one, else all
  std::optional<exchange::Format> format;  ///< nothing: by the ending; in a folder GeoJSON, and CSV without geometry
  int epsg = 4326;                         ///< system of the coordinates that are written
  bool history = false;                    ///< every version too, in tables of their own
  bool overwrite = false;                  ///< a file that is there already is replaced
};

struct ExportedTable {
  std::string kind;  ///< kind or reference layer
  std::size_t rows = 0;
  bool history = false;
};
struct ExportedFile {
  std::string path;
  std::string format;  ///< "CSV"; "GeoTIFF" for a raster
  std::vector<ExportedTable> tables;
  std::vector<exchange::Note> notes;
};

/// Writes the approved current state of a programme (and its history) for others to read: one file, or a folder with a
/// file for each kind, named so that `import PROGRAMME FOLDER` takes it back, rasters included. Records are ordered by
/// local id; the same register gives the same bytes. Each file is written whole or not at all.
/// Errors: those of exchange::write_tables; registry.no_such_layer, geo.crs_unknown, geo.crs_not_projected,
/// exchange.format_unknown, exchange.nothing_to_write, exchange.exists, exchange.is_a_programme.
base::Result<std::vector<ExportedFile>> export_programme(const registry::Register& programme,
                                                         const ExportRequest& request,
                                                         const base::Progress& progress = base::no_progress);

}  // namespace firmground::pipeline
