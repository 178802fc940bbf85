#include "mineaction/code_validity.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <map>

#include "base/embedded.h"

namespace firmground::mineaction {

namespace {

using Key = std::pair<std::string, std::string>;

std::string day_of(const toml::node* node) {
  const auto date = node == nullptr ? std::nullopt : node->value<toml::date>();
  return date ? fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day) : std::string();
}

std::map<Key, CodeValidity> read_validities() {
  std::map<Key, CodeValidity> validities;
  const toml::table lists = toml::parse(base::embedded_file("schema/code-lists.toml"));
  for (const auto& [name, list] : lists) {
    const toml::array* values = list.at_path("values").as_array();
    for (std::size_t i = 0; values != nullptr && i < values->size(); ++i) {
      const toml::table& value = *(*values)[i].as_table();
      CodeValidity validity{day_of(value.get("valid_from")), day_of(value.get("valid_to"))};
      if (!validity.from.empty() || !validity.to.empty()) {
        validities.emplace(Key(std::string(name.str()), value["value"].value_or(std::string())), std::move(validity));
      }
    }
  }
  return validities;
}

}  // namespace

const CodeValidity* validity_of(std::string_view list, std::string_view value) {
  static const std::map<Key, CodeValidity> all = read_validities();
  const auto found = all.find(Key(list, value));
  return found == all.end() ? nullptr : &found->second;
}

}  // namespace firmground::mineaction
