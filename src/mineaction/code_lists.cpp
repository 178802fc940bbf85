#include "mineaction/code_lists.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <unordered_map>

#include "base/check.h"
#include "base/embedded.h"

namespace firmground::mineaction {

namespace {

constexpr std::array<std::string_view, 10> kDevices = {"unknown", "AP mine", "AV mine", "submunition", "UXO",
                                                       "AXO",     "ERW",     "IED",     "booby trap",  "other"};
constexpr std::array<std::string_view, 2> kHazardTypes = {"SHA", "CHA"};
constexpr std::array<std::string_view, 3> kOutcomes = {"cancelled", "reduced", "cleared"};
constexpr std::array<std::string_view, 8> kMethods = {
    "unknown", "nts", "technical-survey", "manual", "mechanical", "animal", "bac", "eod"};
constexpr std::array<std::string_view, 3> kSexes = {"unknown", "female", "male"};
constexpr std::array<std::string_view, 3> kVictimOutcomes = {"unknown", "injured", "killed"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_gap(char c) {
  return c == ' ' || c == '\t' || c == '-' || c == '_' || c == '\r' || c == '\n';
}

/// "  Anti-Personnel mine" -> "anti personnel mine"; a word of gaps alone ("-") stays itself.
std::string folded(std::string_view word) {
  std::string result;
  result.reserve(word.size());
  for (const char c : word) {
    if (!is_gap(c)) {
      result += lower(c);
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  while (!result.empty() && result.back() == ' ') {
    result.pop_back();
  }
  const bool only_gaps = result.empty() && word.find_first_of("-_") != std::string_view::npos;
  return only_gaps ? "-" : result;
}

std::vector<std::string> strings(const toml::node_view<const toml::node>& node) {
  std::vector<std::string> result;
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& entry : *array) {
      result.push_back(entry.value_or(std::string()));
    }
  }
  return result;
}

std::string date_text(const toml::node_view<const toml::node>& node) {
  const auto date = node.value<toml::date>();
  return date ? fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day) : std::string();
}

CodeList read_list(std::string_view name, const toml::table& table) {
  CodeList list;
  list.name = name;
  list.title = table["title"].value_or(std::string());
  list.source = table["source"].value_or(std::string());
  list.date = date_text(table["date"]);
  const toml::array* values = table["values"].as_array();
  FG_CHECK(values != nullptr);
  for (const toml::node& node : *values) {
    const auto entry = toml::node_view<const toml::node>(node);
    const std::string own_date = date_text(entry["date"]);
    list.values.push_back({entry["value"].value_or(std::string()), entry["title"].value_or(std::string()),
                           entry["help"].value_or(std::string()), strings(entry["aliases"]),
                           entry["source"].value_or(list.source), own_date.empty() ? list.date : own_date});
  }
  return list;
}

using Words = std::unordered_map<std::string, const std::string*>;

/// Every accepted word of a list, folded, to the list's own spelling. The lists live as long as the program does.
const Words& words_of(const CodeList& list) {
  static const auto all = [] {
    std::map<std::string, Words, std::less<>> by_list;
    for (const CodeList& each : code_lists()) {
      Words& words = by_list[each.name];
      for (const CodeValue& value : each.values) {
        words.emplace(folded(value.value), &value.value);
        for (const std::string& alias : value.aliases) {
          words.emplace(folded(alias), &value.value);
        }
      }
    }
    return by_list;
  }();
  return all.find(list.name)->second;
}

template <typename Enum, std::size_t n>
std::optional<Enum> parse(const char* list, const std::array<std::string_view, n>& names, std::string_view text) {
  const std::string* word = code_list(list).read(text);
  if (word == nullptr) {
    return std::nullopt;
  }
  const auto found = std::find(names.begin(), names.end(), *word);
  FG_CHECK(found != names.end());
  return static_cast<Enum>(found - names.begin());
}

template <typename Enum, std::size_t n>
std::string_view name_of(const std::array<std::string_view, n>& names, Enum value) {
  FG_CHECK(static_cast<std::size_t>(value) < n);
  return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

const std::string* CodeList::read(std::string_view word) const {
  const Words& words = words_of(*this);
  const auto found = words.find(folded(word));
  return found == words.end() ? nullptr : found->second;
}

const std::string& CodeList::nearest(std::string_view word) const {
  const std::string wanted = folded(word);
  const std::string* best = &values.front().value;
  std::size_t best_distance = std::string::npos;
  const auto consider = [&](const std::string& candidate, const std::string& value) {
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = &value;
    }
  };
  for (const CodeValue& value : values) {
    consider(value.value, value.value);
    for (const std::string& alias : value.aliases) {
      consider(alias, value.value);
    }
  }
  return *best;
}

const std::vector<CodeList>& code_lists() {
  static const auto lists = [] {
    std::vector<CodeList> result;
    const toml::table root = toml::parse(base::embedded_file("schema/code-lists.toml"));
    for (const auto& [name, table] : root) {
      result.push_back(read_list(name.str(), *table.as_table()));
    }
    return result;
  }();
  return lists;
}

const CodeList& code_list(std::string_view name) {
  const std::vector<CodeList>& lists = code_lists();
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const CodeList& list) { return list.name == name; });
  FG_CHECK(found != lists.end());
  return *found;
}

double square_metres_per(std::string_view area_unit) {
  FG_CHECK(area_unit == "m2" || area_unit == "ha" || area_unit == "km2");
  return area_unit == "m2" ? 1.0 : area_unit == "ha" ? 1e4 : 1e6;
}

std::string_view to_string(Device value) {
  return name_of(kDevices, value);
}
std::string_view to_string(HazardType value) {
  return name_of(kHazardTypes, value);
}
std::string_view to_string(Outcome value) {
  return name_of(kOutcomes, value);
}
std::string_view to_string(Method value) {
  return name_of(kMethods, value);
}
std::string_view to_string(Sex value) {
  return name_of(kSexes, value);
}
std::string_view to_string(VictimOutcome value) {
  return name_of(kVictimOutcomes, value);
}

std::optional<Device> parse_device(std::string_view text) {
  return parse<Device>("device", kDevices, text);
}
std::optional<HazardType> parse_hazard_type(std::string_view text) {
  return parse<HazardType>("hazard-type", kHazardTypes, text);
}
std::optional<Outcome> parse_outcome(std::string_view text) {
  return parse<Outcome>("outcome", kOutcomes, text);
}
std::optional<Method> parse_method(std::string_view text) {
  return parse<Method>("method", kMethods, text);
}
std::optional<Sex> parse_sex(std::string_view text) {
  return parse<Sex>("sex", kSexes, text);
}
std::optional<VictimOutcome> parse_victim_outcome(std::string_view text) {
  return parse<VictimOutcome>("victim-outcome", kVictimOutcomes, text);
}

}  // namespace firmground::mineaction
