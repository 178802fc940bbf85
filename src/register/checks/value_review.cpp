#include "register/checks/value_review.h"

#include <algorithm>
#include <map>

namespace firmground::registry::checks {

namespace {

bool works_like_a_list(const mineaction::Field& field) {
  const bool words = field.type == mineaction::FieldType::code || field.type == mineaction::FieldType::text;
  return words && field.link_kind.empty() && field.privacy == mineaction::Privacy::open;
}

}  // namespace

std::vector<ValueCount> value_review(const Records& records, std::size_t most_values) {
  std::vector<ValueCount> all;
  for (const auto& list : records.lists()) {
    for (std::size_t f = 1; f < list->kind().fields.size(); ++f) {
      const mineaction::Field& field = list->kind().fields[f];
      std::map<std::string, std::size_t> counts;
      for (std::size_t i = 0; works_like_a_list(field) && i < list->size(); ++i) {
        if (const std::string* said = list->text(i, f)) {
          ++counts[*said];
        }
      }
      if (field.type == mineaction::FieldType::text && counts.size() > most_values) {
        continue;
      }
      const std::size_t begin = all.size();
      for (const auto& [value, count] : counts) {
        all.push_back({list->kind().name, field.name, value, count});
      }
      std::stable_sort(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(),
                       [](const ValueCount& a, const ValueCount& b) { return a.records > b.records; });
    }
  }
  return all;
}

}  // namespace firmground::registry::checks
