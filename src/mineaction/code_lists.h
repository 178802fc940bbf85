#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firmground::mineaction {

/// Category of explosive ordnance (IMAS 04.10; spelling in docs/glossary.md). `unknown` is "not said", never "none".
enum class Device : std::uint8_t { unknown, ap_mine, av_mine, submunition, uxo, axo, erw, ied, booby_trap, other };
/// SHA: suspicion on indirect evidence. CHA: presence confirmed by direct evidence.
enum class HazardType : std::uint8_t { suspected, confirmed };
enum class Outcome : std::uint8_t { cancelled, reduced, cleared };
enum class Method : std::uint8_t { unknown, nts, technical_survey, manual, mechanical, animal, bac, eod };
enum class Sex : std::uint8_t { unknown, female, male };
enum class AgeGroup : std::uint8_t { unknown, child, adult };  ///< child: under 18
enum class VictimOutcome : std::uint8_t { unknown, injured, killed };

/// Spelling used in files, on screens and in JSON: "AP mine", "SHA", "technical-survey" ...
std::string_view to_string(Device value);
std::string_view to_string(HazardType value);
std::string_view to_string(Outcome value);
std::string_view to_string(Method value);
std::string_view to_string(Sex value);
std::string_view to_string(VictimOutcome value);

/// Reads a spelling or one of the accepted aliases of schema/code-lists.toml ("AT mine" = AV mine; "Antipersonnel" = AP
/// mine); letter case and surrounding blanks do not matter. Nothing when the word is not in the list: the caller
/// reports it.
std::optional<Device> parse_device(std::string_view text);
std::optional<HazardType> parse_hazard_type(std::string_view text);
std::optional<Outcome> parse_outcome(std::string_view text);
std::optional<Method> parse_method(std::string_view text);
std::optional<Sex> parse_sex(std::string_view text);
std::optional<VictimOutcome> parse_victim_outcome(std::string_view text);

/// A code list as schema/code-lists.toml has it: dated data with its source, because standards change.
struct CodeValue {
  std::string value;  ///< the one spelling
  std::string title;
  std::string help;
  std::vector<std::string> aliases;
  std::string source;  ///< of this value; the list's, where it names none of its own
  std::string date;
};
struct CodeList {
  std::string name;
  std::string title;
  std::string source;
  std::string date;
  std::vector<CodeValue> values;

  /// The accepted spelling of a word or alias; null when the word is not in the list.  Cost: O(length of the word).
  const std::string* read(std::string_view word) const;
  /// The accepted spelling nearest to a misspelled word (fewest single-letter edits over values and aliases).
  const std::string& nearest(std::string_view word) const;
};
const std::vector<CodeList>& code_lists();
/// CHECKs that the list exists.
const CodeList& code_list(std::string_view name);

/// Fewest insertions, deletions, replacements and swaps of neighbours that turn one word into the other (letter case
/// ignored).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Square metres in one declared_area_unit ("m2", "ha", "km2").  REQUIRES: a value of the list area-unit.
double square_metres_per(std::string_view area_unit);

/// Mines are AP + AV; ERW in situation reports are UXO + AXO + submunition + ERW (design.md section 6).
inline bool is_mine(Device d) {
  return d == Device::ap_mine || d == Device::av_mine;
}
inline bool is_erw(Device d) {
  return d == Device::uxo || d == Device::axo || d == Device::submunition || d == Device::erw;
}

}  // namespace firmground::mineaction
