#include "cli/record_arguments.h"

#include <fmt/format.h>

#include "mineaction/record_check.h"
#include "register/entry.h"

namespace firmground::cli {

using base::fail;

base::Result<NamedRecord> named_record(const registry::Register& programme, const std::vector<std::string>& words) {
  const std::string& id = words.back();
  FG_TRY(const auto kinds, registry::kinds_with(programme, id));
  if (words.size() > 1) {
    return NamedRecord{words.front(), id};
  }
  if (kinds.empty()) {
    return fail("registry.no_such_record", {{"kind", "all kinds"}, {"value", id}});
  }
  if (kinds.size() > 1) {
    return fail("registry.id_ambiguous", {{"value", id}, {"kinds", fmt::format("{}", fmt::join(kinds, ", "))}});
  }
  return NamedRecord{kinds.front(), id};
}

const mineaction::Kind& kind_of(const std::string& name) {
  const mineaction::Kind* kind = mineaction::find_kind(name);
  return kind != nullptr ? *kind : *mineaction::find_kind("reference-layer");
}

std::string shown(const mineaction::Field& field, const mineaction::Value& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    return "not known";
  }
  return field.privacy == mineaction::Privacy::personal ? "(personal, not shown)" : mineaction::to_text(value);
}

}  // namespace firmground::cli
