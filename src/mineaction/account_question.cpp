#include "mineaction/account_question.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace firmground::mineaction {

using base::Result;

namespace {

Result<std::optional<Date>> day_or_nothing(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  FG_TRY(const Date day, Date::parse(text));
  return day;
}

std::optional<std::string> text_or_nothing(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// A value of a code list, in its own spelling or one that import takes as well.
template <typename Code, typename Parse>
Result<void> read_code(const std::string& text, const char* field, Parse parse, const char* known,
                       std::optional<Code>& code) {
  if (text.empty()) {
    return {};
  }
  code = parse(text);
  if (!code) {
    return base::fail("account.value_unknown", {{"field", field}, {"value", text}, {"known", known}});
  }
  return {};
}

}  // namespace

Result<AccountOptions> options_of(const AccountQuestion& question) {
  AccountOptions options;
  FG_TRY(options.from, day_or_nothing(question.from));
  FG_TRY(options.until, day_or_nothing(question.until));
  options.district = text_or_nothing(question.district);
  options.organisation = text_or_nothing(question.organisation);
  options.donor = text_or_nothing(question.donor);
  options.hazard = text_or_nothing(question.hazard);
  FG_TRY_VOID(read_code(
      question.method, "method", [](const std::string& t) { return parse_method(t); },
      "nts, technical-survey, manual, mechanical, animal, bac, eod", options.method));
  FG_TRY_VOID(read_code(
      question.device, "ordnance class", [](const std::string& t) { return parse_device(t); },
      "AP mine, AV mine, submunition, UXO, AXO, ERW, IED, booby trap, other", options.device));
  FG_TRY_VOID(read_code(
      question.type, "hazard type", [](const std::string& t) { return parse_hazard_type(t); }, "SHA, CHA",
      options.type));
  return options;
}

Result<AskedAccount> ask_account(const Snapshot& snapshot, const AccountQuestion& question) {
  FG_TRY(const AccountOptions options, options_of(question));
  AskedAccount asked;
  for (const std::string& name : question.by) {
    const auto key = parse_account_key(name);
    if (!key) {
      return base::fail("account.value_unknown", {{"field", "breakdown by"},
                                                  {"value", name},
                                                  {"known", fmt::format("{}", fmt::join(account_key_names(), ", "))}});
    }
    asked.breakdown.by.push_back(*key);
  }
  FG_TRY(asked.account, account(snapshot, options));
  if (!asked.breakdown.by.empty()) {
    asked.breakdown.rows = break_down(snapshot, asked.account, asked.breakdown.by);
  }
  return asked;
}

}  // namespace firmground::mineaction
