#include <fmt/format.h>

#include <algorithm>

#include "register/checks/evaluators.h"
#include "register/checks/folded_name.h"

// Words in text cells.
namespace firmground::registry::checks {

namespace {

bool any_kind(const KindRecords&) {
  return true;
}

/// Text that people write: no local id (it is never rewritten), no link, no code, no key of a person.
bool is_free_text(const KindRecords& list, std::size_t field) {
  const mineaction::Field& described = list.kind().fields[field];
  return field > 0 && described.type == mineaction::FieldType::text && described.link_kind.empty() &&
         described.privacy != mineaction::Privacy::personal;
}

void unknown_as_text(const Rule& rule, const Records& records, Findings& findings) {
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    for (std::size_t f = 0; f < list.kind().fields.size(); ++f) {
      const std::string* said = is_free_text(list, f) ? list.text(i, f) : nullptr;
      if (said == nullptr || said->size() > 40) {
        continue;
      }
      const std::string word = lower_case(without_blanks(*said));
      if (std::find(rule.words.begin(), rule.words.end(), word) == rule.words.end()) {
        continue;
      }
      const mineaction::Field& field = list.kind().fields[f];
      Finding& finding = out.add(list, i, field.name, *said, {{"field", field.name}, {"value", *said}});
      if (!field.required) {
        finding.fix = Fix{field.name, {}, {}, fmt::format("'{}' becomes empty, which means not known", *said)};
      }
    }
  });
}

void blanks_around(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    for (std::size_t f = 0; f < list.kind().fields.size(); ++f) {
      const std::string* said = is_free_text(list, f) ? list.text(i, f) : nullptr;
      const std::string_view bare = said != nullptr ? without_blanks(*said) : std::string_view();
      if (said == nullptr || bare.size() == said->size()) {
        continue;
      }
      const mineaction::Field& field = list.kind().fields[f];
      const bool needed_and_empty = field.required && bare.empty();
      Finding& finding = out.add(list, i, field.name, *said, {{"field", field.name}, {"value", *said}});
      if (!needed_and_empty) {
        finding.fix = Fix{field.name,
                          bare.empty() ? mineaction::Value() : mineaction::Value(std::string(bare)),
                          {},
                          fmt::format("'{}' becomes '{}'", *said, bare)};
      }
    }
  });
}

constexpr Evaluator kEvaluators[] = {
    {"unknown-as-text", unknown_as_text},
    {"blanks-around", blanks_around},
};

}  // namespace

std::span<const Evaluator> text_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
