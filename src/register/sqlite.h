#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

/// A thin layer over the SQLite C API: one connection, its statements, a transaction that undoes itself.
/// Nothing outside src/register sees SQL. A Database and its Statements belong to one thread at a time.
namespace firmground::registry {

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
  std::string_view blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* connection, sqlite3_stmt* handle, std::string path);
  sqlite3* connection_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
  std::string path_;
};

class Database {
 public:
  enum class Mode { create, read_write };

  /// Foreign keys on, write-ahead log, the ST_ functions that GeoPackage triggers call.
  /// `busy_timeout`: how long to wait for another writer.  Errors: base.file_unreadable, base.file_unwritable.
  static base::Result<Database> open(const std::string& path, Mode mode, std::chrono::milliseconds busy_timeout);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  /// Errors: registry.busy (another writer), registry.no_room (disk full), registry.refused (a trigger or constraint,
  /// in its words), registry.damaged (not a database, or its pages are), registry.storage_failed (all else).
  base::Result<void> execute(const std::string& sql);
  /// Compiles one statement.  REQUIRES: the SQL is ours and valid (CHECKed, except on a damaged file).
  base::Result<Statement> prepare(std::string_view sql) const;

  std::int64_t last_insert_rowid() const;
  /// Rows that the last INSERT, UPDATE or DELETE changed itself (not its triggers).
  std::int64_t changes() const;
  /// First column of the first row as an integer; nothing without a row.
  base::Result<std::optional<std::int64_t>> integer(std::string_view sql) const;
  base::Result<std::string> text(std::string_view sql) const;
  const std::string& path() const { return path_; }

 private:
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  sqlite3* handle_ = nullptr;
  std::string path_;
};

/// Undone on destruction unless committed: a failure on any path leaves the file as it was.
class Transaction {
 public:
  enum class Kind { read, write };
  static base::Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  base::Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

/// `"name"` with quotes inside doubled, for names of tables and columns.
std::string sql_name(std::string_view name);

}  // namespace firmground::registry
