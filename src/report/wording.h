#pragma once
#include <cstdint>
#include <optional>
#include <string>

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

}  // namespace firmground::report
