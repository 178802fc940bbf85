#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

/// A thin layer over the two stores of a programme: SQLite through its C API, PostgreSQL through libpq. One connection,
/// its statements, a transaction that undoes itself. Nothing outside src/register sees SQL, and only sqlite/ and
/// postgis/ see a client library.  A Database and its Statements belong to one thread at a time.
namespace firmground::registry {

class Dialect;
class Store;
class StoreBulk;
class StoreStatement;

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  /// Parameters count from 1. Text and blobs are not copied: they must live until the next step() or reset().
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind_null(int index);
  Statement& bind_blob(int index, std::string_view bytes);

  /// True when there is a row to read, false when done.  Errors: as Database::execute().
  base::Result<bool> step();
  /// Runs a statement that gives no rows and makes it ready to be bound again.
  base::Result<void> run();
  void reset();

  /// Columns count from 0. Views are valid until the next step() or reset().
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  /// A geometry is a GeoPackage blob on either store.
  std::string_view blob(int column) const;

 private:
  friend class Database;
  explicit Statement(std::unique_ptr<StoreStatement> statement);
  std::unique_ptr<StoreStatement> statement_;
};

class Database {
 public:
  enum class Mode { create, read_write };

  /// `location`: the path of a GeoPackage file, or postgresql://[user@]host[:port]/database.
  /// `busy_timeout`: how long to wait for another writer.  Errors: base.file_unreadable, base.file_unwritable;
  /// registry.connection_failed.
  static base::Result<Database> open(const std::string& location, Mode mode, std::chrono::milliseconds busy_timeout);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  /// One or several statements without parameters.
  /// Errors: registry.busy (another writer), registry.no_room (disk full), registry.refused (a trigger or constraint,
  /// in its words), registry.damaged (not a database, or its pages are), registry.storage_failed (all else).
  base::Result<void> execute(const std::string& sql);
  /// Compiles one statement. The SQL is the common part of both stores: numbered placeholders `?1`, names in double
  /// quotes, ON CONFLICT ... DO, RETURNING, coalesce, IS NOT DISTINCT FROM; 0 and 1 are kept for false and true.
  base::Result<Statement> prepare(std::string_view sql) const;

  std::int64_t last_insert_rowid() const;
  /// Rows that the last INSERT, UPDATE or DELETE changed itself (not its triggers).
  std::int64_t changes() const;
  /// First column of the first row as an integer; nothing without a row.
  base::Result<std::optional<std::int64_t>> integer(std::string_view sql) const;
  base::Result<std::string> text(std::string_view sql) const;

  /// How the programme is named to people: the path, or the address without its password.
  const std::string& path() const;
  const Dialect& dialect() const;

 private:
  friend class BulkInsert;
  friend class Transaction;
  explicit Database(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

/// Many rows for one table, faster than by statements: COPY on PostgreSQL. Numbers of rows are given, not made. Rows
/// may not be there for other statements before flush() or finish().  REQUIRES: a writing transaction around it.
class BulkInsert {
 public:
  static base::Result<BulkInsert> into(Database& database, const std::string& table,
                                       const std::vector<std::string>& columns);
  BulkInsert(BulkInsert&&) noexcept;
  BulkInsert& operator=(BulkInsert&&) noexcept;
  ~BulkInsert();

  /// As Statement::bind, until row(); every column is bound for every row.
  BulkInsert& bind(int index, std::string_view text);
  BulkInsert& bind(int index, std::int64_t value);
  BulkInsert& bind(int index, double value);
  BulkInsert& bind_null(int index);
  BulkInsert& bind_blob(int index, std::string_view bytes);
  /// Errors: as Database::execute(), for this row or an earlier one.
  base::Result<void> row();
  /// Shows the rows so far to other statements.
  base::Result<void> flush();
  /// Also lets the numbers that the store makes itself go on after those that were given.
  base::Result<void> finish();

 private:
  explicit BulkInsert(std::unique_ptr<StoreBulk> bulk);
  std::unique_ptr<StoreBulk> bulk_;
};

/// Undone on destruction unless committed: a failure on any path leaves the register as it was. Of a programme there is
/// one writing transaction at a time on either store, so that entries are numbered in the order in which others see
/// them; readers see one state throughout and wait for nobody. After an error only undoing is possible.
class Transaction {
 public:
  enum class Kind { read, write };
  /// Errors: registry.busy when another writer does not finish within the busy timeout.
  static base::Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  base::Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

/// Makes a new store and fills it, whole or not at all. `fill` runs inside a transaction.
/// Errors: registry.exists, base.file_unwritable; registry.connection_failed; those of `fill`.
base::Result<void> create_store(const std::string& location, const std::function<base::Result<void>(Database&)>& fill);
/// Whether a programme is named by the address of a database server, not by the path of a file.
bool is_server_address(std::string_view location);
/// How a programme is named to people: the path, or the address without its password.
std::string name_for_people(const std::string& location);
/// What a programme is called when nobody names it: the stem of its file, or the name of its database.
std::string default_name(const std::string& location);

/// `"name"` with quotes inside doubled, for names of tables and columns.
std::string sql_name(std::string_view name);
/// `'text'` with quotes inside doubled, where SQL takes no parameter: in table definitions.
std::string sql_literal(std::string_view text);

}  // namespace firmground::registry
