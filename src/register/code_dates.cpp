#include "register/code_dates.h"

#include "base/error.h"
#include "mineaction/code_validity.h"

namespace firmground::registry {

using intake::Issue;
using mineaction::CodeValidity;
using mineaction::Field;
using mineaction::FieldType;

namespace {

/// When the word in the field could be said; null when it always can.
const CodeValidity* validity(const Field& field, const mineaction::Value& value) {
  const auto* word = std::get_if<std::string>(&value);
  return field.type == FieldType::code && word != nullptr ? mineaction::validity_of(field.code_list, *word) : nullptr;
}

/// Dates are compared as text of the same precision: "2016" is neither before nor after "2016-01-20".
bool is_after(const std::string& date, const std::string& day) {
  return date > day.substr(0, date.size());
}

}  // namespace

std::vector<Issue> codes_out_of_date(const mineaction::Kind& kind, const std::vector<intake::ReadRecord>& records) {
  std::vector<Issue> issues;
  if (kind.information_date.empty()) {
    return issues;
  }
  const std::size_t date_index = kind.field_index(kind.information_date);
  for (const intake::ReadRecord& read : records) {
    const auto* date = std::get_if<std::string>(&read.record.values[date_index]);
    for (std::size_t i = 0; date != nullptr && i < kind.fields.size(); ++i) {
      const CodeValidity* time = validity(kind.fields[i], read.record.values[i]);
      const bool late = time != nullptr && !time->to.empty() && is_after(*date, time->to);
      const bool early = time != nullptr && !time->from.empty() && *date < time->from.substr(0, date->size());
      if (!late && !early) {
        continue;
      }
      const std::string& word = std::get<std::string>(read.record.values[i]);
      const auto error =
          base::make_error("registry.code_out_of_date", {{"value", word},
                                                         {"list", kind.fields[i].code_list},
                                                         {"date", *date},
                                                         {"limit", late ? "until " + time->to : "from " + time->from}});
      issues.push_back({read.row, std::get<std::string>(read.record.values.front()), kind.fields[i].name, word,
                        error.message, error.remedy, error.code, false});
    }
  }
  return issues;
}

}  // namespace firmground::registry
