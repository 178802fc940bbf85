#pragma once
#include <string>

#include "base/error.h"
#include "simulate/country.h"

namespace firmground::cli {

/// Writes what is true of an invented country into `folder`, apart from its import files: items.csv, fields.geojson,
/// records.csv, faults.csv, parameters.json and remaining.tif (items that remain per 50 m cell, on the grid of the
/// hazard raster). Errors: base.file_unwritable, geo.raster_failed.
base::Result<void> write_truth(const std::string& folder, const simulate::Country& country);

}  // namespace firmground::cli
