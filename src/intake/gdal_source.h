#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "intake/source_file.h"

namespace firmground::intake {

/// The formats that GDAL reads for us, by the ending of the name: gpkg, shp, dbf, zip (a zipped Shapefile), fgb, xlsx.
bool is_gdal_format(const std::string& ending);

/// Errors: those of read_file.
base::Result<ReadResult> read_with_gdal(const std::string& path, const std::string& ending,
                                        const mineaction::Kind& kind, const ReadOptions& options,
                                        const base::Progress& progress);

/// Names of the layers or sheets that hold rows.
base::Result<std::vector<std::string>> layers_with_gdal(const std::string& path, const std::string& ending);

}  // namespace firmground::intake
