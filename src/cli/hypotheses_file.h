#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "evidence/hypotheses.h"

namespace firmground::cli {

/// Those of schema/hypotheses.toml, and after them those of a file of one's own; "" = none.
/// Errors: base.file_unreadable, evidence.hypotheses_invalid.
base::Result<std::vector<evidence::Hypothesis>> all_hypotheses(const std::string& own_file);

}  // namespace firmground::cli
