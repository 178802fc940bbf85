#pragma once
#include <string>
#include <string_view>

namespace firmground::report {

/// Text for element content and quoted attributes of HTML and SVG.
std::string escaped(std::string_view text);

/// RFC 4648, section 4, with padding.
std::string base64(std::string_view bytes);

/// At most two decimals, no trailing zeros, never "-0".
std::string short_number(double value);

}  // namespace firmground::report
