#pragma once
#include <string>
#include <string_view>

namespace firmground::serve {

/// Gzip (RFC 1952) without name or time: the same text gives the same bytes.
std::string gzip(std::string_view text, int level = 4);
/// The inverse, for clients that do not accept gzip.  REQUIRES: made by gzip().
std::string gunzip(std::string_view compressed);

}  // namespace firmground::serve
