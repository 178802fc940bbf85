#include "register/entry.h"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "mineaction/record_check.h"
#include "register/audit.h"
#include "register/batch.h"
#include "register/layer_writer.h"
#include "register/register_state.h"
#include "register/version_info.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

/// One writer per layer, by layer number; layers stay where they are, for writers point at them.
using Writers = std::map<std::int64_t, std::pair<std::unique_ptr<Layer>, LayerWriter>>;

Result<LayerWriter*> writer_for(Database& database, const Entry& entry, const std::string& state, const Layer& layer,
                                Writers& writers) {
  auto found = writers.find(layer.id);
  if (found == writers.end()) {
    auto kept = std::make_unique<Layer>(layer);
    FG_TRY(auto writer, LayerWriter::make(database, *kept, {entry.batch, state, entry.milliseconds}));
    found = writers.emplace(layer.id, std::pair(std::move(kept), std::move(writer))).first;
  }
  return &found->second.second;
}

std::string id_of(const NewVersion& version) {
  return version.record.values.empty() ? "" : mineaction::to_text(version.record.values.front());
}

Result<void> check(const Layer& layer, const NewVersion& version) {
  if (const auto bad = mineaction::first_bad_value(layer.kind, version.record)) {
    return fail("registry.value_invalid", {{"kind", version.kind},
                                           {"id", id_of(version)},
                                           {"field", bad->field},
                                           {"value", bad->value},
                                           {"reason", bad->reason}});
  }
  return {};
}

Result<std::int64_t> latest_version(const Database& database, const Layer& layer, const std::string& local_id) {
  FG_TRY(auto select,
         database.prepare(fmt::format("SELECT coalesce(max(v.version_number), 0) FROM firmground_record r JOIN {} v "
                                      "ON v.version_record = r.record_id WHERE r.layer_id = ?1 AND r.local_id = ?2",
                                      sql_name(layer.versions()))));
  select.bind(1, layer.id).bind(2, local_id);
  FG_TRY(const bool row, select.step());
  FG_CHECK(row);
  return select.integer(0);
}

Result<void> expect_latest(const Database& database, const Layer& layer, const NewVersion& version) {
  if (!version.expected_version) {
    return {};
  }
  const std::string id = id_of(version);
  FG_TRY(const std::int64_t actual, latest_version(database, layer, id));
  if (actual != *version.expected_version) {
    return fail("registry.conflict", {{"kind", version.kind},
                                      {"id", id},
                                      {"actual", std::to_string(actual)},
                                      {"expected", std::to_string(*version.expected_version)}});
  }
  return {};
}

/// What the audit chain says the entry is about.
std::string subject_of(std::span<const NewVersion> versions) {
  return versions.size() == 1 ? versions.front().kind + " " + id_of(versions.front())
                              : fmt::format("{} records", versions.size());
}

Result<void> close_entry(Database& database, const Entry& entry, std::span<const NewVersion> versions,
                         std::int64_t accepted, const EntryNote& note, Writers& writers) {
  Leaves leaves;
  for (auto& [layer, kept] : writers) {
    FG_TRY_VOID(kept.second.show(entry.at));
    leaves.append(kept.second.leaves());
  }
  const auto rows = static_cast<std::int64_t>(versions.size());
  const std::string kind = writers.size() == 1 ? versions.front().kind : "";
  FG_TRY_VOID(write_batch_row(
      database, {entry, kind, note.source, "", note.author, note.state, rows, accepted, rows - accepted, 0}));
  return append_link(database,
                     {0, entry.batch, note.action, entry.at, note.author, subject_of(versions), note.reason, {}, ""},
                     leaves);
}

}  // namespace

Result<std::vector<EnteredVersion>> enter_within(Database& database, std::span<const NewVersion> versions,
                                                 const EntryNote& note) {
  FG_TRY_VOID(check_state(note.state));
  FG_TRY(const Entry entry, next_entry(database));
  Writers writers;
  std::vector<EnteredVersion> entered;
  std::int64_t accepted = 0;
  for (const NewVersion& version : versions) {
    FG_TRY(const Layer layer, find_layer(database, version.kind));
    FG_TRY_VOID(check(layer, version));
    FG_TRY_VOID(expect_latest(database, layer, version));
    FG_TRY(LayerWriter * writer, writer_for(database, entry, note.state, layer, writers));
    FG_TRY(const auto outcome, writer->decide(version.record, 0));
    const bool unchanged = outcome != LayerWriter::Entered::accepted;
    entered.push_back({writer->matched_version(), unchanged});
    accepted += unchanged ? 0 : 1;
  }
  if (accepted > 0) {
    FG_TRY_VOID(close_entry(database, entry, versions, accepted, note, writers));
  }
  return entered;
}

Result<std::vector<EnteredVersion>> enter(Register& programme, std::span<const NewVersion> versions,
                                          const EntryNote& note) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(auto transaction, Transaction::begin(opened.database, Transaction::Kind::write));
  FG_TRY(auto entered, enter_within(opened.database, versions, note));
  FG_TRY_VOID(transaction.commit());
  return entered;
}

Result<void> for_each_record(const Register& programme, const std::string& kind, Choice choice,
                             const std::function<Result<void>(const VersionInfo&)>& take) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(auto transaction, Transaction::begin(opened.database, Transaction::Kind::read));
  FG_TRY(const Layer layer, find_layer(opened.database, kind));
  const std::string latest =
      fmt::format("v.version_number = (SELECT max(w.version_number) FROM {} w WHERE w.version_record = r.record_id)",
                  sql_name(layer.versions()));
  const std::string chosen = choice == Choice::current  ? " AND " + is_current(layer)
                             : choice == Choice::latest ? " AND " + latest
                                                        : std::string();
  FG_TRY(auto select, opened.database.prepare(version_info_select(
                          layer, "r.layer_id = ?1" + chosen + " ORDER BY r.local_id, v.version_number")));
  select.bind(1, layer.id);
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return {};
    }
    FG_TRY(const auto version, read_version_info(layer, select));
    FG_TRY_VOID(take(version));
  }
}

}  // namespace firmground::registry
