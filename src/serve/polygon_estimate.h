#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "serve/call.h"

namespace firmground::serve {

/// What the stored estimate says of one polygon (docs/formats/http.md, "estimate" of a record); null when it says
/// nothing. What is not told is null with its reason, never 0 and never an empty list.
nlohmann::ordered_json polygon_estimate_json(const Call& call, const std::string& kind, const std::string& id);

}  // namespace firmground::serve
