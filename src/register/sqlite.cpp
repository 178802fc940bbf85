#include "register/sqlite.h"

#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include <utility>

#include "register/geometry_blob.h"

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

}  // namespace

Statement::Statement(sqlite3* connection, sqlite3_stmt* handle, std::string path)
    : connection_(connection), handle_(handle), path_(std::move(path)) {}
Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}
Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}
Statement::~Statement() {
  sqlite3_finalize(handle_);
}

// SQLITE_STATIC throughout: the header asks the caller to keep the bytes alive, which saves a copy of every value of an
// import.
Statement& Statement::bind(int index, std::string_view text) {
  FG_CHECK(sqlite3_bind_text64(handle_, index, text.data() != nullptr ? text.data() : "", text.size(), SQLITE_STATIC,
                               SQLITE_UTF8) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, std::int64_t value) {
  FG_CHECK(sqlite3_bind_int64(handle_, index, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  FG_CHECK(sqlite3_bind_double(handle_, index, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind_null(int index) {
  FG_CHECK(sqlite3_bind_null(handle_, index) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  FG_CHECK(sqlite3_bind_blob64(handle_, index, bytes.data() != nullptr ? bytes.data() : "", bytes.size(),
                               SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW || code == SQLITE_DONE) {
    return code == SQLITE_ROW;
  }
  auto error = storage_error(connection_, sqlite3_extended_errcode(connection_), path_);
  sqlite3_reset(handle_);
  return error;
}

Result<void> Statement::run() {
  FG_TRY(const bool row, step());
  FG_CHECK(!row);
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(handle_);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(handle_, column);
}
std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return text == nullptr ? std::string_view() : std::string_view(text, sqlite3_column_bytes(handle_, column));
}
std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, sqlite3_column_bytes(handle_, column));
}

Result<Database> Database::open(const std::string& path, Mode mode, std::chrono::milliseconds busy_timeout) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX |
                    (mode == Mode::create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle, path);
  if (code != SQLITE_OK) {
    return storage_error(handle, code, path);
  }
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  register_st_functions(handle);
  // synchronous FULL: what import has reported as entered is on the disk also when the power fails.
  // The page cache (64 MB) holds a national import, so that it is written to the log once.
  FG_TRY_VOID(
      database.execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;"
                       "PRAGMA trusted_schema = ON; PRAGMA temp_store = MEMORY"));
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}
Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}
Database::~Database() {
  sqlite3_close_v2(handle_);
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return storage_error(handle_, sqlite3_extended_errcode(handle_), path_);
  }
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &handle, nullptr);
  if (code != SQLITE_OK) {
    return storage_error(handle_, code, path_);
  }
  return Statement(handle_, handle, path_);
}

std::int64_t Database::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(handle_);
}
std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

Result<std::optional<std::int64_t>> Database::integer(std::string_view sql) const {
  FG_TRY(auto statement, prepare(sql));
  FG_TRY(const bool row, statement.step());
  if (!row || statement.is_null(0)) {
    return std::optional<std::int64_t>();
  }
  return std::optional<std::int64_t>(statement.integer(0));
}

Result<std::string> Database::text(std::string_view sql) const {
  FG_TRY(auto statement, prepare(sql));
  FG_TRY(const bool row, statement.step());
  return row ? std::string(statement.text(0)) : std::string();
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  FG_TRY_VOID(database.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) {
    // After some failures (a full disk) SQLite has rolled back by itself; a second ROLLBACK then has nothing to do.
    static_cast<void>(database_->execute("ROLLBACK"));
  }
}

Result<void> Transaction::commit() {
  FG_TRY_VOID(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

std::string sql_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    text += c;
    if (c == '"') {
      text += c;
    }
  }
  return text + "\"";
}

}  // namespace firmground::registry
