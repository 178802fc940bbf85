#include "base/dates.h"

#include <fmt/core.h>

#include <charconv>

namespace firmground::base {

using std::chrono::year_month_day;

Date::Date(int year, unsigned month, unsigned day)
    : day_(year_month_day{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}}) {
  FG_CHECK(std::chrono::year_month_day(day_).ok());
}

namespace {

bool read_number(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && text[0] != '-';
}

}  // namespace

Result<Date> Date::parse(std::string_view text) {
  const auto refuse = [&] { return fail("base.date_invalid", {{"value", std::string(text)}}); };
  const bool has_month = text.size() >= 7 && text[4] == '-';
  const bool has_day = text.size() == 10 && has_month && text[7] == '-';
  if (text.size() != 4 && !(text.size() == 7 && has_month) && !has_day) {
    return refuse();
  }
  int year = 0;
  int month = 1;
  int day = 1;
  if (!read_number(text.substr(0, 4), year) || (has_month && !read_number(text.substr(5, 2), month)) ||
      (has_day && !read_number(text.substr(8, 2), day))) {
    return refuse();
  }
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) {
    return refuse();
  }
  const DatePrecision precision = has_day ? DatePrecision::day : has_month ? DatePrecision::month : DatePrecision::year;
  return Date(std::chrono::sys_days(date), precision);
}

std::chrono::sys_days Date::last_day() const {
  const year_month_day date(day_);
  switch (precision_) {
    case DatePrecision::day: return day_;
    case DatePrecision::month: return std::chrono::sys_days(date.year() / date.month() / std::chrono::last);
    case DatePrecision::year: return std::chrono::sys_days(date.year() / std::chrono::December / 31);
  }
  return day_;
}

int Date::year() const {
  return static_cast<int>(year_month_day(day_).year());
}
unsigned Date::month() const {
  return static_cast<unsigned>(year_month_day(day_).month());
}

std::string Date::to_string() const {
  const year_month_day date(day_);
  const int y = static_cast<int>(date.year());
  const unsigned m = static_cast<unsigned>(date.month());
  switch (precision_) {
    case DatePrecision::year: return fmt::format("{:04}", y);
    case DatePrecision::month: return fmt::format("{:04}-{:02}", y, m);
    case DatePrecision::day: break;
  }
  return fmt::format("{:04}-{:02}-{:02}", y, m, static_cast<unsigned>(date.day()));
}

}  // namespace firmground::base
