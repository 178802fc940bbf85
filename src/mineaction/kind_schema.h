#pragma once
#include <string>

#include "mineaction/kind.h"

namespace firmground::mineaction {

/// JSON Schema (draft 2020-12) of one record of the kind as JSON and GeoJSON properties carry it, on one line. Units,
/// code lists, links and privacy classes stand in keys that begin with "x-".
std::string json_schema(const Kind& kind);

/// "date", "whole number, at least 0, cm", "one of: SHA, CHA" ... for a person who fills a column.
std::string type_in_words(const Field& field);

}  // namespace firmground::mineaction
