#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "register/database.h"
#include "register/test_folder.h"

namespace firmground::registry {

/// The two stores on which the same tests run. Which is which stands at the end of a test's name.
enum class StoreKind { geopackage, postgresql };

inline std::string store_name(const testing::TestParamInfo<StoreKind>& info) {
  return info.param == StoreKind::geopackage ? "geopackage" : "postgresql";
}

#define FIRMGROUND_ON_BOTH_STORES(suite) \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, testing::Values(StoreKind::geopackage, StoreKind::postgresql), store_name)

/// Address of the server of tools/postgres.py, with the database `postgres`; "" when none was started. ctest starts
/// one.
inline std::string test_server() {
  const char* file = std::getenv("FIRMGROUND_TEST_POSTGRES");
  std::string address;
  if (file != nullptr) {
    std::getline(std::ifstream(file), address);
    EXPECT_FALSE(address.empty()) << "FIRMGROUND_TEST_POSTGRES names " << file << ", which holds no address";
  }
  return address;
}

/// Places for new programmes in one store, gone when the test ends.
class TestStore {
 public:
  explicit TestStore(StoreKind kind) : kind_(kind) {
    if (kind == StoreKind::postgresql) {
      server_ = test_server();
    }
  }
  TestStore(const TestStore&) = delete;
  TestStore& operator=(const TestStore&) = delete;
  ~TestStore() {
    for (const std::string& name : databases_) {
      on_server("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }
  }

  /// False when the test needs a server and none runs: started by hand the tests of PostgreSQL are then passed over.
  bool usable() const { return kind_ == StoreKind::geopackage || !server_.empty(); }
  StoreKind kind() const { return kind_; }
  const TestFolder& folder() const { return folder_; }

  /// Where a programme can be made: a path, or the address of an empty database with PostGIS.
  std::string place(const std::string& stem) {
    if (kind_ == StoreKind::geopackage) {
      return folder_ / (stem + ".gpkg");
    }
    static std::atomic<int> count = 0;
    const std::string name = "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
    EXPECT_TRUE(on_server("CREATE DATABASE " + name + " TEMPLATE firmground_template"));
    databases_.push_back(name);
    const std::string any = "/postgres?";
    return std::string(server_).replace(server_.find(any), any.size(), "/" + name + "?");
  }

 private:
  bool on_server(const std::string& sql) const {
    auto database = Database::open(server_, Database::Mode::read_write, std::chrono::seconds(5));
    const auto done = database ? database->execute(sql) : base::Result<void>(tl::unexpected(database.error()));
    EXPECT_TRUE(done) << base::to_text(done.error());
    return done.has_value();
  }

  StoreKind kind_;
  TestFolder folder_;
  std::string server_;
  std::vector<std::string> databases_;
};

/// First column of the first row, or what the store said, on a connection of its own.
inline std::string sql_of(const std::string& programme, const std::string& statement) {
  auto database = Database::open(programme, Database::Mode::read_write, std::chrono::seconds(5));
  const auto result =
      database ? database->text(statement) : base::Result<std::string>(tl::unexpected(database.error()));
  return result ? *result : result.error().message;
}

/// First column of all rows, each followed by a blank.
inline std::string rows_of(const std::string& programme, const std::string& statement) {
  auto database = Database::open(programme, Database::Mode::read_write, std::chrono::seconds(5));
  auto rows = database->prepare(statement);
  std::string all;
  while (rows && *rows->step()) {
    all += std::string(rows->text(0)) + " ";
  }
  return all;
}

/// A test that runs once on each store.
class OnBothStores : public testing::TestWithParam<StoreKind> {
 protected:
  OnBothStores() : store_(GetParam()) {}
  void SetUp() override {
    if (!store_.usable()) {
      GTEST_SKIP() << "no PostgreSQL: run through ctest, or tools/postgres.py run COMMAND";
    }
  }
  TestStore store_;
};

}  // namespace firmground::registry
