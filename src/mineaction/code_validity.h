#pragma once
#include <string>
#include <string_view>

namespace firmground::mineaction {

/// When a word of a code list could be said: standards change, and lists are dated data.
struct CodeValidity {
  std::string from;  ///< first day, "" always
  std::string to;    ///< last day, "" still
};

/// Null for a word that always stands; `list` and `value` as in schema/code-lists.toml.
const CodeValidity* validity_of(std::string_view list, std::string_view value);

}  // namespace firmground::mineaction
