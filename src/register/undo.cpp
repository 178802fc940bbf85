#include "register/undo.h"

#include <fmt/format.h>

#include "register/open_entry.h"
#include "register/register_state.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

Result<void> may_be_undone(const Database& database, std::int64_t batch) {
  FG_TRY(auto select,
         database.prepare("SELECT b.batch_id, coalesce(u.undone_by, 0), (SELECT count(*) FROM firmground_undo w WHERE "
                          "w.undone_by = b.batch_id) FROM firmground_batch b LEFT JOIN firmground_undo u "
                          "ON u.batch_id = b.batch_id WHERE b.batch_id = ?1"));
  select.bind(1, batch);
  FG_TRY(const bool known, select.step());
  const std::string number = std::to_string(batch);
  if (!known) {
    return fail("registry.no_such_batch", {{"batch", number}});
  }
  if (select.integer(1) != 0) {
    return fail("registry.undone_already", {{"batch", number}, {"by", std::to_string(select.integer(1))}});
  }
  if (select.integer(2) != 0) {
    return fail("registry.not_undoable", {{"batch", number}});
  }
  return {};
}

Result<std::int64_t> count(const Database& database, const std::string& sql) {
  FG_TRY(const auto counted, database.integer(sql));
  return counted.value_or(0);
}

/// What became of the records that the batch had entered.  Gives how many hazardous areas left the map.
Result<std::int64_t> count_effects(const Database& database, const std::vector<Layer>& layers, std::int64_t batch,
                                   UndoOutcome& outcome) {
  std::int64_t hazards_gone = 0;
  for (const Layer& layer : layers) {
    const std::string versions = sql_name(layer.versions());
    const std::string table = sql_name(layer.kind.table);
    const std::string mine = fmt::format(
        "SELECT v.version_record, max(v.version_number) AS last_number, sum(CASE WHEN v.version_state = 'approved' "
        "THEN 1 "
        "ELSE 0 END) AS approvals FROM {} v JOIN firmground_revocation x ON x.record_id = v.version_record AND "
        "x.version_number = v.version_number WHERE x.batch_id = {} AND v.version_batch = {} GROUP BY v.version_record",
        versions, outcome.batch, batch);
    FG_TRY(const std::int64_t gone,
           count(database, fmt::format("SELECT count(*) FROM ({}) m LEFT JOIN {} c ON c.fid = m.version_record WHERE "
                                       "c.fid IS NULL AND m.approvals > 0",
                                       mine, table)));
    FG_TRY(const std::int64_t later,
           count(database, fmt::format("SELECT count(*) FROM ({}) m JOIN {} c ON c.fid = m.version_record WHERE "
                                       "c.version_number > m.last_number",
                                       mine, table)));
    FG_TRY(const std::int64_t restored,
           count(database, fmt::format("SELECT count(*) FROM ({}) m JOIN {} c ON c.fid = m.version_record WHERE "
                                       "c.version_number < m.last_number",
                                       mine, table)));
    outcome.gone += gone;
    hazards_gone += layer.kind.name == "hazards" ? gone : 0;
    outcome.later += later;
    outcome.restored += restored;
  }
  return hazards_gone;
}

/// Approved records whose link names a record that the undoing took off the map.
Result<std::int64_t> orphans(const Database& database, const std::vector<Layer>& layers, std::int64_t undoing) {
  std::int64_t orphaned = 0;
  for (const Layer& layer : layers) {
    for (const mineaction::Field& field : layer.kind.fields) {
      for (const Layer& target : layers) {
        if (field.link_kind.empty() || target.kind.name != field.link_kind) {
          continue;
        }
        FG_TRY(
            const std::int64_t found,
            count(database, fmt::format("SELECT count(*) FROM {} c JOIN firmground_record r ON r.local_id = c.{} AND "
                                        "r.layer_id = {} LEFT JOIN {} t ON t.fid = r.record_id WHERE t.fid IS NULL "
                                        "AND EXISTS (SELECT 1 FROM firmground_revocation x WHERE "
                                        "x.record_id = r.record_id AND x.batch_id = {})",
                                        sql_name(layer.kind.table), sql_name(field.name), target.id,
                                        sql_name(target.kind.table), undoing)));
        orphaned += found;
      }
    }
  }
  return orphaned;
}

}  // namespace

Result<UndoOutcome> undo_import(Register& programme, std::int64_t batch, const std::string& author,
                                const std::string& reason, const std::string& second_person) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  Database& database = opened.database;
  const std::string subject = fmt::format("batch {}", batch);
  if (reason.empty()) {
    return fail("registry.reason_needed", {{"kind", "batch"}, {"id", std::to_string(batch)}, {"verb", "undo-import"}});
  }
  FG_TRY(const std::string authors, with_second_person(author, second_person));
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
  FG_TRY_VOID(may_be_undone(database, batch));
  FG_TRY(auto entry,
         OpenEntry::begin(database, {authors, reason, "firmground undo-import", "withdrawn", "undo-import"}));
  UndoOutcome outcome;
  outcome.batch = entry.batch();
  FG_TRY(outcome.versions, entry.take_back_batch(batch));
  FG_TRY_VOID(entry.close("", subject, outcome.versions));
  FG_TRY(const std::int64_t hazards_gone, count_effects(database, entry.layers(), batch, outcome));
  if (hazards_gone > 0 && second_person.empty()) {
    return fail("registry.hazard_needs_evidence",
                {{"kind", "The hazardous areas of batch"}, {"id", std::to_string(batch)}});
  }
  FG_TRY(outcome.orphans, orphans(database, entry.layers(), outcome.batch));
  FG_TRY_VOID(transaction.commit());
  return outcome;
}

Result<std::vector<BatchInfo>> batches(const Register& programme) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(auto select,
         opened.database.prepare(
             "SELECT b.batch_id, coalesce(a.action, 'import'), b.kind, b.file_name, b.entered_at, b.author, b.state, "
             "coalesce(a.reason, ''), b.row_count, b.accepted, b.refused, coalesce(u.undone_by, 0) FROM "
             "firmground_batch b LEFT JOIN firmground_audit a ON a.batch_id = b.batch_id AND a.action <> 'begin' LEFT "
             "JOIN firmground_undo u ON u.batch_id = b.batch_id ORDER BY b.batch_id DESC"));
  std::vector<BatchInfo> found;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return found;
    }
    BatchInfo batch;
    batch.batch = select.integer(0);
    std::string* const texts[] = {&batch.action, &batch.kind,  &batch.source, &batch.entered_at,
                                  &batch.author, &batch.state, &batch.reason};
    for (int i = 0; i < 7; ++i) {
      *texts[i] = select.text(i + 1);
    }
    batch.rows = select.integer(8);
    batch.accepted = select.integer(9);
    batch.refused = select.integer(10);
    batch.undone_by = select.integer(11);
    found.push_back(std::move(batch));
  }
}

}  // namespace firmground::registry
