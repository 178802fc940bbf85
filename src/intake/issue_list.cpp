#include "intake/issue_list.h"

#include <algorithm>

namespace firmground::intake {

namespace {

void fill(std::string& text, std::string_view placeholder, std::string_view value) {
  if (const std::size_t at = text.find(placeholder); at != std::string::npos) {
    text.replace(at, placeholder.size(), value);
  }
}

}  // namespace

void IssueList::add(Severity severity, std::string_view error, std::string_view field, std::string value,
                    base::ErrorArguments arguments) {
  base::Error filled = base::make_error(error, arguments);
  for (std::string* text : {&filled.message, &filled.remedy}) {
    fill(*text, "{field}", field);
    fill(*text, "{value}", value);
  }
  const bool refused = severity == Severity::refused;
  refusals_ += refused ? 1 : 0;
  issues_.push_back({row_, id_, std::string(field), std::move(value), std::move(filled.message),
                     std::move(filled.remedy), std::move(filled.code), refused});
}

std::vector<Issue> IssueList::take() {
  std::stable_sort(issues_.begin(), issues_.end(), [](const Issue& a, const Issue& b) { return a.row < b.row; });
  return std::move(issues_);
}

}  // namespace firmground::intake
