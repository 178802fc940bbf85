#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "base/ids.h"
#include "cli/author.h"
#include "cli/verbs.h"
#include "geo/raster.h"
#include "register/check.h"
#include "register/checks/value_review.h"

namespace firmground::cli {

namespace {

using registry::CheckResult;
using registry::FixOutcome;
using registry::checks::Finding;
using registry::checks::Rule;
using registry::checks::ValueCount;
using Json = nlohmann::ordered_json;

struct CheckVerb {
  std::string programme, settings, today, author;
  std::vector<std::string> rules, kinds, severities;
  std::size_t limit = 10;
  bool latest = false, fix = false, dry_run = false, values = false;
};

/// Text fields with more different values than this are not lists.
constexpr std::size_t kMostValues = 100;

base::Result<base::Date> day_of_check(const CheckVerb& verb) {
  if (!verb.today.empty()) {
    return base::Date::parse(verb.today);
  }
  const std::chrono::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds(base::now_unix_milliseconds())};
  return base::Date(std::chrono::floor<std::chrono::days>(now));
}

base::Result<registry::CheckOptions> options_of(const CheckVerb& verb) {
  registry::CheckOptions options;
  FG_TRY(options.today, day_of_check(verb));
  options.choice = verb.latest ? registry::Choice::latest : registry::Choice::current;
  options.rules = {verb.rules.begin(), verb.rules.end()};
  options.kinds = {verb.kinds.begin(), verb.kinds.end()};
  for (const std::string& severity : verb.severities) {
    options.severities.insert(*registry::checks::parse_severity(severity));
  }
  if (!verb.settings.empty()) {
    FG_TRY(options.settings, geo::read_file(verb.settings));
  }
  return options;
}

struct Counts {
  std::size_t findings = 0, fixes = 0;
};

std::map<std::string, Counts> counts_of(const std::vector<Finding>& findings) {
  std::map<std::string, Counts> counts;
  for (const Finding& finding : findings) {
    Counts& count = counts[finding.rule->id];
    ++count.findings;
    count.fixes += finding.fix ? 1 : 0;
  }
  return counts;
}

Json to_json(const Finding& finding) {
  const auto& record = (*finding.list)[finding.index];
  Json others = Json::array();
  for (const auto& other : finding.others) {
    others.push_back({{"kind", other.kind}, {"id", other.id}});
  }
  return {{"rule", finding.rule->id},
          {"severity", registry::checks::to_string(finding.rule->severity)},
          {"kind", finding.list->kind().name},
          {"id", finding.list->id(finding.index)},
          {"version", record.version},
          {"source", record.source},
          {"field", finding.field},
          {"value", finding.value},
          {"error", finding.text},
          {"remedy", finding.rule->remedy},
          {"fix", finding.fix ? Json(finding.fix->says) : Json()},
          {"others", std::move(others)}};
}

Json rules_json(const CheckResult& result) {
  auto counts = counts_of(result.findings);
  Json rules = Json::array();
  for (const Rule& rule : result.rules) {
    const Counts& count = counts[rule.id];
    Json json = {{"id", rule.id},
                 {"severity", registry::checks::to_string(rule.severity)},
                 {"title", rule.title},
                 {"issues", count.findings},
                 {"fixes", count.fixes}};
    if (rule.off) {
      json["off"] = *rule.off;
    }
    rules.push_back(std::move(json));
  }
  return rules;
}

Json to_json(const FixOutcome& outcome) {
  Json fixed = Json::array();
  for (const auto& record : outcome.fixed) {
    fixed.push_back({{"kind", record.kind},
                     {"id", record.id},
                     {"version", record.version},
                     {"rules", record.rules},
                     {"changes", record.changes}});
  }
  Json set_aside = Json::array();
  for (const auto& record : outcome.set_aside) {
    set_aside.push_back({{"kind", record.kind}, {"id", record.id}});
  }
  return {{"fixed", std::move(fixed)}, {"set_aside", std::move(set_aside)}};
}

void print_finding(const Finding& finding) {
  const auto& record = (*finding.list)[finding.index];
  fmt::print("    {} {}, version {}{}: {}{}\n", finding.list->kind().name, finding.list->id(finding.index),
             record.version, record.source.empty() ? "" : " from " + record.source, finding.text,
             finding.fix ? " [fix: " + finding.fix->says + "]" : "");
}

void print_rule(const Rule& rule, const std::vector<const Finding*>& findings, const Counts& count, std::size_t limit) {
  fmt::print("\n{} ({}, {}): {}\n", rule.title, rule.id, registry::checks::to_string(rule.severity), count.findings);
  fmt::print("  Why: {}\n  What to do: {}\n", rule.why, rule.remedy);
  const std::size_t shown = limit == 0 ? findings.size() : std::min(limit, findings.size());
  for (std::size_t i = 0; i < shown; ++i) {
    print_finding(*findings[i]);
  }
  if (shown < findings.size()) {
    fmt::print("    … and {} more (--limit 0 shows all)\n", findings.size() - shown);
  }
}

/// Errors first, then warnings, then what a person should look at.
void print_findings(const CheckResult& result, std::size_t limit) {
  const auto counts = counts_of(result.findings);
  std::map<std::string, std::vector<const Finding*>> by_rule;
  for (const Finding& finding : result.findings) {
    by_rule[finding.rule->id].push_back(&finding);
  }
  for (const auto severity :
       {registry::checks::Severity::error, registry::checks::Severity::warning, registry::checks::Severity::review}) {
    for (const Rule& rule : result.rules) {
      if (rule.severity == severity && by_rule.contains(rule.id)) {
        print_rule(rule, by_rule.at(rule.id), counts.at(rule.id), limit);
      }
    }
  }
  for (const Rule& rule : result.rules) {
    if (rule.off) {
      fmt::print("\n{} was not checked: {}\n", rule.id, *rule.off);
    }
  }
}

void print_summary(const CheckVerb& verb, const CheckResult& result) {
  std::map<registry::checks::Severity, std::size_t> by_severity;
  std::size_t fixes = 0;
  for (const Finding& finding : result.findings) {
    ++by_severity[finding.rule->severity];
    fixes += finding.fix ? 1 : 0;
  }
  using registry::checks::Severity;
  fmt::print("\n{} records held against {} rules: {} errors, {} warnings, {} to review.\n", result.records->total(),
             result.rules.size(), by_severity[Severity::error], by_severity[Severity::warning],
             by_severity[Severity::review]);
  if (fixes > 0 && !verb.fix) {
    fmt::print("For {} of them one answer is possible: 'firmground check {} --fix --dry-run' shows it.\n", fixes,
               verb.programme);
  }
}

void print_fixes(const CheckVerb& verb, const FixOutcome& outcome) {
  fmt::print("\n{} {} records:\n", verb.dry_run ? "Would enter a new version of" : "Entered a new version of",
             outcome.fixed.size());
  const std::size_t shown = verb.limit == 0 ? outcome.fixed.size() : std::min(verb.limit, outcome.fixed.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& record = outcome.fixed[i];
    fmt::print("    {} {}, version {}: {}\n", record.kind, record.id, record.version + (verb.dry_run ? 1 : 0),
               fmt::join(record.changes, "; "));
  }
  if (shown < outcome.fixed.size()) {
    fmt::print("    … and {} more (--limit 0 shows all)\n", outcome.fixed.size() - shown);
  }
  for (const auto& record : outcome.set_aside) {
    fmt::print("    {} {} was left alone: it has a later version that is not approved; decide on that first\n",
               record.kind, record.id);
  }
}

void print_values(const std::vector<ValueCount>& values) {
  std::string heading;
  for (const ValueCount& value : values) {
    const std::string own = value.kind + " " + value.field;
    if (own != heading) {
      fmt::print("\n{}\n", own);
      heading = own;
    }
    fmt::print("  {:9}  {}\n", value.records, value.value);
  }
}

int show_values(const CheckVerb& verb, const CheckResult& result, const Common& common) {
  std::vector<ValueCount> values = registry::checks::value_review(*result.records, kMostValues);
  std::erase_if(values, [&](const ValueCount& value) {
    return !verb.kinds.empty() && std::find(verb.kinds.begin(), verb.kinds.end(), value.kind) == verb.kinds.end();
  });
  if (!common.json) {
    print_values(values);
    return kDone;
  }
  Json list = Json::array();
  for (const ValueCount& value : values) {
    list.push_back({{"kind", value.kind}, {"field", value.field}, {"value", value.value}, {"records", value.records}});
  }
  fmt::print("{}\n", Json({{"values", std::move(list)}}).dump(-1, ' ', false, Json::error_handler_t::replace));
  return kDone;
}

int run_check(const CheckVerb& verb, const Common& common) {
  auto options = options_of(verb);
  if (!options) {
    return refuse(options.error(), common);
  }
  auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto result = registry::check(*programme, *options, progress_on_terminal(common));
  if (!result) {
    return refuse(result.error(), common);
  }
  if (verb.values) {
    return show_values(verb, *result, common);
  }
  FixOutcome outcome;
  if (verb.fix) {
    auto fixed = registry::fix(*programme, *result, verb.author, verb.dry_run);
    if (!fixed) {
      return refuse(fixed.error(), common);
    }
    outcome = std::move(*fixed);
  }
  if (common.json) {
    Json issues = Json::array();
    for (const Finding& finding : result->findings) {
      issues.push_back(to_json(finding));
    }
    Json json = {{"today", options->today.to_string()},
                 {"records", result->records->total()},
                 {"rules", rules_json(*result)},
                 {"issues", std::move(issues)}};
    if (verb.fix) {
      json["dry_run"] = verb.dry_run;
      json.update(to_json(outcome));
    }
    fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
    return kDone;
  }
  print_findings(*result, verb.limit);
  print_summary(verb, *result);
  if (verb.fix) {
    print_fixes(verb, outcome);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_check(CLI::App& app) {
  auto check = std::make_shared<CheckVerb>();
  check->author = author_name();
  CLI::App* verb = app.add_subcommand(
      "check", "Hold the records against the quality rules: what is wrong, where it came from, what to do");
  verb->add_option("PROGRAMME", check->programme, kProgrammeHelp)->required();
  verb->add_option("--rule", check->rules,
                   "Only this rule (docs/formats/quality-rules.md); may be given several times");
  verb->add_option("--kind", check->kinds,
                   "Only records of this kind, for example hazards; may be given several times");
  verb->add_option("--severity", check->severities, "Only errors, warnings or reviews; may be given several times")
      ->check(CLI::IsMember({"error", "warning", "review"}));
  verb->add_option("--settings", check->settings,
                   "TOML file with [rules.ID] tables: thresholds, and rules switched off, on top of the profile");
  verb->add_option("--today", check->today, "Dates after this day, YYYY-MM-DD, lie in the future (default: today)");
  auto* latest = verb->add_flag("--latest", check->latest,
                                "Check the last version of each record, drafts and submitted ones included "
                                "(default: the approved state)");
  verb->add_option("--limit", check->limit, "Records shown of each rule, 0 = all (--json has all)")
      ->capture_default_str();
  auto* fix = verb->add_flag("--fix", check->fix,
                             "Enter the fixes that are offered as new versions; nothing is changed in place")
                  ->excludes(latest);
  verb->add_flag("--dry-run", check->dry_run, "With --fix: say exactly what would be entered and change nothing")
      ->needs(fix);
  verb->add_option("--author", check->author,
                   "Who enters the fixes (default: FIRMGROUND_AUTHOR, else the user's name)");
  verb->add_flag("--values", check->values, "List the words of each field that works like a list, with their counts")
      ->excludes(fix);
  auto common = add_common_options(*verb);
  return [check, common] { return run_check(*check, *common); };
}

}  // namespace firmground::cli
