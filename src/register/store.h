#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "register/database.h"

/// What a store must be able to do; Database, Statement and Transaction (database.h) are the contract for everyone
/// else.
namespace firmground::registry {

class StoreStatement {
 public:
  virtual ~StoreStatement() = default;
  virtual void bind_text(int index, std::string_view text) = 0;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_real(int index, double value) = 0;
  virtual void bind_null(int index) = 0;
  virtual void bind_blob(int index, std::string_view bytes) = 0;
  virtual base::Result<bool> step() = 0;
  virtual void reset() = 0;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual std::string_view blob(int column) const = 0;
};

/// Rows for one table, gathered and sent many at once.
class StoreBulk {
 public:
  virtual ~StoreBulk() = default;
  virtual void bind_text(int index, std::string_view text) = 0;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_real(int index, double value) = 0;
  virtual void bind_null(int index) = 0;
  virtual void bind_blob(int index, std::string_view bytes) = 0;
  virtual base::Result<void> row() = 0;
  virtual base::Result<void> flush() = 0;
  virtual base::Result<void> finish() = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual base::Result<void> execute(const std::string& sql) = 0;
  virtual base::Result<std::unique_ptr<StoreStatement>> prepare(std::string_view sql) = 0;
  virtual base::Result<std::unique_ptr<StoreBulk>> bulk(const std::string& table,
                                                        const std::vector<std::string>& columns) = 0;
  virtual base::Result<void> begin(Transaction::Kind kind) = 0;
  virtual base::Result<void> commit() = 0;
  /// Never fails: what cannot be undone by asking is undone by the store itself.
  virtual void roll_back() = 0;
  virtual std::int64_t last_insert_rowid() = 0;
  virtual std::int64_t changes() const = 0;
  virtual const std::string& path() const = 0;
  virtual const Dialect& dialect() const = 0;
};

}  // namespace firmground::registry
