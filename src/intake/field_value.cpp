#include "intake/field_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "mineaction/code_lists.h"

namespace firmground::intake {

using base::ErrorArguments;
using mineaction::Field;
using mineaction::FieldType;
using mineaction::Value;

namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
/// Doubles hold every whole number up to here; a larger "count" is a typing error anyway.
constexpr double kLargestWhole = 9007199254740992.0;

bool same_word(std::string_view a, std::string_view lower_case) {
  return a.size() == lower_case.size() && std::equal(a.begin(), a.end(), lower_case.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
         });
}

template <std::size_t n>
bool one_of(std::string_view text, const std::array<std::string_view, n>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return same_word(text, word); });
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view error_of_list(const std::string& list) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kErrors = {
      {{"device", "intake.unknown_device"},
       {"outcome", "intake.unknown_outcome"},
       {"method", "intake.unknown_method"},
       {"area-unit", "intake.unknown_unit"},
       {"bearing-unit", "intake.unknown_unit"},
       {"distance-unit", "intake.unknown_unit"}}};
  const auto found =
      std::find_if(kErrors.begin(), kErrors.end(), [&](const auto& entry) { return entry.first == list; });
  return found == kErrors.end() ? "intake.unknown_word" : found->second;
}

/// "2024/05/02" and "2024-05-02T00:00:00Z" are what databases and spreadsheets make of a day.
std::string normalised_date(std::string_view text) {
  std::string date(text);
  if (date.size() >= 10 && date[4] == '/' && date[7] == '/') {
    date[4] = date[7] = '-';
  }
  const bool has_time = date.size() >= 16 && (date[10] == 'T' || date[10] == ' ') && date[13] == ':';
  return has_time ? date.substr(0, 10) : date;
}

std::string bounds_in_words(const Field& field) {
  const double low = field.minimum.value_or(0);
  const double high = field.maximum.value_or(0);
  if (field.minimum && field.maximum) {
    return fmt::format("from {} to {}", low, high);
  }
  return field.minimum ? fmt::format("{} or more", low) : fmt::format("{} or less", high);
}

std::string shown(double number) {
  return fmt::format("{}", number);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  for (bool again = true; again;) {
    const std::size_t before = text.size();
    while (!text.empty() && blank(text.front())) {
      text.remove_prefix(1);
    }
    while (!text.empty() && blank(text.back())) {
      text.remove_suffix(1);
    }
    text.remove_prefix(text.starts_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0);
    text.remove_suffix(text.ends_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0);
    again = text.size() != before;
  }
  return text;
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::string_view without_guard(std::string_view text) {
  const bool guarded =
      text.size() > 1 && text[0] == '\'' && std::string_view("=+-@\t\r'").find(text[1]) != std::string_view::npos;
  return guarded ? text.substr(1) : text;
}

bool is_word_for_unknown(std::string_view text) {
  constexpr std::array<std::string_view, 15> kWords = {"unknown",   "n/a",           "na",  "-",    "?",    "--",
                                                       "none",      "null",          "nil", "unk.", "#n/a", "nan",
                                                       "not known", "not available", "unk"};
  return one_of(text, kWords);
}

FieldReader::FieldReader(const mineaction::Kind& kind, const Field& field, const ReadOptions& options)
    : kind_(kind), field_(field), today_(options.today), check_future_(options.today != mineaction::Date()) {
  if (options.mapping) {
    const auto found = options.mapping->values.find(field.name);
    translations_ = found == options.mapping->values.end() ? nullptr : &found->second;
  }
}

void FieldReader::refuse(IssueList& issues, std::string_view error, std::string_view value,
                         ErrorArguments arguments) const {
  issues.add(Severity::refused, error, field_.name, std::string(value), arguments);
}

Value FieldReader::missing(IssueList& issues) const {
  if (field_.required) {
    refuse(issues, "intake.missing_value", "", {{"kind", kind_.name}});
  }
  return {};
}

Value FieldReader::read(const RawValue& raw, IssueList& issues) {
  if (const auto* text = std::get_if<std::string_view>(&raw)) {
    return read_text(*text, issues);
  }
  const auto* whole = std::get_if<std::int64_t>(&raw);
  const auto* real = std::get_if<double>(&raw);
  const bool number_wanted = field_.type == FieldType::integer || field_.type == FieldType::real;
  if (number_wanted && translations_ == nullptr && (whole != nullptr || real != nullptr)) {
    const double number = whole != nullptr ? static_cast<double>(*whole) : *real;
    return checked_number(number, shown(number), issues);
  }
  if (whole != nullptr) {
    return read_text(fmt::format("{}", *whole), issues);
  }
  if (real != nullptr) {
    return read_text(shown(*real), issues);
  }
  const auto* flag = std::get_if<bool>(&raw);
  return flag != nullptr ? read_text(*flag ? "true" : "false", issues) : missing(issues);
}

/// In free text such a word is only a word; as an id or a link it is not one; codes have their own lists.
bool FieldReader::says_unknown(std::string_view value) const {
  constexpr std::array<std::string_view, 6> kNoId = {"unknown", "n/a", "-", "--", "?", "null"};
  if (field_.type == FieldType::code) {
    return false;
  }
  if (field_.type == FieldType::text && field_.link_kind.empty()) {
    return field_.required && one_of(value, kNoId);
  }
  return is_word_for_unknown(value);
}

Value FieldReader::read_text(std::string_view text, IssueList& issues) {
  std::string_view value = trimmed(text);
  if (value.size() != text.size() && !value.empty()) {
    issues.add(Severity::noted, "intake.trimmed", field_.name, std::string(text));
  }
  if (translations_ != nullptr) {
    const auto found = translations_->find(std::string(value));
    value = found == translations_->end() ? value : std::string_view(found->second);
  }
  if (value.empty()) {
    return missing(issues);
  }
  if (says_unknown(value)) {
    if (field_.required) {
      return missing(issues);
    }
    issues.add(Severity::noted, "intake.word_for_unknown", field_.name, std::string(value));
    return {};
  }
  switch (field_.type) {
    case FieldType::text: return std::string(value);
    case FieldType::integer:
    case FieldType::real: return read_number(value, issues);
    case FieldType::date: return read_date(value, issues);
    case FieldType::boolean: return read_boolean(value, issues);
    case FieldType::code: break;
  }
  return read_code(value, issues);
}

Value FieldReader::read_number(std::string_view text, IssueList& issues) const {
  if (const auto number = parse_number(text)) {
    return checked_number(*number, text, issues);
  }
  if (text.find(',') != std::string_view::npos) {
    refuse(issues, "intake.number_with_comma", text);
  } else if (has_digit(text)) {
    refuse(issues, "intake.number_with_unit", text, {{"in_unit", field_.unit.empty() ? "" : ", in " + field_.unit}});
  } else {
    refuse(issues, "intake.text_for_number", text);
  }
  return {};
}

Value FieldReader::checked_number(double number, std::string_view shown_as, IssueList& issues) const {
  if (!std::isfinite(number)) {
    refuse(issues, "intake.text_for_number", shown_as);
    return {};
  }
  if ((field_.minimum && number < *field_.minimum) || (field_.maximum && number > *field_.maximum)) {
    refuse(issues, "intake.out_of_bounds", shown_as, {{"bounds", bounds_in_words(field_)}});
    return {};
  }
  if (field_.type == FieldType::real) {
    return number;
  }
  if (number != std::floor(number) || std::abs(number) > kLargestWhole) {
    refuse(issues, "intake.not_whole", shown_as);
    return {};
  }
  return static_cast<std::int64_t>(number);
}

Value FieldReader::read_date(std::string_view text, IssueList& issues) const {
  const auto date = mineaction::Date::parse(normalised_date(text));
  if (!date) {
    refuse(issues, "intake.not_a_date", text);
    return {};
  }
  if (date->year() < 1900) {
    refuse(issues, "intake.date_too_old", text);
    return {};
  }
  if (check_future_ && !field_.future_allowed && date->first_day() > today_.first_day()) {
    refuse(issues, "intake.date_in_future", text, {{"today", today_.to_string()}});
    return {};
  }
  return date->to_string();
}

Value FieldReader::read_boolean(std::string_view text, IssueList& issues) const {
  constexpr std::array<std::string_view, 5> kYes = {"y", "yes", "true", "1", "t"};
  constexpr std::array<std::string_view, 5> kNo = {"n", "no", "false", "0", "f"};
  if (one_of(text, kYes)) {
    return true;
  }
  if (one_of(text, kNo)) {
    return false;
  }
  refuse(issues, "intake.not_yes_or_no", text);
  return {};
}

Value FieldReader::read_code(std::string_view text, IssueList& issues) {
  if (last_code_ == nullptr || text != last_code_word_) {
    const mineaction::CodeList& list = mineaction::code_list(field_.code_list);
    last_code_ = list.read(text);
    last_code_word_ = text;
    if (last_code_ == nullptr && !field_.required && is_word_for_unknown(text)) {
      issues.add(Severity::noted, "intake.word_for_unknown", field_.name, std::string(text));
      return {};
    }
    if (last_code_ == nullptr) {
      std::vector<std::string_view> accepted;
      accepted.reserve(list.values.size());
      for (const mineaction::CodeValue& value : list.values) {
        accepted.push_back(value.value);
      }
      refuse(issues, error_of_list(field_.code_list), text,
             {{"nearest", list.nearest(text)}, {"accepted", fmt::format("{}", fmt::join(accepted, ", "))}});
      return {};
    }
  }
  // "unknown" says no more than an empty cell does, except where the field must be filled.
  return *last_code_ == "unknown" && !field_.required ? Value() : Value(*last_code_);
}

}  // namespace firmground::intake
