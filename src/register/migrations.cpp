#include "register/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/hash.h"
#include "base/ids.h"
#include "mineaction/kind.h"
#include "register/audit.h"
#include "register/dialect.h"
#include "register/layout.h"
#include "register/trail_layout.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

constexpr const char* kTable =
    "CREATE TABLE firmground_migration (migration_id INTEGER PRIMARY KEY, layout INTEGER NOT NULL, dated TEXT NOT "
    "NULL, what TEXT NOT NULL, kinds_hash TEXT NOT NULL, applied_at TEXT NOT NULL);\n";

Result<void> begin_trail(Database& database) {
  FG_TRY_VOID(create_migration_table(database));
  return create_trail(database);
}

Result<void> begin_as_entered(Database& database) {
  FG_TRY_VOID(extend_layout(database));
  FG_TRY(const auto layers, read_layers(database));
  const auto records = std::find_if(layers.begin(), layers.end(),
                                    [](const Layer& layer) { return layer.kind.name == "minefield-records"; });
  const std::string now = base::utc_timestamp(base::now_unix_milliseconds());
  return show_records(database, *records,
                      fmt::format("(SELECT record_id FROM firmground_record WHERE layer_id = {})", records->id), now);
}

struct Migration {
  int layout;  ///< that it leads to
  const char* dated;
  const char* what;
  Result<void> (*apply)(Database&);
};

constexpr std::array kMigrations = {
    Migration{2, "2026-11-25", "migrations are listed, entries are chained by hashes", begin_trail},
    Migration{3, "2026-11-25", "positions keep how they were entered, the ground of legs is shown", begin_as_entered},
};
static_assert(kMigrations.back().layout == kLayout);

/// What the kinds of this binary need of the tables. A register that once had it has it for ever: kinds only grow.
std::string kinds_hash() {
  std::string content;
  for (const mineaction::Kind& kind : mineaction::kinds()) {
    content += kind.table + ":" + std::to_string(static_cast<int>(kind.geometry));
    for (const mineaction::Field& field : kind.fields) {
      content += " " + field.name + ":" + std::to_string(static_cast<int>(field.type));
    }
    content += "\n";
  }
  return base::content_hash(content);
}

Result<void> note(Database& database, int layout, const std::string& dated, const std::string& what) {
  FG_TRY(auto insert, database.prepare("INSERT INTO firmground_migration (layout, dated, what, kinds_hash, applied_at) "
                                       "VALUES (?1, ?2, ?3, ?4, ?5)"));
  const std::string hash = kinds_hash();
  const std::string now = base::utc_timestamp(base::now_unix_milliseconds());
  return insert.bind(1, std::int64_t{layout}).bind(2, dated).bind(3, what).bind(4, hash).bind(5, now).run();
}

Result<int> layout_of(const Database& database) {
  FG_TRY(const std::string layout, database.text("SELECT value FROM firmground_setting WHERE name = 'layout'"));
  const int number = std::atoi(layout.c_str());
  if (number > kLayout) {
    return fail("registry.newer_version",
                {{"file", database.path()}, {"theirs", layout}, {"ours", std::to_string(kLayout)}});
  }
  return number;
}

Result<bool> is_up_to_date(const Database& database) {
  FG_TRY(const int layout, layout_of(database));
  if (layout < kLayout) {
    return false;
  }
  FG_TRY(auto select, database.prepare("SELECT 1 FROM firmground_migration WHERE kinds_hash = ?1 LIMIT 1"));
  const std::string hash = kinds_hash();
  select.bind(1, hash);
  return select.step();
}

/// The one setting that is not of the programme but of its tables, and moves with them.
Result<void> set_layout(Database& database) {
  const Dialect& dialect = database.dialect();
  FG_TRY_VOID(database.execute(dialect.drop_append_only("firmground_setting")));
  FG_TRY_VOID(database.execute("UPDATE firmground_setting SET value = '" + std::to_string(kLayout) +
                               "' WHERE name = 'layout'"));
  return database.execute(dialect.append_only("firmground_setting", "A setting"));
}

}  // namespace

Result<void> create_migration_table(Database& database) {
  const Dialect& dialect = database.dialect();
  return database.execute(dialect.spelled(kTable) + dialect.append_only("firmground_migration", "A migration"));
}

Result<void> migrate(Database& database) {
  FG_TRY(const bool up_to_date, is_up_to_date(database));
  if (up_to_date) {
    return {};
  }
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
  FG_TRY(const bool done_by_another_process, is_up_to_date(database));
  if (done_by_another_process) {
    return transaction.commit();
  }
  FG_TRY(const int layout, layout_of(database));
  for (const Migration& migration : kMigrations) {
    if (migration.layout > layout) {
      FG_TRY_VOID(migration.apply(database));
      FG_TRY_VOID(note(database, migration.layout, migration.dated, migration.what));
    }
  }
  if (layout < kLayout) {
    FG_TRY_VOID(set_layout(database));
  } else {
    FG_TRY_VOID(note(database, kLayout, "", "kinds and fields of a newer edition"));
  }
  FG_TRY_VOID(extend_layout(database));
  FG_TRY_VOID(begin_chain(database));
  return transaction.commit();
}

Result<void> begin_migrations(Database& database) {
  FG_TRY_VOID(create_migration_table(database));
  return note(database, kLayout, kMigrations.back().dated, "made in this layout");
}

}  // namespace firmground::registry
