#include "register/folded_name.h"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace firmground::registry {

namespace {

/// The C library's table of letters in every script, whatever the user's own locale is.
locale_t letters() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  FG_CHECK(locale != nullptr);
  return locale;
}

/// The next character of UTF-8 text; a byte that belongs to none stands for itself.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned char first = byte(at);
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  std::uint32_t character = more == 0 ? first : first & (0x3fU >> more);
  for (int i = 1; i <= more; ++i) {
    character = character << 6 | (byte(at + static_cast<std::size_t>(i)) & 0x3fU);
  }
  at += static_cast<std::size_t>(more) + 1;
  return character;
}

void append_utf8(std::string& text, std::uint32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
  } else if (c < 0x10000) {
    text += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
             static_cast<char>(0x80 | (c & 0x3f))};
  } else {
    text += {static_cast<char>(0xf0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3f)),
             static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
  }
}

}  // namespace

std::string folded_name(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t at = 0; at < name.size();) {
    const std::uint32_t character = next_character(name, at);
    if (iswalnum_l(static_cast<wint_t>(character), letters()) != 0) {
      const auto lower = static_cast<std::uint32_t>(towlower_l(static_cast<wint_t>(character), letters()));
      // I, İ, i and ı are two letters in Azerbaijani and Turkish and one on most keyboards: they count as one.
      append_utf8(words.back(), lower == 0x131 ? 'i' : lower);
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
