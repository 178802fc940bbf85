#include "register/workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "mineaction/record_check.h"
#include "register/open_entry.h"
#include "register/register_state.h"
#include "register/version_info.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

struct Rule {
  const char* verb;
  const char* state;                   ///< of the version that the decision enters
  std::vector<std::string_view> from;  ///< states it may be made in
  bool needs_reason;
};

const Rule& rule_of(Decision decision) {
  static const std::map<Decision, Rule> rules = {
      {Decision::submit, {"submit", "submitted", {"draft", "rejected", "withdrawn", "approved"}, false}},
      {Decision::approve, {"approve", "approved", {"draft", "submitted", "withdrawn"}, false}},
      {Decision::reject, {"reject", "rejected", {"submitted", "approved"}, true}},
      {Decision::withdraw, {"withdraw", "withdrawn", {"draft", "submitted", "approved", "rejected"}, true}}};
  return rules.at(decision);
}

/// What a decision is made on.
struct Subject {
  std::int64_t record_id = 0;
  VersionInfo latest;                ///< not taken back
  std::int64_t last_number = 0;      ///< of all versions, taken back ones too
  std::optional<VersionInfo> shown;  ///< the approved current state
};

/// Reads records of one layer by local id with statements made once.
class SubjectReader {
 public:
  static Result<SubjectReader> make(const Database& database, const Layer& layer) {
    FG_TRY(auto identity,
           database.prepare(
               fmt::format("SELECT r.record_id, coalesce(max(v.version_number), 0) FROM firmground_record r JOIN {} v "
                           "ON v.version_record = r.record_id WHERE r.layer_id = ?1 AND r.local_id = ?2 "
                           "GROUP BY r.record_id",
                           sql_name(layer.versions()))));
    FG_TRY(auto latest, database.prepare(version_info_select(layer, "r.record_id = ?1 AND NOT " + is_revoked("v") +
                                                                        " ORDER BY v.version_number DESC LIMIT 1")));
    FG_TRY(auto shown, database.prepare(version_info_select(layer, "r.record_id = ?1 AND " + is_current(layer))));
    return SubjectReader(layer, std::move(identity), std::move(latest), std::move(shown));
  }

  /// Errors: registry.no_such_record.
  Result<Subject> read(const std::string& id) {
    identity_.reset();
    identity_.bind(1, layer_->id).bind(2, id);
    FG_TRY(const bool known, identity_.step());
    if (!known) {
      return fail("registry.no_such_record", {{"kind", layer_->kind.name}, {"value", id}});
    }
    Subject subject;
    subject.record_id = identity_.integer(0);
    subject.last_number = identity_.integer(1);
    FG_TRY(auto latest, one(latest_, subject.record_id));
    if (!latest) {
      return fail("registry.no_such_record", {{"kind", layer_->kind.name}, {"value", id}});
    }
    subject.latest = std::move(*latest);
    FG_TRY(subject.shown, shown(subject.record_id));
    return subject;
  }
  /// The approved current state; of versions that this entry makes it knows nothing yet.
  Result<std::optional<VersionInfo>> shown(std::int64_t record_id) { return one(shown_, record_id); }

 private:
  SubjectReader(const Layer& layer, Statement identity, Statement latest, Statement shown)
      : layer_(&layer), identity_(std::move(identity)), latest_(std::move(latest)), shown_(std::move(shown)) {}

  Result<std::optional<VersionInfo>> one(Statement& select, std::int64_t record_id) {
    select.reset();
    select.bind(1, record_id);
    FG_TRY(const bool row, select.step());
    if (!row) {
      return std::optional<VersionInfo>();
    }
    FG_TRY(auto version, read_version_info(*layer_, select));
    return std::optional(std::move(version));
  }

  const Layer* layer_;
  Statement identity_, latest_, shown_;
};

/// Links of records in the approved state: who links to whom.
class Links {
 public:
  Links(const Database& database, const std::vector<Layer>& layers) : database_(&database), layers_(&layers) {}

  /// The first link of the record that names no approved record.
  Result<void> check_targets(const Layer& layer, const std::string& id, const mineaction::Record& record) {
    for (std::size_t i = 0; i < layer.kind.fields.size(); ++i) {
      const mineaction::Field& field = layer.kind.fields[i];
      const std::string target = field.link_kind.empty() ? "" : mineaction::to_text(record.values[i]);
      if (target.empty()) {
        continue;
      }
      FG_TRY(const bool there, shows(field.link_kind, target));
      if (!there) {
        return fail("registry.link_broken", {{"kind", layer.kind.name},
                                             {"id", id},
                                             {"field", field.name},
                                             {"target", field.link_kind},
                                             {"value", target}});
      }
    }
    return {};
  }

  /// The entry that is being made approves this one.
  void note_approved(const std::string& kind, const std::string& id) { approved_now_.emplace(kind, id); }

  /// Whether approved records still link to this one.
  Result<void> check_sources(const std::string& kind, const std::string& id) {
    for (const Layer& layer : *layers_) {
      for (const mineaction::Field& field : layer.kind.fields) {
        if (field.link_kind != kind) {
          continue;
        }
        FG_TRY(const std::int64_t count, count_where(layer, field.name, id));
        if (count > 0) {
          return fail("registry.still_linked", {{"kind", kind},
                                                {"id", id},
                                                {"count", std::to_string(count)},
                                                {"source", layer.kind.name},
                                                {"field", field.name}});
        }
      }
    }
    return {};
  }

 private:
  Result<std::int64_t> count_where(const Layer& layer, const std::string& column, const std::string& value) {
    const std::string key = layer.kind.table + "." + column;
    auto found = counts_.find(key);
    if (found == counts_.end()) {
      FG_TRY(auto select, database_->prepare(fmt::format("SELECT count(*) FROM {} WHERE {} = ?1",
                                                         sql_name(layer.kind.table), sql_name(column))));
      found = counts_.emplace(key, std::move(select)).first;
    }
    found->second.reset();
    found->second.bind(1, value);
    FG_TRY(const bool row, found->second.step());
    FG_CHECK(row);
    return found->second.integer(0);
  }

  Result<bool> shows(const std::string& kind, const std::string& id) {
    const auto layer =
        std::find_if(layers_->begin(), layers_->end(), [&](const Layer& l) { return l.kind.name == kind; });
    FG_CHECK(layer != layers_->end());
    if (!shown_ids_.contains(kind)) {
      FG_TRY(auto select, database_->prepare(fmt::format("SELECT {} FROM {}", sql_name(layer->kind.fields.front().name),
                                                         sql_name(layer->kind.table))));
      auto& ids = shown_ids_[kind];
      for (;;) {
        FG_TRY(const bool row, select.step());
        if (!row) {
          break;
        }
        ids.insert(std::string(select.text(0)));
      }
    }
    return shown_ids_[kind].contains(id) || approved_now_.contains({kind, id});
  }

  const Database* database_;
  const std::vector<Layer>* layers_;
  std::map<std::string, Statement> counts_;
  std::map<std::string, std::set<std::string>> shown_ids_;
  std::set<std::pair<std::string, std::string>> approved_now_;
};

class Deciding {
 public:
  Deciding(Database& database, Decision decision, const DecisionOptions& options, OpenEntry& entry)
      : database_(&database),
        rule_(rule_of(decision)),
        decision_(decision),
        options_(&options),
        entry_(&entry),
        links_(database, entry.layers()) {}

  /// True when a version was entered.
  Result<bool> decide(const RecordName& name) {
    FG_TRY(const Layer* layer, entry_->layer(name.kind));
    FG_TRY(SubjectReader * reader, reader_of(*layer));
    FG_TRY(const Subject subject, reader->read(name.id));
    if (name.expected_version && *name.expected_version != subject.last_number) {
      return fail("registry.conflict", {{"kind", name.kind},
                                        {"id", name.id},
                                        {"actual", std::to_string(subject.last_number)},
                                        {"expected", std::to_string(*name.expected_version)}});
    }
    if (subject.latest.state == rule_.state) {
      return false;
    }
    FG_TRY_VOID(allowed(name, subject));
    const bool withdraws_shown = decision_ == Decision::withdraw && subject.shown;
    const VersionInfo& content = withdraws_shown ? *subject.shown : subject.latest;
    if (decision_ == Decision::approve) {
      FG_TRY_VOID(links_.check_targets(*layer, name.id, content.record));
    }
    if (withdraws_shown) {
      FG_TRY_VOID(links_.check_sources(name.kind, name.id));
    }
    if (subject.latest.state == "approved" && decision_ != Decision::withdraw) {
      FG_TRY_VOID(entry_->take_back(*layer, subject.record_id, subject.latest.version));
    }
    FG_TRY(const auto entered, entry_->decide(name.kind, content.record, rule_.state, {}));
    if (subject.shown && name.kind == "hazards" && decision_ != Decision::approve && options_->second_person.empty()) {
      FG_TRY_VOID(still_shown(name, subject, *reader));
    }
    if (decision_ == Decision::approve) {
      links_.note_approved(name.kind, name.id);
    }
    return !entered.unchanged;
  }

 private:
  Result<void> allowed(const RecordName& name, const Subject& subject) const {
    const std::string& state = subject.latest.state;
    if (std::find(rule_.from.begin(), rule_.from.end(), state) == rule_.from.end()) {
      return fail("registry.transition_refused",
                  {{"kind", name.kind}, {"id", name.id}, {"state", state}, {"verb", rule_.verb}});
    }
    if (options_->reason.empty() && (rule_.needs_reason || state == "approved")) {
      return fail("registry.reason_needed", {{"kind", name.kind}, {"id", name.id}, {"verb", rule_.verb}});
    }
    return {};
  }

  static Result<void> still_shown(const RecordName& name, const Subject& subject, SubjectReader& reader) {
    FG_TRY(const auto shown, reader.shown(subject.record_id));
    return shown ? Result<void>() : fail("registry.hazard_needs_evidence", {{"kind", name.kind}, {"id", name.id}});
  }

  Result<SubjectReader*> reader_of(const Layer& layer) {
    auto found = readers_.find(layer.id);
    if (found == readers_.end()) {
      FG_TRY(auto reader, SubjectReader::make(*database_, layer));
      found = readers_.emplace(layer.id, std::move(reader)).first;
    }
    return &found->second;
  }

  Database* database_;
  const Rule& rule_;
  Decision decision_;
  const DecisionOptions* options_;
  OpenEntry* entry_;
  Links links_;
  std::map<std::int64_t, SubjectReader> readers_;
};

std::string subject_of(std::span<const RecordName> records) {
  return records.size() == 1 ? records.front().kind + " " + records.front().id
                             : fmt::format("{} records", records.size());
}

/// Errors that speak of the one record; anything else ends the whole decision at once.
bool is_obstacle(const base::Error& error) {
  constexpr std::string_view kObstacles[] = {
      "registry.no_such_record", "registry.conflict",           "registry.reason_needed",        "registry.link_broken",
      "registry.still_linked",   "registry.transition_refused", "registry.hazard_needs_evidence"};
  return std::find(std::begin(kObstacles), std::end(kObstacles), error.id) != std::end(kObstacles);
}

}  // namespace

Result<DecisionOutcome> decide(Register& programme, Decision decision, std::span<const RecordName> records,
                               const DecisionOptions& options) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  const Rule& rule = rule_of(decision);
  FG_TRY(const std::string author, with_second_person(options.author, options.second_person));
  FG_TRY(auto transaction, Transaction::begin(opened.database, Transaction::Kind::write));
  FG_TRY(auto entry, OpenEntry::begin(opened.database, {author, options.reason, fmt::format("firmground {}", rule.verb),
                                                        rule.state, rule.verb}));
  Deciding deciding(opened.database, decision, options, entry);
  DecisionOutcome outcome;
  std::set<std::string> kinds;
  for (const RecordName& name : records) {
    auto decided = deciding.decide(name);
    if (decided) {
      *decided ? ++outcome.decided : ++outcome.unchanged;
      kinds.insert(name.kind);
    } else if (options.keep_good && is_obstacle(decided.error())) {
      outcome.obstacles.push_back({name, std::move(decided).error()});
    } else {
      return tl::unexpected(std::move(decided).error());
    }
  }
  FG_TRY_VOID(entry.close(kinds.size() == 1 ? *kinds.begin() : "", subject_of(records),
                          static_cast<std::int64_t>(records.size())));
  if (outcome.decided > 0) {
    outcome.batch = entry.batch();
    FG_TRY_VOID(transaction.commit());
  }
  return outcome;
}

Result<std::vector<RecordName>> records_of_batch(const Register& programme, std::int64_t batch) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  const Database& database = opened.database;
  FG_TRY(const auto known, database.integer(fmt::format("SELECT 1 FROM firmground_batch WHERE batch_id = {}", batch)));
  if (!known) {
    return fail("registry.no_such_batch", {{"batch", std::to_string(batch)}});
  }
  FG_TRY(const auto layers, read_layers(database));
  std::vector<RecordName> records;
  for (const Layer& layer : layers) {
    FG_TRY(auto select, database.prepare(fmt::format(
                            "SELECT r.local_id, v.version_number FROM {0} v JOIN firmground_record r ON r.record_id = "
                            "v.version_record WHERE v.version_batch = ?1 AND NOT EXISTS (SELECT 1 FROM {0} w WHERE "
                            "w.version_record = v.version_record AND w.version_number > v.version_number) "
                            "ORDER BY v.version_id",
                            sql_name(layer.versions()))));
    select.bind(1, batch);
    for (;;) {
      FG_TRY(const bool row, select.step());
      if (!row) {
        break;
      }
      records.push_back({layer.kind.name, std::string(select.text(0)), select.integer(1)});
    }
  }
  return records;
}

}  // namespace firmground::registry
