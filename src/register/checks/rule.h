#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "mineaction/kind.h"

/// Quality rules as data: schema/rules/*.toml, one file each. What a rule looks for is C++ (evaluators.h), bound to it
/// by its id.
namespace firmground::registry::checks {

/// error: a figure or a map is wrong as long as it stands. warning: something is very likely wrong. review: a person
/// should look.
enum class Severity : std::uint8_t { error, warning, review };
std::string_view to_string(Severity severity);
std::optional<Severity> parse_severity(std::string_view word);

/// A threshold of a rule, which a profile may change within its bounds.
struct Parameter {
  double value = 0;
  double minimum = 0;
  double maximum = 0;
  std::string unit;  ///< "m", "degree", "day", "year", "1" for a share
  std::string help;
};

struct Rule {
  std::string id;      ///< name of the file, "outline-invalid"
  std::string family;  ///< geometry, identity, dates, sums, links, overlaps, names, units, text
  Severity severity = Severity::review;
  std::string title;
  std::string what;                 ///< which records it lists, in words
  std::string text;                 ///< the sentence told of each one, with {placeholders} that the evaluator fills
  std::string why;                  ///< what goes wrong while it stands
  std::string remedy;               ///< what to do
  std::string fix;                  ///< what `check --fix` enters, in words; "" = nothing is offered, a person decides
  std::string source;               ///< where the rule comes from
  std::vector<std::string> kinds;   ///< kinds it looks at; empty = every kind that has what it looks for
  std::vector<std::string> fields;  ///< fields it looks at, where they are a list and not part of its meaning
  std::vector<std::string> words;   ///< words it looks for
  std::vector<std::pair<std::string, std::string>> orders;  ///< pairs of date fields: the first is not after the second
  std::map<std::string, Parameter, std::less<>> parameters;
  std::optional<std::string> off;  ///< why a profile switched it off

  /// REQUIRES: the rule has the parameter (CHECKed).
  double parameter(std::string_view name) const;
  bool looks_at(std::string_view kind) const;
  bool looks_at_field(std::string_view field) const;
};

/// Every rule of the binary with its standard thresholds, sorted by id.
const std::vector<Rule>& standard_rules();

/// The rules as a programme holds them: thresholds and switched-off rules of the [rules.<id>] tables of its profile
/// (docs/formats/quality-rules.md), and [checks] of older profiles.  Errors: check.rule_unknown,
/// check.parameter_unknown, check.parameter_out_of_bounds, check.off_without_reason, registry.profile_invalid.
base::Result<std::vector<Rule>> rules_of_profile(std::string_view profile_toml);

/// Changes `rules` by the [rules.<id>] tables of a text.  Errors: as rules_of_profile().
base::Result<void> apply_settings(std::string_view toml, std::vector<Rule>& rules);

/// The rule with the nearest id to a misspelled one.
const std::string& nearest_rule(std::string_view id);

}  // namespace firmground::registry::checks
