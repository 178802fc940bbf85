#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dates.h"
#include "base/error.h"

namespace firmground::registry {

/// What a country is, as data: one file profiles/<name>.toml. A programme keeps the text of its profile as it was on
/// the day it was made, so that a later edition of the profile never changes what an old register says.
struct Profile {
  std::string text;  ///< the TOML it was read from: other parts have tables of their own in it
  std::string name;
  std::string title;
  std::string country;     ///< "" = the programme's own name
  int epsg = 0;            ///< projected CRS; 0 = must be given to init
  base::Date since_date;   ///< "casualties since"
  std::string since_name;  ///< "the end of the war"
  std::string currency;
  std::vector<std::string> languages;           ///< BCP 47, the first is the default
  std::optional<std::array<double, 4>> extent;  ///< west, south, east, north in degrees; null = not known
};

/// Errors: registry.profile_invalid (says what is missing).
base::Result<Profile> parse_profile(std::string_view toml);

/// The text of profiles/<name>.toml in this binary.  Errors: registry.profile_unknown (names those there are).
base::Result<std::string> profile_text(const std::string& name);

/// Names of all profiles in this binary, sorted.
std::vector<std::string> profile_names();

}  // namespace firmground::registry
