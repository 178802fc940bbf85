#include "register/open_entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "mineaction/record_check.h"
#include "register/audit.h"
#include "register/dialect.h"

namespace firmground::registry {

using base::fail;
using base::Result;

Result<OpenEntry> OpenEntry::begin(Database& database, const EntryNote& note) {
  FG_TRY_VOID(check_state(note.state));
  FG_TRY(const Entry entry, next_entry(database));
  FG_TRY(auto layers, read_layers(database));
  return OpenEntry(database, note, entry, std::move(layers));
}

OpenEntry::OpenEntry(Database& database, EntryNote note, Entry entry, std::vector<Layer> layers)
    : database_(&database), note_(std::move(note)), entry_(std::move(entry)), layers_(std::move(layers)) {}

Result<const Layer*> OpenEntry::layer(const std::string& kind) const {
  const auto found = std::find_if(layers_.begin(), layers_.end(), [&](const Layer& l) { return l.kind.name == kind; });
  if (found == layers_.end()) {
    return fail("registry.no_such_layer", {{"kind", kind}, {"nearest", mineaction::nearest_kind(kind)}});
  }
  return &*found;
}

Result<OpenEntry::Open*> OpenEntry::writer_for(const Layer& layer, const std::string& state) {
  auto found = writers_.find(layer.id);
  if (found == writers_.end()) {
    FG_TRY(const auto before,
           database_->integer(fmt::format("SELECT max(version_id) FROM {}", sql_name(layer.versions()))));
    FG_TRY(auto writer, LayerWriter::make(*database_, layer, {entry_.batch, state, entry_.milliseconds}));
    found = writers_.emplace(layer.id, Open{state, std::move(writer), before.value_or(0)}).first;
  }
  FG_CHECK(found->second.state == state);
  return &found->second;
}

Result<EnteredVersion> OpenEntry::decide(const std::string& kind, const mineaction::Record& record,
                                         const std::string& state, std::optional<std::int64_t> expected_version) {
  FG_TRY(const Layer* found, layer(kind));
  FG_TRY(Open * open, writer_for(*found, state));
  FG_TRY(const auto outcome, open->writer.decide(record, 0));
  const bool accepted = outcome == LayerWriter::Entered::accepted;
  const std::int64_t version = open->writer.matched_version();
  const std::int64_t before = accepted ? version - 1 : version;
  if (expected_version && *expected_version != before) {
    return fail("registry.conflict", {{"kind", kind},
                                      {"id", mineaction::to_text(record.values.front())},
                                      {"actual", std::to_string(before)},
                                      {"expected", std::to_string(*expected_version)}});
  }
  accepted_ += accepted ? 1 : 0;
  return EnteredVersion{version, !accepted};
}

Result<void> OpenEntry::take_back(const Layer& layer, std::int64_t record_id, std::int64_t version_number) {
  FG_TRY_VOID(writer_for(layer, note_.state));
  FG_TRY(auto insert, database_->prepare("INSERT INTO firmground_revocation (record_id, version_number, batch_id) "
                                         "VALUES (?1, ?2, ?3)"));
  FG_TRY_VOID(insert.bind(1, record_id).bind(2, version_number).bind(3, entry_.batch).run());
  has_rows_ = true;
  return {};
}

Result<std::int64_t> OpenEntry::take_back_batch(std::int64_t batch) {
  std::int64_t versions = 0;
  for (const Layer& layer : layers_) {
    FG_TRY(auto insert,
           database_->prepare(fmt::format(
               "INSERT INTO firmground_revocation (record_id, version_number, batch_id) "
               "SELECT v.version_record, v.version_number, ?2 FROM {} v WHERE v.version_batch = ?1 AND NOT {}",
               sql_name(layer.versions()), is_revoked("v"))));
    FG_TRY_VOID(insert.bind(1, batch).bind(2, entry_.batch).run());
    if (database_->changes() > 0) {
      versions += database_->changes();
      FG_TRY_VOID(writer_for(layer, note_.state));
    }
  }
  FG_TRY(auto undo, database_->prepare("INSERT INTO firmground_undo (batch_id, undone_by) VALUES (?1, ?2)"));
  FG_TRY_VOID(undo.bind(1, batch).bind(2, entry_.batch).run());
  has_rows_ = true;
  return versions;
}

Result<void> OpenEntry::show(const Layer& layer) {
  const std::string touched = fmt::format(
      "(SELECT version_record FROM {} WHERE version_id > {} UNION SELECT x.record_id FROM firmground_revocation x JOIN "
      "firmground_record r ON r.record_id = x.record_id WHERE x.batch_id = {} AND r.layer_id = {})",
      sql_name(layer.versions()), writers_.at(layer.id).versions_before, entry_.batch, layer.id);
  return show_records(*database_, layer, touched, entry_.at);
}

Result<void> OpenEntry::close(const std::string& kind, const std::string& subject, std::int64_t rows) {
  if (accepted_ == 0 && !has_rows_) {
    return {};
  }
  Leaves leaves;
  for (const Layer& layer : layers_) {
    if (writers_.contains(layer.id)) {
      FG_TRY_VOID(show(layer));
    }
  }
  for (const auto& [layer, open] : writers_) {
    leaves.append(open.writer.leaves());
  }
  FG_TRY_VOID(write_batch_row(
      *database_, {entry_, kind, note_.source, "", note_.author, note_.state, rows, accepted_, rows - accepted_, 0}));
  return append_link(*database_,
                     {0, entry_.batch, note_.action, entry_.at, note_.author, subject, note_.reason, {}, ""}, leaves);
}

}  // namespace firmground::registry
