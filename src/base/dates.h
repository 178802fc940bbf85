#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace firmground::base {

/// How much of a date is known. A register of old events often knows only the year.
enum class DatePrecision : std::uint8_t { day, month, year };

/// A date of information, Gregorian. Ordered by its first possible day, then by precision.
class Date {
 public:
  Date() = default;
  Date(int year, unsigned month, unsigned day);
  explicit Date(std::chrono::sys_days day, DatePrecision precision = DatePrecision::day)
      : day_(day), precision_(precision) {}

  /// "2024-05-02", "2024-05", "2024".  Errors: base.date_invalid.
  static Result<Date> parse(std::string_view text);

  /// First day that the date can mean.
  std::chrono::sys_days first_day() const { return day_; }
  /// Last day that the date can mean ("2024-05" -> 2024-05-31).
  std::chrono::sys_days last_day() const;
  DatePrecision precision() const { return precision_; }
  int year() const;
  unsigned month() const;
  /// The text that parse() reads; carries no more than is known.
  std::string to_string() const;

  friend auto operator<=>(const Date&, const Date&) = default;

 private:
  std::chrono::sys_days day_{};
  DatePrecision precision_ = DatePrecision::day;
};

}  // namespace firmground::base
