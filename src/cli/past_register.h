#pragma once
#include <optional>
#include <string>

#include "base/dates.h"
#include "base/error.h"

/// How verbs are asked for the register of a past day.
namespace firmground::cli {

/// Nothing for "".  Errors: base.date_invalid.
base::Result<std::optional<base::Date>> day_or_nothing(const std::string& text);

/// A time of entry as history shows it, "2026-03-05T14:30:00.000Z"; "2026-03-05T14:30Z", "2026-03-05T14:30:00Z" and
/// "2026-03-05" mean their last millisecond. Nothing for "".  Errors: report.entry_time_invalid.
base::Result<std::optional<std::string>> entry_time_or_nothing(const std::string& text);

}  // namespace firmground::cli
