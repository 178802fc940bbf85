#include "register/profile.h"

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "base/embedded.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

constexpr std::string_view kFolder = "profiles/";
constexpr std::string_view kSuffix = ".toml";

std::string text_of(const toml::node_view<const toml::node>& node) {
  return node.value_or(std::string());
}

Result<std::optional<std::array<double, 4>>> extent_of(const toml::node_view<const toml::node>& node) {
  const toml::array* corners = node.as_array();
  if (corners == nullptr) {
    return std::optional<std::array<double, 4>>();
  }
  std::array<double, 4> extent{};
  if (corners->size() != extent.size()) {
    return fail("registry.profile_invalid", {{"reason", "country.extent is not [west, south, east, north]"}});
  }
  for (std::size_t i = 0; i < extent.size(); ++i) {
    extent[i] = corners->get(i)->value_or(0.0);
  }
  if (!(extent[0] < extent[2] && extent[1] < extent[3])) {
    return fail("registry.profile_invalid", {{"reason", "country.extent is empty: west < east, south < north"}});
  }
  return std::optional(extent);
}

}  // namespace

Result<Profile> parse_profile(std::string_view toml_text) {
  toml::table root;
  try {
    root = toml::parse(toml_text);
  } catch (const toml::parse_error& error) {
    return fail("registry.profile_invalid", {{"reason", std::string(error.description())}});
  }
  const toml::table& file = root;
  Profile profile;
  profile.text = toml_text;
  profile.name = text_of(file["name"]);
  profile.title = text_of(file["title"]);
  profile.country = text_of(file["country"]["name"]);
  profile.epsg = file["crs"]["epsg"].value_or(0);
  profile.since_name = text_of(file["since"]["name"]);
  profile.currency = text_of(file["money"]["currency"]);
  if (const toml::array* languages = file["country"]["languages"].as_array()) {
    for (const auto& language : *languages) {
      profile.languages.push_back(language.value_or(std::string()));
    }
  }
  FG_TRY(profile.extent, extent_of(file["country"]["extent"]));
  FG_TRY(profile.since_date, base::Date::parse(text_of(file["since"]["date"])));
  if (profile.name.empty() || profile.currency.empty()) {
    return fail("registry.profile_invalid", {{"reason", "name and money.currency must be given"}});
  }
  return profile;
}

Result<std::string> profile_text(const std::string& name) {
  const std::string path = std::string(kFolder) + name + std::string(kSuffix);
  for (const auto& file : base::embedded_files()) {
    if (file.path == path) {
      return std::string(file.text);
    }
  }
  return fail("registry.profile_unknown",
              {{"profile", name}, {"profiles", fmt::format("{}", fmt::join(profile_names(), ", "))}});
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const auto& file : base::embedded_files()) {
    if (file.path.starts_with(kFolder) && file.path.ends_with(kSuffix)) {
      names.emplace_back(file.path.substr(kFolder.size(), file.path.size() - kFolder.size() - kSuffix.size()));
    }
  }
  return names;
}

}  // namespace firmground::registry
