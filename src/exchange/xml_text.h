#pragma once
#include <string>
#include <string_view>

namespace firmground::exchange {

/// Text as XML content: & < > " as entities, a carriage return as a reference (a bare one would be read as a line
/// feed). Characters that XML 1.0 cannot carry at all are left out.  Returns how many were.
std::size_t append_xml(std::string& out, std::string_view text);

}  // namespace firmground::exchange
