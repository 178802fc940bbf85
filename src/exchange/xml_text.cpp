#include "exchange/xml_text.h"

namespace firmground::exchange {

namespace {
/// U+FFFE and U+FFFF, the only ones above the control characters that XML 1.0, section 2.2, leaves out of valid UTF-8.
bool is_noncharacter(std::string_view text) {
  return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
}
}  // namespace

std::size_t append_xml(std::string& out, std::string_view text) {
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '&': out += "&amp;"; continue;
      case '<': out += "&lt;"; continue;
      case '>': out += "&gt;"; continue;
      case '"': out += "&quot;"; continue;
      case '\r': out += "&#13;"; continue;
      default: break;
    }
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
      ++left_out;
    } else if (is_noncharacter(text.substr(i))) {
      ++left_out;
      i += 2;
    } else {
      out += c;
    }
  }
  return left_out;
}

}  // namespace firmground::exchange
