#pragma once
#include <string>
#include <string_view>

/// Words compared as people read them, whatever script or keyboard they were written with (ICU behind it).
namespace firmground::registry::checks {

/// A name in lower-case Latin letters and digits: other scripts transliterated (Cyrillic, Azerbaijani, Georgian,
/// Armenian, Arabic, Greek …), accents, blanks and punctuation taken off. "Ağdam", "АГДАМ" and "Agdam" are one.
/// Cost: some microseconds a name.
std::string folded_name(std::string_view name);

/// What an id looks like: blanks at the ends off, other blanks and underscores as hyphens, letter case off, and letters
/// of other scripts that look like Latin ones as those (Unicode TS 39 skeleton), so that "НА-12" typed on a Cyrillic
/// keyboard equals "HA-12".
std::string looks_of_id(std::string_view id);

/// Small letters in any script.
std::string lower_case(std::string_view text);

/// Blanks of any sort (also no-break ones) taken off both ends.
std::string_view without_blanks(std::string_view text);

/// Fewest insertions, deletions, replacements and swaps of neighbouring characters, given up beyond `limit` (then
/// limit + 1).
std::size_t edits_between(std::string_view a, std::string_view b, std::size_t limit);

}  // namespace firmground::registry::checks
