#pragma once
#include <string>

#include "mineaction/land_account.h"

namespace firmground::serve {

/// The keys of `firmground account --json` (design.md section 6) in hectares, then the totals by method, year and
/// district.
std::string to_json(const mineaction::LandAccount& account);

}  // namespace firmground::serve
