#pragma once
#include <chrono>
#include <optional>

#include "base/error.h"
#include "mineaction/snapshot.h"
#include "report/situation.h"

namespace firmground::report {

/// The days a report speaks of: everything up to `last`, and of it the asked period, if any.
struct Window {
  std::optional<std::chrono::sys_days> period_first;
  std::optional<std::chrono::sys_days> period_last;  ///< as asked, may lie after `last`
  std::chrono::sys_days last{};                      ///< earlier of the period's end and the date of information

  /// Errors: report.period_after_information.
  static base::Result<Window> of(const mineaction::Snapshot& snapshot, const SituationOptions& options);

  bool has_period() const { return period_first.has_value(); }
  /// Could have happened on or before the last day.
  bool until_now(const base::Date& date) const { return date.first_day() <= last; }
  /// Happened in the period for certain ("2024" is not certainly in March 2024); true for all up to now without a
  /// period.
  bool in_period(const base::Date& date) const;
  /// May or may not have happened in the period.
  bool perhaps_in_period(const base::Date& date) const;
  /// The whole calendar year lies in the period; true for all up to now without a period.
  bool full_year(int year) const;
  /// The last calendar year that is over.
  int last_full_year() const;
};

}  // namespace firmground::report
