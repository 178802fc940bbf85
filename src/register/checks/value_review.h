#pragma once
#include <string>
#include <vector>

#include "register/checks/records.h"

namespace firmground::registry::checks {

/// One word of a field that works like a list, and how many records use it.
struct ValueCount {
  std::string kind, field, value;
  std::size_t records = 0;
};

/// All words of all code fields, and of open text fields with at most `most_values` different ones, by kind, field,
/// then count: a person sees at a glance what should be one.  Local ids, links and what is not open are left out.
std::vector<ValueCount> value_review(const Records& records, std::size_t most_values);

}  // namespace firmground::registry::checks
