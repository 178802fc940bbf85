#include "register/postgis/copy_in.h"

#include <optional>
#include <utility>

#include "register/postgis/wire.h"

namespace firmground::registry {

using base::Result;

namespace {

/// PostgreSQL's documentation, COPY, "Binary Format".
constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::size_t kSendAt = 1 << 20;

class CopyIn final : public StoreBulk {
 public:
  CopyIn(std::shared_ptr<Connection> connection, std::string table, std::string sql, std::vector<std::uint32_t> types)
      : connection_(std::move(connection)),
        table_(std::move(table)),
        sql_(std::move(sql)),
        types_(std::move(types)),
        fields_(types_.size()) {}

  void bind_text(int index, std::string_view text) override { field(index) = std::string(text); }
  void bind_integer(int index, std::int64_t value) override {
    std::string& bytes = field(index).emplace();
    switch (type(index)) {
      case wire::kReal8: return wire::put_real(bytes, static_cast<double>(value));
      case wire::kInteger2: return wire::put_integer(bytes, value, 2);
      case wire::kInteger4: return wire::put_integer(bytes, value, 4);
      default: return wire::put_integer(bytes, value, 8);
    }
  }
  void bind_real(int index, double value) override { wire::put_real(field(index).emplace(), value); }
  void bind_null(int index) override { field(index).reset(); }
  void bind_blob(int index, std::string_view bytes) override {
    field(index) = connection_->is_geometry(type(index)) ? wire::ewkb_of_blob(bytes) : std::string(bytes);
  }

  Result<void> row() override {
    wire::put_integer(rows_, static_cast<std::int64_t>(fields_.size()), 2);
    for (const auto& value : fields_) {
      wire::put_integer(rows_, value ? static_cast<std::int64_t>(value->size()) : -1, 4);
      rows_ += value ? *value : std::string();
    }
    return rows_.size() >= kSendAt ? flush() : Result<void>();
  }

  Result<void> flush() override {
    if (rows_.empty()) {
      return {};
    }
    FG_TRY_VOID(connection_->begin_copy(sql_));
    FG_TRY_VOID(connection_->put_copy(kHeader));
    wire::put_integer(rows_, -1, 2);
    FG_TRY_VOID(connection_->put_copy(rows_));
    rows_.clear();
    return connection_->end_copy();
  }

  Result<void> finish() override {
    FG_TRY_VOID(flush());
    return connection_->execute(
        "DO $$ DECLARE name TEXT; BEGIN SELECT column_name INTO name FROM information_schema.columns WHERE "
        "table_schema = 'firmground' AND table_name = " +
        sql_literal(table_) +
        " AND is_identity = 'YES'; IF name IS NOT NULL THEN EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, "
        "%L), coalesce(max(%I), 0) + 1, false) FROM %I', " +
        sql_literal("firmground." + sql_name(table_)) + ", name, name, " + sql_literal(table_) + "); END IF; END $$");
  }

 private:
  std::optional<std::string>& field(int index) { return fields_[static_cast<std::size_t>(index - 1)]; }
  std::uint32_t type(int index) const { return types_[static_cast<std::size_t>(index - 1)]; }

  std::shared_ptr<Connection> connection_;
  std::string table_, sql_;
  std::vector<std::uint32_t> types_;
  std::vector<std::optional<std::string>> fields_;
  std::string rows_;
};

}  // namespace

Result<std::unique_ptr<StoreBulk>> make_copy_in(std::shared_ptr<Connection> connection, const std::string& table,
                                                const std::vector<std::string>& columns) {
  std::string names;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + sql_name(column);
  }
  FG_TRY(const auto described, connection->prepare("SELECT " + names + " FROM " + sql_name(table)));
  return std::make_unique<CopyIn>(std::move(connection), table,
                                  "COPY " + sql_name(table) + " (" + names + ") FROM STDIN (FORMAT binary)",
                                  described->columns);
}

}  // namespace firmground::registry
