#include "register/register.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "register/audit.h"
#include "register/dialect.h"
#include "register/layout.h"
#include "register/migrations.h"
#include "register/register_state.h"
#include "register/snapshot_reading.h"
#include "register/snapshot_since.h"
#include "register/version_info.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using mineaction::Date;
using mineaction::Snapshot;

namespace {

/// Takes the bytes of results whose names begin so and that are not among `results`; who may write results may not
/// delete rows (docs/operations/postgresql.md).
Result<void> empty_others(const Database& database, const std::string& begins,
                          const std::vector<StoredResult>& results) {
  std::set<std::string> others;
  FG_TRY(auto select, database.prepare("SELECT name FROM firmground_result WHERE name LIKE ? AND length(bytes) > 0"));
  const std::string pattern = begins + "%";
  select.bind(1, pattern);
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      break;
    }
    others.emplace(select.text(0));
  }
  for (const StoredResult& result : results) {
    others.erase(result.name);
  }
  for (const std::string& name : others) {
    FG_TRY(auto update, database.prepare("UPDATE firmground_result SET bytes = ? WHERE name = ?"));
    FG_TRY_VOID(update.bind_blob(1, "").bind(2, name).run());
  }
  return {};
}

Result<void> write_setting(Database& database, std::string_view name, std::string_view value) {
  FG_TRY(auto insert, database.prepare("INSERT INTO firmground_setting VALUES (?, ?)"));
  return insert.bind(1, name).bind(2, value).run();
}

Result<std::string> read_setting(const Database& database, std::string_view name) {
  FG_TRY(auto select, database.prepare("SELECT value FROM firmground_setting WHERE name = ?"));
  select.bind(1, name);
  FG_TRY(const bool row, select.step());
  return row ? std::string(select.text(0)) : std::string();
}

/// Refuses what is not ours before any table of ours is read: a person may well pass some other GeoPackage.
Result<void> expect_programme(const Database& database) {
  FG_TRY(const auto tables, database.dialect().tables(database));
  if (std::find(tables.begin(), tables.end(), "firmground_setting") == tables.end()) {
    return fail("registry.not_a_programme", {{"file", database.path()}, {"reason", "it has no register in it"}});
  }
  return {};
}

Result<void> fill_new_store(Database& database, const geo::Crs& crs, const std::string& profile,
                            const std::string& name) {
  FG_TRY_VOID(create_layout(database, crs));
  FG_TRY_VOID(begin_migrations(database));
  FG_TRY_VOID(write_setting(database, "layout", std::to_string(kLayout)));
  FG_TRY_VOID(write_setting(database, "name", name));
  FG_TRY_VOID(write_setting(database, "epsg", std::to_string(crs.epsg())));
  FG_TRY_VOID(write_setting(database, "profile", profile));
  return begin_chain(database);
}

Result<std::int64_t> last_batch_until(const Database& database, const std::optional<std::string>& entered_until) {
  if (!entered_until) {
    return Window().last_batch;
  }
  FG_TRY(auto select,
         database.prepare("SELECT coalesce(max(batch_id), 0) FROM firmground_batch WHERE entered_at <= ?"));
  select.bind(1, *entered_until);
  FG_TRY(const bool row, select.step());
  FG_CHECK(row);
  return select.integer(0);
}

std::string geometry_name(mineaction::GeometryRule rule) {
  switch (rule) {
    case mineaction::GeometryRule::none: return "none";
    case mineaction::GeometryRule::point: return "point";
    case mineaction::GeometryRule::line: return "line";
    case mineaction::GeometryRule::polygon:
    case mineaction::GeometryRule::polygon_or_point: return "polygon";
    case mineaction::GeometryRule::any: return "any";
  }
  FG_CHECK(false);
}

}  // namespace

mineaction::Programme Register::Impl::programme() const {
  return {name,
          profile.name,
          profile.since_date,
          profile.since_name,
          profile.currency,
          profile.country.empty() ? name : profile.country};
}

Snapshot Register::Impl::begun_snapshot() const {
  Snapshot snapshot;
  snapshot.programme = programme();
  snapshot.crs = crs;
  return snapshot;
}

Register::Register(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Register::Register(Register&&) noexcept = default;
Register& Register::operator=(Register&&) noexcept = default;
Register::~Register() = default;

Result<Register> Register::create(const std::string& path, const std::string& profile_name, const std::string& name,
                                  int epsg) {
  FG_TRY(const std::string text, profile_text(profile_name));
  FG_TRY(const Profile profile, parse_profile(text));
  if (epsg == 0 && profile.epsg == 0) {
    return fail("registry.crs_needed", {{"profile", profile_name}});
  }
  FG_TRY(const auto crs, geo::Crs::from_epsg(epsg != 0 ? epsg : profile.epsg));
  FG_TRY_VOID(create_store(path, [&](Database& database) {
    return fill_new_store(database, crs, text, name.empty() ? default_name(path) : name);
  }));
  return open(path);
}

Result<Register> Register::open(const std::string& path, std::chrono::milliseconds busy_timeout) {
  FG_TRY(auto database, Database::open(path, Database::Mode::read_write, busy_timeout));
  FG_TRY_VOID(expect_programme(database));
  FG_TRY_VOID(migrate(database));
  FG_TRY(const std::string profile_toml, read_setting(database, "profile"));
  FG_TRY(auto profile, parse_profile(profile_toml));
  FG_TRY(const std::string epsg, read_setting(database, "epsg"));
  FG_TRY(auto crs, geo::Crs::from_epsg(std::atoi(epsg.c_str())));
  FG_TRY(auto name, read_setting(database, "name"));
  auto impl = std::make_unique<Impl>(std::move(database), std::move(profile), std::move(crs), std::move(name));
  impl->address = path;
  return Register(std::move(impl));
}

Result<Register> Register::beside() const {
  return open(impl_->address);
}

namespace {

Result<std::int64_t> last_entry_in(const Database& database) {
  FG_TRY(const auto last, database.integer("SELECT max(batch_id) FROM firmground_batch"));
  return last.value_or(0);
}

}  // namespace

Result<Snapshot> Register::snapshot(std::optional<Date> as_of, const std::optional<std::string>& entered_until) const {
  const std::lock_guard lock(impl_->mutex);
  Database& database = impl_->database;
  FG_TRY(auto transaction,
         Transaction::begin(database, Transaction::Kind::read));  // one state, also while another program writes
  Window window;
  FG_TRY(window.last_batch, last_batch_until(database, entered_until));
  if (as_of) {
    window.as_of = Date(as_of->last_day()).to_string();
  }
  FG_TRY(auto snapshot, read_whole(database, impl_->begun_snapshot(), as_of, window));
  if (!as_of && !entered_until) {
    FG_TRY(snapshot.last_entry, last_entry_in(database));
  }
  FG_TRY_VOID(transaction.commit());
  return snapshot;
}

Result<SnapshotSince> Register::snapshot_since(Snapshot then, std::int64_t last_entry) const {
  const std::lock_guard lock(impl_->mutex);
  Database& database = impl_->database;
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::read));  // one state, as for snapshot()
  SnapshotSince since;
  FG_TRY(auto change, bring_up_to_date(database, last_entry, then));
  if (change) {
    since.change = std::move(*change);
    since.now = std::move(then);
  } else {
    FG_TRY(since.now, read_whole(database, impl_->begun_snapshot(), {}, {}));
    since.change = {.gone = std::move(then), .come = since.now};
  }
  FG_TRY(since.now.last_entry, last_entry_in(database));
  FG_TRY_VOID(transaction.commit());
  return since;
}

std::vector<LayerInfo> Register::layers() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<LayerInfo> infos;
  const auto layers = read_layers(impl_->database);
  if (!layers) {
    return infos;
  }
  for (const Layer& layer : *layers) {
    const auto count = impl_->database.integer(fmt::format("SELECT count(*) FROM {}", sql_name(layer.kind.table)));
    infos.push_back({layer.kind.name, layer.kind.table, layer.kind.title, geometry_name(layer.kind.geometry),
                     count ? count->value_or(0) : 0});
  }
  return infos;
}

Result<std::vector<VersionInfo>> Register::history(const std::string& kind, const std::string& local_id) const {
  const std::lock_guard lock(impl_->mutex);
  FG_TRY(const Layer layer, find_layer(impl_->database, kind));
  FG_TRY(auto select, impl_->database.prepare(version_info_select(
                          layer, "r.layer_id = ?1 AND r.local_id = ?2 ORDER BY v.version_number DESC")));
  select.bind(1, layer.id).bind(2, local_id);
  return read_version_infos(layer, select);
}

Result<void> Register::store(const StoredResult& result) {
  return store(std::vector{result});
}

Result<void> Register::store(const std::vector<StoredResult>& results, const std::vector<std::string>& in_place_of) {
  const std::lock_guard lock(impl_->mutex);
  FG_TRY(auto transaction, Transaction::begin(impl_->database, Transaction::Kind::write));
  for (const StoredResult& result : results) {
    FG_TRY(auto insert, impl_->database.prepare("INSERT INTO firmground_result (name, stamp, made_at, bytes) VALUES "
                                                "(?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET stamp = "
                                                "excluded.stamp, made_at = excluded.made_at, bytes = excluded.bytes"));
    insert.bind(1, result.name).bind(2, result.stamp).bind(3, result.made_at).bind_blob(4, result.bytes);
    FG_TRY_VOID(insert.run());
  }
  for (const std::string& begins : in_place_of) {
    FG_TRY_VOID(empty_others(impl_->database, begins, results));
  }
  return transaction.commit();
}

Result<bool> Register::look_at(const std::string& name,
                               const std::function<void(std::string_view stamp, std::string_view bytes)>& visit) const {
  const std::lock_guard lock(impl_->mutex);
  FG_TRY(auto select, impl_->database.prepare("SELECT stamp, bytes FROM firmground_result WHERE name = ?"));
  select.bind(1, name);
  FG_TRY(const bool row, select.step());
  if (row) {
    visit(select.text(0), select.blob(1));
  }
  return row;
}

Result<std::optional<StoredResult>> Register::load(const std::string& name) const {
  const std::lock_guard lock(impl_->mutex);
  FG_TRY(auto select,
         impl_->database.prepare("SELECT name, stamp, made_at, bytes FROM firmground_result WHERE name = ?"));
  select.bind(1, name);
  FG_TRY(const bool row, select.step());
  if (!row) {
    return std::optional<StoredResult>();
  }
  return std::optional(StoredResult{std::string(select.text(0)), std::string(select.text(1)),
                                    std::string(select.text(2)), std::string(select.blob(3))});
}

const std::string& Register::path() const {
  return impl_->database.path();
}

const geo::Crs& Register::crs() const {
  return impl_->crs;
}

Result<std::int64_t> Register::last_entry() const {
  const std::lock_guard lock(impl_->mutex);
  return last_entry_in(impl_->database);
}

}  // namespace firmground::registry
