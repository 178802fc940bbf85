#include "serve/search_text.h"

#include <cstdint>

namespace firmground::serve {
namespace {

/// One letter of a two-byte UTF-8 sequence (U+0080..U+07FF) in its small form.
std::uint32_t small_letter(std::uint32_t c) {
  if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) {  // Greek, Cyrillic
    return c + 0x20;
  }
  if (c >= 0x400 && c <= 0x40F) {
    return c + 0x50;
  }
  return c >= 0x531 && c <= 0x556 ? c + 0x30 : c;  // Armenian
}

struct PlainLetter {
  std::string_view letters;
  char plain;
};

/// Marked Latin letters of the languages of mine-affected countries, as they are typed on a plain keyboard.
constexpr PlainLetter kPlain[] = {{"àáâãäåāăąÀÁÂÃÄÅĀĂĄ", 'a'},
                                  {"çćčÇĆČ", 'c'},
                                  {"ďđĎĐ", 'd'},
                                  {"èéêëēėęěəÈÉÊËĒĖĘĚƏ", 'e'},
                                  {"ğģĞĢ", 'g'},
                                  {"ìíîïīıÌÍÎÏĪİ", 'i'},
                                  {"łľĺŁĽĹ", 'l'},
                                  {"ñńňÑŃŇ", 'n'},
                                  {"òóôõöøőÒÓÔÕÖØŐ", 'o'},
                                  {"řŘ", 'r'},
                                  {"śşšŚŞŠ", 's'},
                                  {"ťţŤŢ", 't'},
                                  {"ùúûüūůűÙÚÛÜŪŮŰ", 'u'},
                                  {"ýÿÝ", 'y'},
                                  {"źżžŹŻŽ", 'z'}};

char plain_letter(std::string_view letter) {
  for (const PlainLetter& entry : kPlain) {
    if (entry.letters.find(letter) != std::string_view::npos) {
      return entry.plain;
    }
  }
  return '\0';
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first >= 0xC2 && first <= 0xDF && i + 1 < text.size()) {
      const std::string_view letter = text.substr(i, 2);
      if (const char plain = plain_letter(letter); plain != '\0') {
        out.push_back(plain);
      } else {
        const std::uint32_t c = small_letter(((first & 0x1FU) << 6U) | (static_cast<unsigned char>(letter[1]) & 0x3FU));
        out.push_back(static_cast<char>(0xC0U | (c >> 6U)));
        out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
      }
      i += 2;
    } else {
      out.push_back(first >= 'A' && first <= 'Z' ? static_cast<char>(first + ('a' - 'A')) : text[i]);
      ++i;
    }
  }
  return out;
}

}  // namespace firmground::serve
