#pragma once
#include <vector>

#include "intake/source_file.h"
#include "mineaction/kind.h"

namespace firmground::registry {

/// Words of a code list that did not stand on the day the record speaks of (mineaction/code_validity.h): issues,
/// never refusals. A record whose date is not known wholly before or after the word's time gives none.
std::vector<intake::Issue> codes_out_of_date(const mineaction::Kind& kind,
                                             const std::vector<intake::ReadRecord>& records);

}  // namespace firmground::registry
