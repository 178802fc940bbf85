#include "register/folded_name.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace firmground::registry {

namespace {

constexpr UChar32 kDotlessI = 0x131;

void append_utf8(std::string& text, UChar32 character) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, character);
  text.append(bytes, static_cast<std::size_t>(length));
}

}  // namespace

std::string folded_name(std::string_view name) {
  std::vector<std::string> words(1);
  const auto size = static_cast<std::int32_t>(name.size());
  for (std::int32_t at = 0; at < size;) {
    UChar32 character = 0;
    U8_NEXT(name.data(), at, size, character);  // below zero where the bytes are no character: they count as a blank
    if (character >= 0 && u_isalnum(character) != 0) {
      // I, İ, i and ı are two letters in Azerbaijani and Turkish and one on most keyboards: they count as one.
      const UChar32 lower = u_tolower(character);
      append_utf8(words.back(), lower == kDotlessI ? 'i' : lower);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  std::sort(words.begin(), words.end());
  std::string folded;
  for (const std::string& word : words) {
    if (!word.empty()) {
      folded += (folded.empty() ? "" : " ") + word;
    }
  }
  return folded;
}

}  // namespace firmground::registry
