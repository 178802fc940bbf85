#include "register/sqlite/sqlite_store.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "register/geometry_blob.h"
#include "register/sqlite/sqlite_dialect.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

tl::unexpected<base::Error> storage_error(sqlite3* connection, int code, const std::string& path) {
  const std::string reason = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return fail("registry.busy", {{"file", path}});
    case SQLITE_FULL:
    case SQLITE_IOERR: return fail("registry.no_room", {{"file", path}, {"reason", reason}});
    case SQLITE_CONSTRAINT: return fail("registry.refused", {{"file", path}, {"reason", reason}});
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return fail("registry.damaged", {{"file", path}, {"reason", reason}});
    case SQLITE_READONLY:
    case SQLITE_PERM: return fail("base.file_unwritable", {{"file", path}, {"reason", reason}});
    case SQLITE_CANTOPEN: return fail("base.file_unreadable", {{"file", path}, {"reason", reason}});
    default: return fail("registry.storage_failed", {{"file", path}, {"reason", reason}});
  }
}

/// GeoPackage 1.4, clause F.3: the R-tree triggers call these five functions, which SQLite does not have.
enum class StFunction : std::uintptr_t { is_empty, min_x, max_x, min_y, max_y };

void st_function(sqlite3_context* context, int, sqlite3_value** values) {
  const auto which = static_cast<StFunction>(reinterpret_cast<std::uintptr_t>(sqlite3_user_data(context)));
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[0]));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
  const auto box = bytes != nullptr ? blob_envelope({bytes, size}) : std::nullopt;
  if (which == StFunction::is_empty) {
    bytes != nullptr ? sqlite3_result_int(context, box ? 0 : 1) : sqlite3_result_null(context);
  } else if (!box) {
    sqlite3_result_null(context);
  } else {
    sqlite3_result_double(context, which == StFunction::min_x   ? box->min_lon
                                   : which == StFunction::max_x ? box->max_lon
                                   : which == StFunction::min_y ? box->min_lat
                                                                : box->max_lat);
  }
}

void register_st_functions(sqlite3* connection) {
  constexpr std::pair<const char*, StFunction> kFunctions[] = {{"ST_IsEmpty", StFunction::is_empty},
                                                               {"ST_MinX", StFunction::min_x},
                                                               {"ST_MaxX", StFunction::max_x},
                                                               {"ST_MinY", StFunction::min_y},
                                                               {"ST_MaxY", StFunction::max_y}};
  for (const auto& [name, which] : kFunctions) {
    const int code = sqlite3_create_function_v2(
        connection, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
        reinterpret_cast<void*>(static_cast<std::uintptr_t>(which)), st_function, nullptr, nullptr, nullptr);
    FG_CHECK(code == SQLITE_OK);
  }
}

class SqliteStatement final : public StoreStatement {
 public:
  SqliteStatement(sqlite3* connection, sqlite3_stmt* handle, const std::string& path)
      : connection_(connection), handle_(handle), path_(path) {}
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement() override { sqlite3_finalize(handle_); }

  // SQLITE_STATIC throughout: the contract asks the caller to keep the bytes alive, which saves a copy of every value
  // of an import.
  void bind_text(int index, std::string_view text) override {
    FG_CHECK(sqlite3_bind_text64(handle_, index, text.data() != nullptr ? text.data() : "", text.size(), SQLITE_STATIC,
                                 SQLITE_UTF8) == SQLITE_OK);
  }
  void bind_integer(int index, std::int64_t value) override {
    FG_CHECK(sqlite3_bind_int64(handle_, index, value) == SQLITE_OK);
  }
  void bind_real(int index, double value) override {
    FG_CHECK(sqlite3_bind_double(handle_, index, value) == SQLITE_OK);
  }
  void bind_null(int index) override { FG_CHECK(sqlite3_bind_null(handle_, index) == SQLITE_OK); }
  void bind_blob(int index, std::string_view bytes) override {
    FG_CHECK(sqlite3_bind_blob64(handle_, index, bytes.data() != nullptr ? bytes.data() : "", bytes.size(),
                                 SQLITE_STATIC) == SQLITE_OK);
  }

  Result<bool> step() override {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
      return code == SQLITE_ROW;
    }
    auto error = storage_error(connection_, sqlite3_extended_errcode(connection_), path_);
    sqlite3_reset(handle_);
    return error;
  }
  void reset() override { sqlite3_reset(handle_); }

  bool is_null(int column) const override { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(handle_, column); }
  double real(int column) const override { return sqlite3_column_double(handle_, column); }
  std::string_view text(int column) const override {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return text == nullptr ? std::string_view() : std::string_view(text, sqlite3_column_bytes(handle_, column));
  }
  std::string_view blob(int column) const override {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    return bytes == nullptr ? std::string_view() : std::string_view(bytes, sqlite3_column_bytes(handle_, column));
  }

 private:
  sqlite3* connection_;
  sqlite3_stmt* handle_;
  std::string path_;
};

/// SQLite is called, not asked over a wire: one statement for all rows is its fast way.
class SqliteBulk final : public StoreBulk {
 public:
  explicit SqliteBulk(std::unique_ptr<StoreStatement> insert) : insert_(std::move(insert)) {}
  void bind_text(int index, std::string_view text) override { insert_->bind_text(index, text); }
  void bind_integer(int index, std::int64_t value) override { insert_->bind_integer(index, value); }
  void bind_real(int index, double value) override { insert_->bind_real(index, value); }
  void bind_null(int index) override { insert_->bind_null(index); }
  void bind_blob(int index, std::string_view bytes) override { insert_->bind_blob(index, bytes); }
  Result<void> row() override {
    FG_TRY_VOID(insert_->step());
    insert_->reset();
    return {};
  }
  Result<void> flush() override { return {}; }
  Result<void> finish() override { return {}; }

 private:
  std::unique_ptr<StoreStatement> insert_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;
  ~SqliteStore() override { sqlite3_close_v2(handle_); }

  Result<void> execute(const std::string& sql) override {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      return storage_error(handle_, sqlite3_extended_errcode(handle_), path_);
    }
    return {};
  }

  Result<std::unique_ptr<StoreStatement>> prepare(std::string_view sql) override {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) {
      return storage_error(handle_, code, path_);
    }
    return std::make_unique<SqliteStatement>(handle_, statement, path_);
  }

  Result<std::unique_ptr<StoreBulk>> bulk(const std::string& table, const std::vector<std::string>& columns) override {
    std::string names, places;
    for (const std::string& column : columns) {
      names += (names.empty() ? "" : ", ") + sql_name(column);
      places += places.empty() ? "?" : ", ?";
    }
    FG_TRY(auto insert, prepare("INSERT INTO " + sql_name(table) + " (" + names + ") VALUES (" + places + ")"));
    return std::make_unique<SqliteBulk>(std::move(insert));
  }

  Result<void> begin(Transaction::Kind kind) override {
    // Writers keep more pages: most pages of a national import are then not written to the log twice.
    return execute(kind == Transaction::Kind::write ? "PRAGMA cache_size = -49152; BEGIN IMMEDIATE" : "BEGIN");
  }
  Result<void> commit() override { return execute("COMMIT"); }
  void roll_back() override {
    // After some failures (a full disk) SQLite has rolled back by itself; a second ROLLBACK then has nothing to do.
    static_cast<void>(execute("ROLLBACK"));
  }

  std::int64_t last_insert_rowid() override { return sqlite3_last_insert_rowid(handle_); }
  std::int64_t changes() const override { return sqlite3_changes64(handle_); }
  const std::string& path() const override { return path_; }
  const Dialect& dialect() const override { return sqlite_dialect(); }

 private:
  sqlite3* handle_;
  std::string path_;
};

/// Every SQLite file begins with these 16 bytes; anything else is some other file, not a damaged programme.
bool has_sqlite_header(const std::string& path) {
  constexpr std::string_view kHeader("SQLite format 3\0", 16);
  std::string begin(kHeader.size(), ' ');
  std::ifstream(path, std::ios::binary).read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return begin == kHeader;
}

}  // namespace

Result<void> create_geopackage(const std::string& path, const std::function<Result<void>(Database&)>& fill) {
  if (std::filesystem::exists(path)) {
    return fail("registry.exists", {{"file", path}});
  }
  const std::string draft = path + ".new";
  const auto remove_draft = [&] {  // with its log: what a killed run left would be played back into a new file
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(draft + suffix, ignored);
    }
  };
  std::error_code problem;
  remove_draft();
  const auto made = [&]() -> Result<void> {
    FG_TRY(auto database, Database::open(draft, Database::Mode::create, std::chrono::seconds(5)));
    FG_TRY_VOID(database.execute("PRAGMA journal_mode = WAL"));
    FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
    FG_TRY_VOID(fill(database));
    FG_TRY_VOID(transaction.commit());
    // The file is moved without its log, so all of it must be in the file: closing would not tell of a full disk.
    FG_TRY(const auto busy, database.integer("PRAGMA wal_checkpoint(TRUNCATE)"));
    return busy.value_or(1) == 0 ? Result<void>() : fail("registry.busy", {{"file", path}});
  }();
  if (made) {
    std::filesystem::rename(draft, path, problem);
  }
  if (!made || problem) {
    remove_draft();
    if (!made && made.error().id != "base.file_unreadable") {
      return tl::unexpected(made.error());
    }
    return fail("base.file_unwritable", {{"file", path}, {"reason", made ? problem.message() : made.error().message}});
  }
  return {};
}

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, Database::Mode mode,
                                           std::chrono::milliseconds busy_timeout) {
  if (mode == Database::Mode::read_write) {
    if (!std::filesystem::is_regular_file(path)) {
      return fail("base.file_unreadable", {{"file", path}, {"reason", "there is no such file"}});
    }
    if (!has_sqlite_header(path)) {
      return fail("registry.not_a_programme", {{"file", path}, {"reason", "it is not a GeoPackage"}});
    }
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX |
                    (mode == Database::Mode::create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  auto store = std::make_unique<SqliteStore>(handle, path);
  if (code != SQLITE_OK) {
    return storage_error(handle, code, path);
  }
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  register_st_functions(handle);
  // synchronous FULL: what import has reported as entered is on the disk also when the power fails.
  // Who never wrote keeps 8 MB of pages: with more, a result of 40 MB is copied through memory that nobody touched
  // before, at twice the time.
  FG_TRY_VOID(
      store->execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;"
                     "PRAGMA trusted_schema = ON; PRAGMA temp_store = MEMORY"));
  return store;
}

}  // namespace firmground::registry
