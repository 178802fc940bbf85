#include "report/wording.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace firmground::report {

std::string grouped(double value, int decimals) {
  const std::string plain = fmt::format("{:.{}f}", std::abs(value), decimals);
  const std::size_t whole = std::min(plain.find('.'), plain.size());
  const bool is_zero = plain.find_first_not_of("0.") == std::string::npos;
  std::string text = value < 0 && !is_zero ? "−" : "";
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0) {
      text += ',';
    }
    text += plain[i];
  }
  return text;
}

std::string grouped(std::int64_t value) {
  return grouped(static_cast<double>(value), 0);
}

std::string hectares(double ha) {
  const double size = std::abs(ha);
  const int decimals = size >= 1000 || size == 0 ? 0 : size >= 10 ? 1 : 2;
  return grouped(ha, decimals) + "\u00a0ha";
}

std::string percent(double share, int decimals) {
  return grouped(100 * share, decimals) + "\u00a0%";
}

std::string headline(double value) {
  const double size = std::abs(value);
  if (size >= 1e9) {
    return grouped(value / 1e9, 2) + "\u00a0billion";
  }
  if (size >= 1e6) {
    return grouped(value / 1e6, 2) + "\u00a0million";
  }
  return grouped(value, size < 10 && size != std::floor(size) ? 1 : 0);
}

std::string hectares_or_unknown(const std::optional<double>& ha) {
  return ha ? hectares(*ha) : kNotKnown;
}

}  // namespace firmground::report
