#pragma once
#include <string>
#include <string_view>

#include "base/error.h"

namespace firmground::intake {

/// What only the archive tells of a spreadsheet or a zipped Shapefile before its rows are read.
/// Errors: intake.truncated, intake.archive_refused, intake.broken (no shapefile, an archive in the archive).
base::Result<void> check_archive(const std::string& path, const std::string& ending, const std::string& file);

/// The merged ranges of a sheet's data rows ("B7:B9, C2:C3"), "" when there are none: only the first cell of such a
/// range has the value.  Errors: intake.merged_header when the header row has one: columns would lose their names.
base::Result<std::string> merged_cells(const std::string& path, const std::string& file, std::string_view sheet);

}  // namespace firmground::intake
