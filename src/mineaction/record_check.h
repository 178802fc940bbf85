#pragma once
#include <optional>
#include <string>

#include "mineaction/kind.h"

namespace firmground::mineaction {

/// What is wrong with a value of a record.
struct BadValue {
  std::string field;   ///< "geometry" for the geometry
  std::string value;   ///< as text
  std::string reason;  ///< "it is needed", "it is less than 0" ...
};

/// The first value that breaks the schema of the kind: type, need, bounds, code list, date, sort of geometry. Nothing
/// when the record may be entered.  Intake tells every fault of a file; this guards what is entered without a file.
std::optional<BadValue> first_bad_value(const Kind& kind, const Record& record);

/// A value as files write it: "" for not known, y/n, the shortest number that reads back the same.
std::string to_text(const Value& value);

}  // namespace firmground::mineaction
