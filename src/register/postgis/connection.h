#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "register/postgis/placeholders.h"

struct pg_conn;
struct pg_result;

/// One session of libpq: what a statement and a transaction of a PostgreSQL store run on.
namespace firmground::registry {

struct ClearResult {
  void operator()(pg_result* result) const;
};
using ResultPtr = std::unique_ptr<pg_result, ClearResult>;

/// A parameter as it travels: nothing is NULL.
struct WireValue {
  bool is_null = true;
  bool is_text = false;  ///< in the text format of the type; else binary
  std::string_view bytes;
};

/// A statement that the server has parsed.
struct PreparedStatement {
  std::string name;
  TranslatedStatement statement;
  std::vector<std::uint32_t> types;    ///< of its parameters, as the server found them
  std::vector<std::uint32_t> columns;  ///< types of its rows
  std::uint64_t session = 0;           ///< in which it was parsed
};

class Connection {
 public:
  static base::Result<std::unique_ptr<Connection>> open(const std::string& address, std::chrono::milliseconds patience);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// One or several statements without parameters.  Errors: as Database::execute(); registry.connection_failed,
  /// registry.not_permitted.
  base::Result<void> execute(const std::string& sql);
  /// Parsed once per session and text.
  base::Result<std::shared_ptr<PreparedStatement>> prepare(std::string_view sql);
  base::Result<ResultPtr> run(PreparedStatement& statement, const std::vector<WireValue>& values);
  /// Rows in PostgreSQL's binary COPY format.
  base::Result<void> begin_copy(const std::string& sql);
  base::Result<void> put_copy(std::string_view bytes);
  base::Result<void> end_copy();

  /// Connects anew when the server has gone away and no transaction is open; what was parsed is parsed again.
  void mend();
  bool in_transaction() const;
  /// The type `geometry` of PostGIS has no fixed OID.
  bool is_geometry(std::uint32_t type);
  std::int64_t changes() const { return changes_; }
  const std::string& path() const { return path_; }

 private:
  Connection(pg_conn* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  base::Result<void> set_up();
  base::Result<void> parse(PreparedStatement& statement);
  base::Result<ResultPtr> checked(pg_result* result);

  pg_conn* handle_;
  std::string path_;
  std::map<std::string, std::shared_ptr<PreparedStatement>, std::less<>> prepared_;
  std::uint64_t session_ = 1;
  std::uint64_t names_ = 0;
  std::uint32_t geometry_type_ = 0;
  std::int64_t changes_ = 0;
};

}  // namespace firmground::registry
