#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "intake/source_file.h"

namespace firmground::registry {

/// The refused rows of an imported file as CSV, with their reasons, for a person to correct and import again. Of a CSV
/// file the rows are as they came, with the columns `refused_because` and `what_to_do` added; of any other format one
/// line per reason: row, id, field, value, error, remedy.  `bytes` are those of the imported file.
std::string refused_rows_csv(const std::string& file_name, const std::string& bytes,
                             const std::vector<intake::Issue>& issues);

}  // namespace firmground::registry
