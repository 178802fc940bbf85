#include "register/merge.h"

#include <fmt/format.h>

#include <set>

#include "mineaction/record_check.h"
#include "register/open_entry.h"
#include "register/register_state.h"
#include "register/version_info.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

constexpr const char* kStanding = "NOT EXISTS (SELECT 1 FROM firmground_undo u WHERE u.batch_id = m.batch_id)";

struct Shown {
  std::int64_t record_id = 0;
  VersionInfo version;
};

Result<std::vector<VersionInfo>> read_all(const Database& database, const Layer& layer, const std::string& condition,
                                          const std::string& value) {
  FG_TRY(auto select, database.prepare(version_info_select(
                          layer, condition + " AND " + is_current(layer) + " ORDER BY r.record_id")));
  select.bind(1, value);
  return read_version_infos(layer, select);
}

Result<std::int64_t> record_number(const Database& database, const Layer& layer, const std::string& id) {
  FG_TRY(auto select,
         database.prepare("SELECT record_id FROM firmground_record WHERE layer_id = ?1 AND local_id = ?2"));
  select.bind(1, layer.id).bind(2, id);
  FG_TRY(const bool known, select.step());
  if (!known) {
    return fail("registry.no_such_record", {{"kind", layer.kind.name}, {"value", id}});
  }
  return select.integer(0);
}

Result<Shown> shown(const Database& database, const Layer& layer, const std::string& id) {
  Shown result;
  FG_TRY(result.record_id, record_number(database, layer, id));
  FG_TRY(auto versions, read_all(database, layer, fmt::format("r.layer_id = {} AND r.local_id = ?1", layer.id), id));
  if (versions.empty()) {
    return fail("registry.merge_refused",
                {{"kind", layer.kind.name}, {"id", id}, {"reason", "it has no approved version"}});
  }
  result.version = std::move(versions.front());
  return result;
}

/// Gives every approved record whose field names the duplicate a version that names the survivor.
Result<std::int64_t> follow_links(const Database& database, OpenEntry& entry, const MergeRequest& request) {
  std::int64_t links = 0;
  for (const Layer& layer : entry.layers()) {
    std::vector<std::size_t> fields;
    std::string condition;
    for (std::size_t i = 0; i < layer.kind.fields.size(); ++i) {
      if (layer.kind.fields[i].link_kind == request.kind) {
        condition += (fields.empty() ? "v." : " OR v.") + sql_name(layer.kind.fields[i].name) + " = ?1";
        fields.push_back(i);
      }
    }
    if (fields.empty()) {
      continue;
    }
    FG_TRY(auto versions, read_all(database, layer, "(" + condition + ")", request.duplicate));
    for (VersionInfo& version : versions) {
      for (const std::size_t field : fields) {
        if (mineaction::to_text(version.record.values[field]) == request.duplicate) {
          version.record.values[field] = request.survivor;
        }
      }
      FG_TRY_VOID(entry.decide(layer.kind.name, version.record, "approved", {}));
      ++links;
    }
  }
  return links;
}

Result<void> check_request(const MergeRequest& request) {
  if (request.reason.empty()) {
    return fail("registry.reason_needed", {{"kind", request.kind}, {"id", request.duplicate}, {"verb", "merge"}});
  }
  if (request.duplicate == request.survivor) {
    return fail("registry.merge_refused",
                {{"kind", request.kind}, {"id", request.duplicate}, {"reason", "it cannot be merged into itself"}});
  }
  return {};
}

}  // namespace

Result<MergeOutcome> merge(Register& programme, const MergeRequest& request) {
  FG_TRY_VOID(check_request(request));
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  Database& database = opened.database;
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
  FG_TRY(auto entry,
         OpenEntry::begin(database, {request.author, request.reason, "firmground merge", "approved", "merge"}));
  FG_TRY(const Layer* layer, entry.layer(request.kind));
  FG_TRY(const Shown survivor, shown(database, *layer, request.survivor));
  FG_TRY(const Shown duplicate, shown(database, *layer, request.duplicate));
  MergeOutcome outcome;
  outcome.batch = entry.batch();
  FG_TRY(outcome.links, follow_links(database, entry, request));
  FG_TRY_VOID(entry.decide(request.kind, duplicate.version.record, "withdrawn", {}));
  FG_TRY(auto insert,
         database.prepare("INSERT INTO firmground_merge (record_id, survivor_id, batch_id) VALUES (?1, ?2, ?3)"));
  FG_TRY_VOID(insert.bind(1, duplicate.record_id).bind(2, survivor.record_id).bind(3, entry.batch()).run());
  FG_TRY_VOID(entry.close(request.kind, fmt::format("{} {} into {}", request.kind, request.duplicate, request.survivor),
                          outcome.links + 1));
  FG_TRY_VOID(transaction.commit());
  return outcome;
}

Result<std::optional<std::string>> merged_into(const Register& programme, const std::string& kind,
                                               const std::string& id) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(const Layer layer, find_layer(opened.database, kind));
  FG_TRY(auto select, opened.database.prepare(fmt::format(
                          "SELECT s.local_id FROM firmground_record r JOIN firmground_merge m ON m.record_id = "
                          "r.record_id JOIN firmground_record s ON s.record_id = m.survivor_id WHERE r.layer_id = ?1 "
                          "AND r.local_id = ?2 AND {} ORDER BY m.batch_id DESC LIMIT 1",
                          kStanding)));
  std::optional<std::string> survivor;
  std::set<std::string> passed = {id};
  for (std::string at = id;;) {
    select.bind(1, layer.id).bind(2, at);
    FG_TRY(const bool row, select.step());
    // A record that was approved again after its merger may be a survivor later: such a ring ends where it closes.
    if (!row || !passed.insert(std::string(select.text(0))).second) {
      return survivor;
    }
    at = select.text(0);
    survivor = at;
    select.reset();
  }
}

Result<std::vector<std::string>> merged_from(const Register& programme, const std::string& kind,
                                             const std::string& id) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(const Layer layer, find_layer(opened.database, kind));
  FG_TRY(auto select, opened.database.prepare(fmt::format(
                          "SELECT r.local_id FROM firmground_record s JOIN firmground_merge m ON m.survivor_id = "
                          "s.record_id JOIN firmground_record r ON r.record_id = m.record_id WHERE s.layer_id = ?1 AND "
                          "s.local_id = ?2 AND {} ORDER BY m.batch_id, r.local_id",
                          kStanding)));
  select.bind(1, layer.id).bind(2, id);
  std::vector<std::string> duplicates;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return duplicates;
    }
    duplicates.emplace_back(select.text(0));
  }
}

}  // namespace firmground::registry
