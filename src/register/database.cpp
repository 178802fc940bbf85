#include "register/database.h"

#include <filesystem>
#include <utility>

#include "register/postgis/postgres_store.h"
#include "register/sqlite/sqlite_store.h"
#include "register/store.h"

namespace firmground::registry {

using base::Result;

Statement::Statement(std::unique_ptr<StoreStatement> statement) : statement_(std::move(statement)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::bind(int index, std::string_view text) {
  statement_->bind_text(index, text);
  return *this;
}
Statement& Statement::bind(int index, std::int64_t value) {
  statement_->bind_integer(index, value);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  statement_->bind_real(index, value);
  return *this;
}
Statement& Statement::bind_null(int index) {
  statement_->bind_null(index);
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  statement_->bind_blob(index, bytes);
  return *this;
}

Result<bool> Statement::step() {
  return statement_->step();
}
Result<void> Statement::run() {
  FG_TRY(const bool row, statement_->step());
  FG_CHECK(!row);
  statement_->reset();
  return {};
}
void Statement::reset() {
  statement_->reset();
}

bool Statement::is_null(int column) const {
  return statement_->is_null(column);
}
std::int64_t Statement::integer(int column) const {
  return statement_->integer(column);
}
double Statement::real(int column) const {
  return statement_->real(column);
}
std::string_view Statement::text(int column) const {
  return statement_->text(column);
}
std::string_view Statement::blob(int column) const {
  return statement_->blob(column);
}

Result<Database> Database::open(const std::string& location, Mode mode, std::chrono::milliseconds busy_timeout) {
  FG_TRY(auto store, is_postgres_address(location) ? open_postgres(location, busy_timeout)
                                                   : open_sqlite(location, mode, busy_timeout));
  return Database(std::move(store));
}

Result<void> create_store(const std::string& location, const std::function<Result<void>(Database&)>& fill) {
  return is_postgres_address(location) ? create_postgres(location, fill) : create_geopackage(location, fill);
}

bool is_server_address(std::string_view location) {
  return is_postgres_address(location);
}

std::string name_for_people(const std::string& location) {
  return is_postgres_address(location) ? address_without_password(location) : location;
}

std::string default_name(const std::string& location) {
  return is_postgres_address(location) ? database_name(location) : std::filesystem::path(location).stem().string();
}

Database::Database(std::unique_ptr<Store> store) : store_(std::move(store)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<void> Database::execute(const std::string& sql) {
  return store_->execute(sql);
}

Result<Statement> Database::prepare(std::string_view sql) const {
  FG_TRY(auto statement, store_->prepare(sql));
  return Statement(std::move(statement));
}

std::int64_t Database::last_insert_rowid() const {
  return store_->last_insert_rowid();
}
std::int64_t Database::changes() const {
  return store_->changes();
}
const std::string& Database::path() const {
  return store_->path();
}
const Dialect& Database::dialect() const {
  return store_->dialect();
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

BulkInsert::BulkInsert(std::unique_ptr<StoreBulk> bulk) : bulk_(std::move(bulk)) {}
BulkInsert::BulkInsert(BulkInsert&&) noexcept = default;
BulkInsert& BulkInsert::operator=(BulkInsert&&) noexcept = default;
BulkInsert::~BulkInsert() = default;

Result<BulkInsert> BulkInsert::into(Database& database, const std::string& table,
                                    const std::vector<std::string>& columns) {
  FG_TRY(auto bulk, database.store_->bulk(table, columns));
  return BulkInsert(std::move(bulk));
}
BulkInsert& BulkInsert::bind(int index, std::string_view text) {
  bulk_->bind_text(index, text);
  return *this;
}
BulkInsert& BulkInsert::bind(int index, std::int64_t value) {
  bulk_->bind_integer(index, value);
  return *this;
}
BulkInsert& BulkInsert::bind(int index, double value) {
  bulk_->bind_real(index, value);
  return *this;
}
BulkInsert& BulkInsert::bind_null(int index) {
  bulk_->bind_null(index);
  return *this;
}
BulkInsert& BulkInsert::bind_blob(int index, std::string_view bytes) {
  bulk_->bind_blob(index, bytes);
  return *this;
}
Result<void> BulkInsert::row() {
  return bulk_->row();
}
Result<void> BulkInsert::flush() {
  return bulk_->flush();
}
Result<void> BulkInsert::finish() {
  return bulk_->finish();
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  FG_TRY_VOID(database.store_->begin(kind));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) {
    database_->store_->roll_back();
  }
}

Result<void> Transaction::commit() {
  FG_TRY_VOID(database_->store_->commit());
  database_ = nullptr;
  return {};
}

namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out += c;
    if (c == quote) {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace

std::string sql_name(std::string_view name) {
  return quoted(name, '"');
}

std::string sql_literal(std::string_view text) {
  return quoted(text, '\'');
}

}  // namespace firmground::registry
