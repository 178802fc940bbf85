#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "mineaction/account_question.h"
#include "serve/call.h"

namespace firmground::serve {
namespace {

using mineaction::AccountQuestion;
using mineaction::AreaUnit;

struct Filter {
  std::string_view name;
  std::string AccountQuestion::* value;
};
constexpr std::array<Filter, 9> kFilters = {{{"from", &AccountQuestion::from},
                                             {"until", &AccountQuestion::until},
                                             {"district", &AccountQuestion::district},
                                             {"organisation", &AccountQuestion::organisation},
                                             {"donor", &AccountQuestion::donor},
                                             {"method", &AccountQuestion::method},
                                             {"device", &AccountQuestion::device},
                                             {"type", &AccountQuestion::type},
                                             {"hazard", &AccountQuestion::hazard}}};

struct Asked {
  AccountQuestion question;
  AreaUnit unit = AreaUnit::hectare;
};

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    parts.push_back(part);
  }
  return parts;
}

/// A filter that is misspelled and passed over would give the account of the whole country.
tl::unexpected<base::Error> unknown(const std::string& name) {
  std::vector<std::string_view> known;
  known.reserve(kFilters.size());
  for (const Filter& filter : kFilters) {
    known.push_back(filter.name);
  }
  return base::fail("serve.parameter_unknown",
                    {{"name", name}, {"known", fmt::format("{}, by, unit", fmt::join(known, ", "))}});
}

base::Result<Asked> asked_of(const Request& request) {
  Asked asked;
  for (const auto& [name, value] : request.query) {
    const auto filter = std::find_if(kFilters.begin(), kFilters.end(), [&](const Filter& f) { return f.name == name; });
    if (filter != kFilters.end()) {
      if (value.empty()) {
        return base::fail("serve.parameter_invalid", {{"name", name}, {"value", ""}, {"expected", "a value"}});
      }
      asked.question.*filter->value = value;
    } else if (name == "by") {
      asked.question.by = listed(value);
    } else if (name == "unit" && (value == "ha" || value == "m2")) {
      asked.unit = value == "ha" ? AreaUnit::hectare : AreaUnit::square_metre;
    } else if (name == "unit") {
      return base::fail("serve.parameter_invalid", {{"name", name}, {"value", value}, {"expected", "ha or m2"}});
    } else {
      return unknown(name);
    }
  }
  return asked;
}

}  // namespace

base::Result<Response> get_account(const Call& call) {
  if (call.request.query.empty()) {
    FG_TRY(std::string json, call.edition.account());
    return json_response(std::move(json));
  }
  FG_TRY(const Asked asked, asked_of(call.request));
  FG_TRY(const auto answer, mineaction::ask_account(call.edition.snapshot(), asked.question));
  return json_response(mineaction::account_json(answer.account, asked.unit, answer.breakdown));
}

}  // namespace firmground::serve
