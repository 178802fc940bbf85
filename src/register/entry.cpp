#include "register/entry.h"

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

/// What the audit chain says the entry is about.
std::string subject_of(std::span<const NewVersion> versions) {
  return versions.size() == 1 ? versions.front().kind + " " + id_of(versions.front())
                              : fmt::format("{} records", versions.size());
}

}  // namespace

Result<std::vector<EnteredVersion>> enter_within(Database& database, std::span<const NewVersion> versions,
                                                 const EntryNote& note) {
  FG_TRY(auto entry, OpenEntry::begin(database, note));
  std::vector<EnteredVersion> entered;
  std::set<std::string> kinds;
  for (const NewVersion& version : versions) {
    FG_TRY(const Layer* layer, entry.layer(version.kind));
    FG_TRY_VOID(check(*layer, version));
    FG_TRY(entered.emplace_back(), entry.decide(version.kind, version.record, note.state, version.expected_version));
    kinds.insert(version.kind);
  }
  FG_TRY_VOID(entry.close(kinds.size() == 1 ? *kinds.begin() : "", subject_of(versions),
                          static_cast<std::int64_t>(versions.size())));
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

Result<std::vector<std::string>> kinds_with(const Register& programme, const std::string& local_id) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(auto select,
         opened.database.prepare("SELECT l.kind FROM firmground_layer l JOIN firmground_record r ON r.layer_id = "
                                 "l.layer_id AND r.local_id = ?1 ORDER BY l.layer_id"));
  select.bind(1, local_id);
  std::vector<std::string> kinds;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return kinds;
    }
    kinds.emplace_back(select.text(0));
  }
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
