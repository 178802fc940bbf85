#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

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

/// Reads a spelling or one of the accepted aliases of schema/code-lists.toml ("AT mine" = AV mine; "Antipersonnel" = AP mine);
/// letter case and surrounding blanks do not matter. Nothing when the word is not in the list: the caller reports it.
std::optional<Device> parse_device(std::string_view text);
std::optional<HazardType> parse_hazard_type(std::string_view text);
std::optional<Outcome> parse_outcome(std::string_view text);
std::optional<Method> parse_method(std::string_view text);
std::optional<Sex> parse_sex(std::string_view text);
std::optional<VictimOutcome> parse_victim_outcome(std::string_view text);

/// Mines are AP + AV; ERW in situation reports are UXO + AXO + submunition + ERW (design.md section 6).
inline bool is_mine(Device d) { return d == Device::ap_mine || d == Device::av_mine; }
inline bool is_erw(Device d) { return d == Device::uxo || d == Device::axo || d == Device::submunition || d == Device::erw; }

}  // namespace firmground::mineaction
