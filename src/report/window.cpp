#include "report/window.h"

#include <algorithm>
#include <string>

namespace firmground::report {

namespace {

std::chrono::sys_days first_of(int year) {
  return base::Date(year, 1, 1).first_day();
}
std::chrono::sys_days last_of(int year) {
  return base::Date(year, 12, 31).first_day();
}

}  // namespace

base::Result<SituationOptions> parse_period(std::string_view text) {
  const std::size_t dots = text.find("..");
  const bool is_range = dots != std::string_view::npos;
  const auto from = base::Date::parse(is_range ? text.substr(0, dots) : text);
  const auto until = base::Date::parse(is_range ? text.substr(dots + 2) : text);
  if (!from || !until) {
    return base::fail("report.period_invalid", {{"value", std::string(text)}});
  }
  const base::Date last(until->last_day());
  if (last < *from) {
    return base::fail("report.period_reversed", {{"value", std::string(text)}});
  }
  return SituationOptions{base::Date(from->first_day()), last};
}

base::Result<Window> Window::of(const mineaction::Snapshot& snapshot, const SituationOptions& options) {
  Window window;
  window.last = snapshot.as_of.last_day();
  if (options.period_from && options.period_from->first_day() > window.last) {
    return base::fail("report.period_after_information",
                      {{"from", options.period_from->to_string()}, {"as_of", snapshot.as_of.to_string()}});
  }
  if (options.period_until) {
    window.period_last = options.period_until->last_day();
    window.last = std::min(window.last, *window.period_last);
    window.period_first = options.period_from ? options.period_from->first_day() : std::chrono::sys_days::min();
  } else if (options.period_from) {
    window.period_first = options.period_from->first_day();
    window.period_last = window.last;
  }
  return window;
}

bool Window::in_period(const base::Date& date) const {
  if (!has_period()) {
    return until_now(date);
  }
  return date.first_day() >= *period_first && date.last_day() <= *period_last && until_now(date);
}

bool Window::perhaps_in_period(const base::Date& date) const {
  return has_period() && !in_period(date) && until_now(date) && date.last_day() >= *period_first;
}

bool Window::full_year(int year) const {
  if (!has_period()) {
    return first_of(year) <= last;
  }
  return first_of(year) >= *period_first && last_of(year) <= *period_last;
}

int Window::last_full_year() const {
  const int year = base::Date(last).year();
  return last == last_of(year) ? year : year - 1;
}

}  // namespace firmground::report
