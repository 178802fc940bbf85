#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/check.h"

namespace firmground::report {

/// "166,012" or "166,012.3": groups of three, fixed decimals.
std::string grouped(double value, int decimals = 0);
std::string grouped(std::int64_t value);
/// Hectares with as many decimals as their size bears: "166,012 ha", "84.3 ha", "0.25 ha".
std::string hectares(double ha);
/// "14.2 %" with a space that does not break.
std::string percent(double share, int decimals = 1);
/// "1.2 million", "54,500": for a headline.
std::string headline(double value);
/// "not known" where there is nothing.
std::string hectares_or_unknown(const std::optional<double>& ha);

inline constexpr const char* kNotKnown = "not known";

/// What the situation holds where another of its figures says that it must.  REQUIRES: value.has_value() (CHECKed).
template <typename T>
const T& known(const std::optional<T>& value) {
  FG_CHECK(value.has_value());
  return *value;
}

}  // namespace firmground::report
