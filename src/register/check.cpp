#include "register/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "register/register_state.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using checks::EnteredRecord;
using checks::Finding;
using checks::KindRecords;
using checks::Records;
using checks::Rule;

namespace {

/// Fixes uncover others at most this often: a word for not known within blanks within an outline.
constexpr int kMostPasses = 8;

Result<void> expect_known(const Register& programme, const CheckOptions& options) {
  for (const std::string& id : options.rules) {
    const auto& rules = checks::standard_rules();
    if (std::none_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; })) {
      return fail("check.rule_unknown", {{"rule", id}, {"nearest", checks::nearest_rule(id)}});
    }
  }
  const auto layers = programme.layers();
  for (const std::string& kind : options.kinds) {
    if (std::none_of(layers.begin(), layers.end(), [&](const LayerInfo& layer) { return layer.kind == kind; })) {
      return fail("registry.no_such_layer", {{"kind", kind}, {"nearest", mineaction::nearest_kind(kind)}});
    }
  }
  return {};
}

bool asked_for(const Rule& rule, const CheckOptions& options) {
  return (options.rules.empty() || options.rules.contains(rule.id)) &&
         (options.severities.empty() || options.severities.contains(rule.severity));
}

mineaction::Kind kind_of(const LayerInfo& layer) {
  if (const mineaction::Kind* kind = mineaction::find_kind(layer.kind); kind != nullptr) {
    return *kind;
  }
  mineaction::Kind kind = *mineaction::find_kind("reference-layer");
  kind.name = layer.kind;
  kind.table = layer.table;
  kind.title = layer.title;
  return kind;
}

Result<std::vector<EnteredRecord>> read_layer(const Register& programme, const std::string& kind, Choice choice) {
  std::vector<EnteredRecord> records;
  FG_TRY_VOID(for_each_record(programme, kind, choice, [&](const VersionInfo& version) -> Result<void> {
    if (version.state != "rejected" && version.state != "withdrawn") {
      records.push_back({version.record, version.version, version.source});
    }
    return {};
  }));
  return records;
}

/// The figures that a baseline had before: what was reported from them cannot be explained otherwise.
Result<void> read_earlier_versions(const Register& programme, const std::string& kind,
                                   std::vector<EnteredRecord>& records) {
  for (EnteredRecord& entered : records) {
    if (entered.version < 2) {
      continue;
    }
    const auto& id = std::get<std::string>(entered.record.values.front());
    FG_TRY(auto versions, programme.history(kind, id));
    for (VersionInfo& version : versions) {
      if (version.version < entered.version && version.state == "approved") {
        entered.earlier.push_back(std::move(version.record));
      }
    }
  }
  return {};
}

Result<std::unique_ptr<Records>> read_records(const Register& programme, const CheckOptions& options,
                                              const base::Progress& progress) {
  const Register::Impl& opened = programme.opened();
  auto records = std::make_unique<Records>(Records::Setting{opened.crs, opened.profile.extent, options.today});
  const auto layers = programme.layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerInfo& layer = layers[i];
    if (!progress("reading " + layer.kind, 0.4 * static_cast<double>(i) / static_cast<double>(layers.size()))) {
      return fail("base.cancelled");
    }
    FG_TRY(auto list, read_layer(programme, layer.kind, options.choice));
    if (layer.kind == "baselines") {
      FG_TRY_VOID(read_earlier_versions(programme, layer.kind, list));
    }
    records->add(kind_of(layer), std::move(list));
  }
  return records;
}

/// A record at work under fixes.
struct Fixing {
  const KindRecords* list = nullptr;
  std::size_t index = 0;
  mineaction::Record record;
  std::set<std::string> rules;
  std::vector<std::string> changes;
};
using FixingByName = std::map<std::pair<std::string, std::string>, Fixing>;

/// Applies the first fix of every field of every record.  Gives whether there was any.
bool apply_fixes(const std::vector<Finding>& findings, FixingByName& fixing) {
  std::set<std::tuple<std::string, std::string, std::string>> touched;
  for (const Finding& finding : findings) {
    const std::string& kind = finding.list->kind().name;
    const std::string& id = finding.list->id(finding.index);
    if (!finding.fix || !touched.insert({kind, id, finding.fix->field}).second) {
      continue;
    }
    Fixing& record = fixing[{kind, id}];
    if (record.list == nullptr) {
      record.list = finding.list;
      record.index = finding.index;
      record.record = (*finding.list)[finding.index].record;
    }
    checks::apply(*finding.fix, finding.list->kind(), record.record);
    record.rules.insert(finding.rule->id);
    record.changes.push_back(fmt::format("{}: {}", finding.rule->id, finding.fix->says));
  }
  return !touched.empty();
}

/// The records at work, alone: rules that offer a fix look at one record at a time.
Records only(const FixingByName& fixing, const Records& all) {
  Records some({all.crs(), all.extent(), all.today()});
  std::map<std::string, std::vector<EnteredRecord>> by_kind;
  std::map<std::string, const KindRecords*> lists;
  for (const auto& [name, record] : fixing) {
    by_kind[name.first].push_back({record.record, (*record.list)[record.index].version});
    lists[name.first] = record.list;
  }
  for (auto& [kind, records] : by_kind) {
    some.add(lists[kind]->kind(), std::move(records));
  }
  return some;
}

FixingByName fixed_records(const CheckResult& result) {
  std::vector<Rule> offering;
  std::copy_if(result.rules.begin(), result.rules.end(), std::back_inserter(offering),
               [](const Rule& rule) { return !rule.fix.empty(); });
  FixingByName fixing;
  bool more = apply_fixes(result.findings, fixing);
  for (int pass = 1; more && pass < kMostPasses; ++pass) {
    const Records some = only(fixing, *result.records);
    const auto findings = checks::evaluate(offering, some);
    FG_CHECK(findings.has_value());  // nobody can cancel it
    FixingByName uncovered;
    more = apply_fixes(*findings, uncovered);
    for (auto& [name, record] : uncovered) {
      Fixing& before = fixing[name];
      before.record = std::move(record.record);
      before.rules.merge(record.rules);
      before.changes.insert(before.changes.end(), record.changes.begin(), record.changes.end());
    }
  }
  return fixing;
}

/// Numbers of the latest versions, whatever their state.
Result<std::map<std::pair<std::string, std::string>, std::int64_t>> latest_versions(const Register& programme,
                                                                                    const FixingByName& fixing) {
  std::map<std::pair<std::string, std::string>, std::int64_t> latest;
  std::set<std::string> kinds;
  for (const auto& [name, record] : fixing) {
    kinds.insert(name.first);
  }
  for (const std::string& kind : kinds) {
    FG_TRY_VOID(for_each_record(programme, kind, Choice::latest, [&](const VersionInfo& version) -> Result<void> {
      const std::pair name(kind, std::get<std::string>(version.record.values.front()));
      if (fixing.contains(name)) {
        latest.emplace(name, version.version);
      }
      return {};
    }));
  }
  return latest;
}

}  // namespace

Result<CheckResult> check(const Register& programme, const CheckOptions& options, const base::Progress& progress) {
  FG_TRY_VOID(expect_known(programme, options));
  CheckResult result;
  FG_TRY(result.rules, checks::rules_of_profile(programme.opened().profile.text));
  FG_TRY_VOID(checks::apply_settings(options.settings, result.rules));
  std::erase_if(result.rules, [&](const Rule& rule) { return !asked_for(rule, options); });
  FG_TRY(result.records, read_records(programme, options, progress));
  FG_TRY(result.findings, checks::evaluate(result.rules, *result.records, [&](std::string_view step, double share) {
           return progress(step, 0.4 + 0.6 * share);
         }));
  if (!options.kinds.empty()) {
    std::erase_if(result.findings,
                  [&](const Finding& finding) { return !options.kinds.contains(finding.list->kind().name); });
  }
  return result;
}

Result<FixOutcome> fix(Register& programme, const CheckResult& result, const std::string& author, bool dry_run) {
  const FixingByName fixing = fixed_records(result);
  FG_TRY(const auto latest, latest_versions(programme, fixing));
  FixOutcome outcome;
  // Records with fixes of the same rules make one entry, whose reason names just these.
  std::map<std::set<std::string>, std::pair<std::vector<NewVersion>, std::vector<std::size_t>>> entries;
  for (const auto& [name, record] : fixing) {
    const std::int64_t seen = (*record.list)[record.index].version;
    const auto found = latest.find(name);
    if (found == latest.end() || found->second != seen) {
      outcome.set_aside.push_back({name.first, name.second});
      continue;
    }
    auto& [versions, positions] = entries[record.rules];
    versions.push_back({name.first, record.record, seen});
    positions.push_back(outcome.fixed.size());
    outcome.fixed.push_back(
        {name.first, name.second, seen, {record.rules.begin(), record.rules.end()}, record.changes});
  }
  if (dry_run || entries.empty()) {
    return outcome;
  }
  Database& database = programme.opened().database;
  const std::lock_guard lock(programme.opened().mutex);
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
  for (const auto& [rules, entry] : entries) {
    const EntryNote note{author, fmt::format("quality rule {}", fmt::join(rules, ", ")), "firmground check --fix",
                         "approved", "fix"};
    FG_TRY(const auto entered, enter_within(database, entry.first, note));
    for (std::size_t i = 0; i < entered.size(); ++i) {
      outcome.fixed[entry.second[i]].version = entered[i].version;
    }
  }
  FG_TRY_VOID(transaction.commit());
  return outcome;
}

}  // namespace firmground::registry
