#pragma once
#include <string>
#include <string_view>

namespace firmground::serve {

/// Text as searches compare it: small letters without marks, so that "agdam" finds "Ağdam" and "киев" finds "Киев".
/// Letters of the Latin, Greek, Cyrillic and Armenian scripts are folded; others stay.  REQUIRES: UTF-8.
std::string folded(std::string_view text);

}  // namespace firmground::serve
