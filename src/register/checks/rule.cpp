#include "register/checks/rule.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "base/embedded.h"
#include "mineaction/code_lists.h"

namespace firmground::registry::checks {

using base::fail;
using base::Result;

namespace {

constexpr std::string_view kFolder = "schema/rules/";

std::vector<std::string> list_of(const toml::table& file, std::string_view key) {
  std::vector<std::string> list;
  if (const toml::array* array = file[key].as_array()) {
    for (const auto& each : *array) {
      list.push_back(each.value_or(std::string()));
    }
  }
  return list;
}

std::string text_of(const toml::table& file, std::string_view key) {
  return file[key].value_or(std::string());
}

void read_parameters(const toml::table& file, Rule& rule) {
  const toml::table* parameters = file["parameter"].as_table();
  if (parameters == nullptr) {
    return;
  }
  for (const auto& [name, node] : *parameters) {
    const toml::table& entry = *node.as_table();
    rule.parameters.emplace(name.str(),
                            Parameter{entry["value"].value_or(0.0), entry["minimum"].value_or(0.0),
                                      entry["maximum"].value_or(0.0), text_of(entry, "unit"), text_of(entry, "help")});
  }
}

Rule read_rule(std::string_view text) {
  const toml::table file = toml::parse(text);
  Rule rule;
  rule.id = text_of(file, "id");
  rule.family = text_of(file, "family");
  const auto severity = parse_severity(text_of(file, "severity"));
  FG_CHECK(severity.has_value());
  rule.severity = *severity;
  rule.title = text_of(file, "title");
  rule.what = text_of(file, "what");
  rule.text = text_of(file, "text");
  rule.why = text_of(file, "why");
  rule.remedy = text_of(file, "remedy");
  rule.fix = text_of(file, "fix");
  rule.source = text_of(file, "source");
  rule.kinds = list_of(file, "kinds");
  rule.fields = list_of(file, "fields");
  rule.words = list_of(file, "words");
  for (const std::string& order : list_of(file, "orders")) {
    const std::size_t mark = order.find(" <= ");
    FG_CHECK(mark != std::string::npos);
    rule.orders.emplace_back(order.substr(0, mark), order.substr(mark + 4));
  }
  read_parameters(file, rule);
  return rule;
}

std::vector<Rule> read_all() {
  std::vector<Rule> rules;
  for (const auto& file : base::embedded_files()) {
    if (file.path.starts_with(kFolder)) {
      rules.push_back(read_rule(file.text));
    }
  }
  std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  return rules;
}

Result<void> set_parameter(Rule& rule, const std::string& name, double value) {
  const auto found = rule.parameters.find(name);
  if (found == rule.parameters.end()) {
    return fail("check.parameter_unknown", {{"rule", rule.id}, {"parameter", name}});
  }
  Parameter& parameter = found->second;
  if (!(value >= parameter.minimum && value <= parameter.maximum)) {
    return fail("check.parameter_out_of_bounds", {{"rule", rule.id},
                                                  {"parameter", name},
                                                  {"value", fmt::format("{:g}", value)},
                                                  {"minimum", fmt::format("{:g}", parameter.minimum)},
                                                  {"maximum", fmt::format("{:g}", parameter.maximum)},
                                                  {"unit", parameter.unit}});
  }
  parameter.value = value;
  return {};
}

Result<void> set_rule(Rule& rule, const toml::table& settings) {
  for (const auto& [key, node] : settings) {
    const std::string name(key.str());
    if (name == "off") {
      const std::string reason = node.value_or(std::string());
      if (reason.empty()) {
        return fail("check.off_without_reason", {{"rule", rule.id}});
      }
      rule.off = reason;
    } else if (const auto number = node.value<double>()) {
      FG_TRY_VOID(set_parameter(rule, name, *number));
    } else {
      return fail("check.parameter_unknown", {{"rule", rule.id}, {"parameter", name}});
    }
  }
  return {};
}

Rule* find_rule(std::vector<Rule>& rules, std::string_view id) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

/// [checks] was there before rules had tables of their own; programmes keep the profile of the day they were made.
void apply_old_settings(const toml::table& file, std::vector<Rule>& rules) {
  const auto copy = [&](const char* key, const char* rule, const char* parameter) {
    const auto value = file["checks"][key].value<double>();
    Rule* target = find_rule(rules, rule);
    if (value && target != nullptr) {
      target->parameters.find(parameter)->second.value = *value;
    }
  };
  copy("find_tolerance_m", "find-outside-its-release", "tolerance_m");
  copy("declared_area_tolerance", "declared-area-differs", "tolerance");
}

bool listed(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::review: return "review";
  }
  FG_CHECK(false);
}

std::optional<Severity> parse_severity(std::string_view word) {
  for (const Severity severity : {Severity::error, Severity::warning, Severity::review}) {
    if (to_string(severity) == word) {
      return severity;
    }
  }
  return std::nullopt;
}

double Rule::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  FG_CHECK(found != parameters.end());
  return found->second.value;
}

bool Rule::looks_at(std::string_view kind) const {
  return listed(kinds, kind);
}

bool Rule::looks_at_field(std::string_view field) const {
  return listed(fields, field);
}

const std::vector<Rule>& standard_rules() {
  static const std::vector<Rule> rules = read_all();
  return rules;
}

Result<void> apply_settings(std::string_view toml_text, std::vector<Rule>& rules) {
  toml::table root;
  try {
    root = toml::parse(toml_text);
  } catch (const toml::parse_error& error) {
    return fail("registry.profile_invalid", {{"reason", std::string(error.description())}});
  }
  apply_old_settings(root, rules);
  const toml::table* tables = root["rules"].as_table();
  if (tables == nullptr) {
    return {};
  }
  for (const auto& [id, settings] : *tables) {
    Rule* rule = find_rule(rules, id.str());
    if (rule == nullptr || !settings.is_table()) {
      return fail("check.rule_unknown", {{"rule", std::string(id.str())}, {"nearest", nearest_rule(id.str())}});
    }
    FG_TRY_VOID(set_rule(*rule, *settings.as_table()));
  }
  return {};
}

Result<std::vector<Rule>> rules_of_profile(std::string_view profile_toml) {
  std::vector<Rule> rules = standard_rules();
  FG_TRY_VOID(apply_settings(profile_toml, rules));
  return rules;
}

const std::string& nearest_rule(std::string_view id) {
  const auto& rules = standard_rules();
  return std::min_element(rules.begin(), rules.end(),
                          [&](const Rule& a, const Rule& b) {
                            return mineaction::edit_distance(a.id, id) < mineaction::edit_distance(b.id, id);
                          })
      ->id;
}

}  // namespace firmground::registry::checks
