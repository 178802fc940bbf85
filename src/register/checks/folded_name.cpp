#include "register/checks/folded_name.h"

#include <unicode/locid.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "base/check.h"

namespace firmground::registry::checks {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Transliterators are not safe to call from several threads: each thread has its own.
const icu::Transliterator& to_latin() {
  thread_local const std::unique_ptr<icu::Transliterator> transliterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    // Schwa and dotless i are letters of their own in Azerbaijani, which Latin-ASCII turns into e and i only when told.
    std::unique_ptr<icu::Transliterator> made(icu::Transliterator::createInstance(
        icu::UnicodeString("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower"), UTRANS_FORWARD, status));
    FG_CHECK(U_SUCCESS(status));
    return made;
  }();
  return *transliterator;
}

USpoofChecker* looks() {
  struct Close {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
  };
  thread_local const std::unique_ptr<USpoofChecker, Close> checker = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<USpoofChecker, Close> made(uspoof_open(&status));
    FG_CHECK(U_SUCCESS(status));
    return made;
  }();
  return checker.get();
}

}  // namespace

std::string_view without_blanks(std::string_view text) {
  // Tab, line ends, blank, no-break blank, thin and ideographic blanks, zero-width blank, byte order mark.
  constexpr std::array<std::string_view, 13> kBlanks = {" ",
                                                        "\t",
                                                        "\r",
                                                        "\n",
                                                        "\xC2\xA0",
                                                        "\xE2\x80\x89",
                                                        "\xE2\x80\xAF",
                                                        "\xE3\x80\x80",
                                                        "\xE2\x80\x8B",
                                                        "\xEF\xBB\xBF",
                                                        "\xE2\x80\x82",
                                                        "\xE2\x80\x83",
                                                        "\xE2\x80\x8A"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        again = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        again = true;
      }
    }
  }
  return text;
}

std::string lower_case(std::string_view text) {
  std::string small(text);
  if (is_ascii(text)) {
    std::transform(small.begin(), small.end(), small.begin(), lower);
    return small;
  }
  icu::UnicodeString unicode = icu::UnicodeString::fromUTF8(small);
  unicode.toLower(icu::Locale::getRoot());
  small.clear();
  unicode.toUTF8String(small);
  return small;
}

std::string folded_name(std::string_view name) {
  std::string latin(name);
  if (!is_ascii(name)) {
    icu::UnicodeString text =
        icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int>(name.size())));
    to_latin().transliterate(text);
    latin.clear();
    text.toUTF8String(latin);
  }
  std::string folded;
  for (const char c : latin) {
    const char small = lower(c);
    if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) {
      folded += small;
    }
  }
  return folded;
}

std::string looks_of_id(std::string_view id) {
  std::string text(without_blanks(id));
  if (!is_ascii(text)) {
    icu::UnicodeString upper = icu::UnicodeString::fromUTF8(text);
    upper.toUpper();  // capitals of Cyrillic, Greek and Latin look alike, small letters less so
    std::string capital;
    upper.toUTF8String(capital);
    UErrorCode status = U_ZERO_ERROR;
    std::string skeleton(4 * capital.size() + 16, '\0');
    const int length = uspoof_getSkeletonUTF8(looks(), 0, capital.data(), static_cast<int>(capital.size()),
                                              skeleton.data(), static_cast<int>(skeleton.size()), &status);
    FG_CHECK(U_SUCCESS(status));
    skeleton.resize(static_cast<std::size_t>(length));
    text = skeleton;
  }
  std::string out;
  for (const char c : text) {
    const char small = lower(c);
    // The skeleton writes 0 as O, and 1 and I as l: so do all ids here, to be comparable.
    const char alike = small == '0' ? 'o' : small == '1' || small == 'i' ? 'l' : small;
    out += c == ' ' || c == '_' || c == '\t' ? '-' : alike;
  }
  return out;
}

std::size_t edits_between(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size()) {
    std::swap(a, b);
  }
  if (b.size() - a.size() > limit) {
    return limit + 1;
  }
  // Three rows of the table: two before, one before, this one (a swap of neighbours looks two rows back).
  std::vector<std::size_t> before2(a.size() + 1), before(a.size() + 1), now(a.size() + 1);
  for (std::size_t j = 0; j <= a.size(); ++j) {
    before[j] = j;
  }
  for (std::size_t i = 1; i <= b.size(); ++i) {
    now[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= a.size(); ++j) {
      now[j] = std::min({now[j - 1] + 1, before[j] + 1, before[j - 1] + (a[j - 1] == b[i - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[j - 1] == b[i - 2] && a[j - 2] == b[i - 1]) {
        now[j] = std::min(now[j], before2[j - 2] + 1);
      }
      least = std::min(least, now[j]);
    }
    if (least > limit) {
      return limit + 1;
    }
    before2.swap(before);
    before.swap(now);
  }
  return std::min(before[a.size()], limit + 1);
}

}  // namespace firmground::registry::checks
