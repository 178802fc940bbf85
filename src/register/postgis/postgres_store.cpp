#include "register/postgis/postgres_store.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "register/dialect.h"
#include "register/postgis/connection.h"
#include "register/postgis/copy_in.h"
#include "register/postgis/postgis_dialect.h"
#include "register/postgis/wire.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

/// Writers of one programme queue for this advisory lock ("firm" in ASCII); it is of the database, so programmes in
/// other databases of the server do not wait for it.
constexpr std::int64_t kWriterLock = 0x6669726d;

class PostgresStatement final : public StoreStatement {
 public:
  PostgresStatement(std::shared_ptr<Connection> connection, std::shared_ptr<PreparedStatement> prepared)
      : connection_(std::move(connection)),
        prepared_(std::move(prepared)),
        bound_(static_cast<std::size_t>(prepared_->statement.parameters)) {}

  void bind_text(int index, std::string_view text) override { bound(index) = {Kind::text, 0, 0, text}; }
  void bind_integer(int index, std::int64_t value) override { bound(index) = {Kind::integer, value, 0, {}}; }
  void bind_real(int index, double value) override { bound(index) = {Kind::real, 0, value, {}}; }
  void bind_null(int index) override { bound(index) = {}; }
  void bind_blob(int index, std::string_view bytes) override { bound(index) = {Kind::blob, 0, 0, bytes}; }

  Result<bool> step() override {
    if (!result_) {
      encoded_.clear();
      std::vector<WireValue> values;
      const auto& slots = prepared_->statement.slots;
      for (std::size_t i = 0; i < slots.size(); ++i) {
        values.push_back(encode(slots[i], prepared_->types[i]));
      }
      FG_TRY(result_, connection_->run(*prepared_, values));
      row_ = -1;
    }
    decoded_.clear();
    ++row_;
    return row_ < PQntuples(result_.get());
  }
  void reset() override { result_.reset(); }

  bool is_null(int column) const override { return PQgetisnull(result_.get(), row_, column) != 0; }
  std::int64_t integer(int column) const override {
    return is_null(column) ? 0 : wire::integer_of(type(column), bytes(column));
  }
  double real(int column) const override { return is_null(column) ? 0 : wire::real_of(type(column), bytes(column)); }
  std::string_view text(int column) const override {
    if (is_null(column)) {
      return {};
    }
    return wire::is_text(type(column)) ? bytes(column)
                                       : decoded_.emplace_back(wire::text_of(type(column), bytes(column)));
  }
  std::string_view blob(int column) const override {
    if (is_null(column) || !connection_->is_geometry(type(column))) {
      return is_null(column) ? std::string_view() : bytes(column);
    }
    auto blob = wire::blob_of_ewkb(bytes(column));
    // What cannot be read is handed on as it is, so that decode_blob refuses it in its own words.
    return blob ? std::string_view(decoded_.emplace_back(std::move(*blob))) : bytes(column);
  }

 private:
  enum class Kind { null, text, integer, real, blob };
  struct Bound {
    Kind kind = Kind::null;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view bytes;
  };

  Bound& bound(int index) {
    FG_CHECK(index >= 1 && index <= static_cast<int>(bound_.size()));
    result_.reset();
    return bound_[static_cast<std::size_t>(index - 1)];
  }
  std::uint32_t type(int column) const { return PQftype(result_.get(), column); }
  std::string_view bytes(int column) const {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }

  WireValue kept(std::string bytes, bool is_text) { return {false, is_text, encoded_.emplace_back(std::move(bytes))}; }

  WireValue encode(const PlaceholderSlot& slot, std::uint32_t type) {
    const Bound& value = bound_[static_cast<std::size_t>(slot.index - 1)];
    if (slot.means == PlaceholderSlot::Means::is_null) {
      return kept(std::string(1, value.kind == Kind::null ? '\1' : '\0'), false);
    }
    switch (value.kind) {
      case Kind::null: return {};
      case Kind::text:
        return {false, !wire::is_text(type) && type != wire::kBytes,
                value.bytes.data() != nullptr ? value.bytes : std::string_view("")};
      case Kind::blob:
        return connection_->is_geometry(type)
                   ? kept(wire::ewkb_of_blob(value.bytes), false)
                   : WireValue{false, false, value.bytes.data() != nullptr ? value.bytes : std::string_view("")};
      case Kind::integer: return encode_integer(value.integer, type);
      case Kind::real: {
        std::string bytes;
        if (type == wire::kReal8) {
          wire::put_real(bytes, value.real);
          return kept(std::move(bytes), false);
        }
        return kept(fmt::format("{}", value.real), true);
      }
    }
    FG_CHECK(false);
  }

  WireValue encode_integer(std::int64_t value, std::uint32_t type) {
    std::string bytes;
    if (type == wire::kInteger8) {
      wire::put_integer(bytes, value, 8);
      return kept(std::move(bytes), false);
    }
    if (type == wire::kReal8) {
      wire::put_real(bytes, static_cast<double>(value));
      return kept(std::move(bytes), false);
    }
    return kept(std::to_string(value), true);  // the server reads it as what it needs, or refuses it
  }

  std::shared_ptr<Connection> connection_;
  std::shared_ptr<PreparedStatement> prepared_;
  std::vector<Bound> bound_;
  std::deque<std::string> encoded_;
  mutable std::deque<std::string> decoded_;
  ResultPtr result_;
  int row_ = -1;
};

class PostgresStore final : public Store {
 public:
  PostgresStore(std::unique_ptr<Connection> connection, std::chrono::milliseconds busy_timeout)
      : connection_(std::move(connection)), busy_timeout_(busy_timeout) {}

  Result<void> execute(const std::string& sql) override {
    connection_->mend();
    return connection_->execute(sql);
  }

  Result<std::unique_ptr<StoreStatement>> prepare(std::string_view sql) override {
    FG_TRY(auto prepared, connection_->prepare(sql));
    return std::make_unique<PostgresStatement>(connection_, std::move(prepared));
  }

  Result<std::unique_ptr<StoreBulk>> bulk(const std::string& table, const std::vector<std::string>& columns) override {
    return make_copy_in(connection_, table, columns);
  }

  Result<void> begin(Transaction::Kind kind) override {
    const std::string sql = kind == Transaction::Kind::read
                                ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                : fmt::format("BEGIN; SET LOCAL lock_timeout = {}; SELECT pg_advisory_xact_lock({})",
                                              std::max<std::int64_t>(busy_timeout_.count(), 1), kWriterLock);
    auto begun = execute(sql);
    if (!begun && begun.error().id == "registry.connection_failed") {
      begun = execute(sql);  // the server was restarted since the last question; nothing of ours was under way
    }
    if (!begun) {
      roll_back();
    }
    return begun;
  }
  Result<void> commit() override { return connection_->execute("COMMIT"); }
  void roll_back() override {
    if (connection_->in_transaction()) {
      static_cast<void>(connection_->execute("ROLLBACK"));
    }
  }

  std::int64_t last_insert_rowid() override {
    auto last = prepare("SELECT lastval()");
    if (!last) {
      return 0;
    }
    const auto row = (*last)->step();
    return row && *row ? (*last)->integer(0) : 0;
  }
  std::int64_t changes() const override { return connection_->changes(); }
  const std::string& path() const override { return connection_->path(); }
  const Dialect& dialect() const override { return postgis_dialect(); }

 private:
  std::shared_ptr<Connection> connection_;
  std::chrono::milliseconds busy_timeout_;
};

/// Parts of an address; nothing when libpq cannot read it.
std::optional<std::string> part_of(const std::string& address, std::string_view keyword) {
  PQconninfoOption* options = PQconninfoParse(address.c_str(), nullptr);
  if (options == nullptr) {
    return std::nullopt;
  }
  std::string value;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->keyword == keyword && option->val != nullptr) {
      value = option->val;
    }
  }
  PQconninfoFree(options);
  return value;
}

}  // namespace

bool is_postgres_address(std::string_view location) {
  return location.starts_with("postgresql://") || location.starts_with("postgres://");
}

std::string address_without_password(const std::string& address) {
  const auto host = part_of(address, "host");
  if (!host) {
    return "postgresql://…";
  }
  const std::string user = *part_of(address, "user");
  const std::string port = *part_of(address, "port");
  const bool folder = host->starts_with('/');
  return fmt::format("postgresql://{}{}{}{}/{}{}", user, user.empty() ? "" : "@", folder ? "" : *host,
                     port.empty() ? "" : ":" + port, *part_of(address, "dbname"), folder ? "?host=" + *host : "");
}

std::string database_name(const std::string& address) {
  return part_of(address, "dbname").value_or("");
}

Result<std::unique_ptr<Store>> open_postgres(const std::string& address, std::chrono::milliseconds busy_timeout) {
  if (!part_of(address, "host")) {
    return fail("registry.address_unreadable");
  }
  FG_TRY(auto connection, Connection::open(address, busy_timeout));
  return std::make_unique<PostgresStore>(std::move(connection), busy_timeout);
}

Result<void> create_postgres(const std::string& address, const std::function<Result<void>(Database&)>& fill) {
  FG_TRY(auto database, Database::open(address, Database::Mode::create, std::chrono::seconds(5)));
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
  FG_TRY(const auto tables, database.dialect().tables(database));
  if (!tables.empty()) {
    return fail("registry.exists", {{"file", database.path()}});
  }
  FG_TRY_VOID(fill(database));
  return transaction.commit();
}

}  // namespace firmground::registry
