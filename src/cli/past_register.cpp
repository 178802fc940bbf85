#include "cli/past_register.h"

#include <array>
#include <regex>

namespace firmground::cli {

base::Result<std::optional<base::Date>> day_or_nothing(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  FG_TRY(const base::Date date, base::Date::parse(text));
  return date;
}

base::Result<std::optional<std::string>> entry_time_or_nothing(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  static const std::regex kForm(R"((\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{3}))?)?Z)?)");
  std::smatch part;
  if (!std::regex_match(text, part, kForm) || !base::Date::parse(part[1].str())) {
    return base::fail("report.entry_time_invalid", {{"value", text}});
  }
  const auto or_last = [&](std::size_t group, const char* last) {
    return part[group].matched ? part[group].str() : std::string(last);
  };
  return part[1].str() + "T" + or_last(2, "23") + ":" + or_last(3, "59") + ":" + or_last(4, "59") + "." +
         or_last(5, "999") + "Z";
}

}  // namespace firmground::cli
