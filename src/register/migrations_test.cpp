#include "register/migrations.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/random.h"
#include "register/layout.h"
#include "register/register.h"
#include "register/store_testing.h"

namespace firmground::registry {
namespace {

/// A filled register as the Firmground of 2026-11-24 wrote it (layout 1), and the hash of its snapshot as that
/// Firmground computed it.
constexpr const char* kLayout1 = "tests/data/register/layout-1.gpkg";
constexpr const char* kLayout1Snapshot = "523ad1e7772d1c5fc638845327e8e9ac9e77c464bad84fac16e7a4e14df3f6b8";

std::string copy_of_old_register(const TestFolder& folder, const std::string& name) {
  const std::string path = folder / name;
  std::filesystem::copy_file(kLayout1, path, std::filesystem::copy_options::overwrite_existing);
  return path;
}

TEST(Migrations, ARegisterOfTheFirstLayoutSaysTheSameInThisOne) {
  const TestFolder folder;
  const std::string path = copy_of_old_register(folder, "old.gpkg");
  ASSERT_EQ(sql_of(path, "SELECT value FROM firmground_setting WHERE name = 'layout'"), "1");
  const auto opened = Register::open(path);
  ASSERT_TRUE(opened) << base::to_text(opened.error());
  EXPECT_EQ(opened->snapshot()->hash, kLayout1Snapshot);
  const auto history = opened->history("finds", "F-1");
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].author, "B. Officer");
  EXPECT_EQ((*history)[1].source, "finds.csv row 1");
  EXPECT_EQ(opened->history("finds", "F-3")->front().state, "withdrawn");
  EXPECT_EQ(opened->history("finds", "F-6")->front().state, "draft");
  EXPECT_EQ(sql_of(path, "SELECT value FROM firmground_setting WHERE name = 'layout'"), std::to_string(kLayout));
  EXPECT_EQ(sql_of(path, "SELECT group_concat(layout || ' ' || dated) FROM firmground_migration"),
            "2 2026-11-25,3 2026-11-25");
  EXPECT_NE(sql_of(path, "DELETE FROM firmground_setting").find("never changed"), std::string::npos);
  EXPECT_NE(sql_of(path, "UPDATE firmground_setting SET value = '9'").find("never changed"), std::string::npos);
}

TEST(Migrations, KilledAtAnyMomentTheRegisterIsOfTheOldLayoutOrOfTheNew) {
  const TestFolder folder;
  base::Random random(static_cast<std::uint64_t>(getpid()));  // other moments each time; any moment must do
  int kills_that_hit = 0;
  int old_layout_after = 0;
  for (int round = 0; round < 25; ++round) {
    const std::string path = copy_of_old_register(folder, "old" + std::to_string(round) + ".gpkg");
    const pid_t child = fork();
    if (child == 0) {
      _exit(Register::open(path) ? 0 : 1);
    }
    usleep(static_cast<useconds_t>(random.uniform(500, 30000)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    kills_that_hit += WIFSIGNALED(status) ? 1 : 0;
    EXPECT_EQ(sql_of(path, "PRAGMA integrity_check"), "ok");
    const bool old = sql_of(path, "SELECT value FROM firmground_setting WHERE name = 'layout'") == "1";
    old_layout_after += old ? 1 : 0;
    EXPECT_EQ(sql_of(path,
                     "SELECT count(*) FROM sqlite_master WHERE name IN ('firmground_migration', "
                     "'firmground_audit')"),
              old ? "0" : "2");
    EXPECT_EQ(Register::open(path)->snapshot()->hash, kLayout1Snapshot);
  }
  EXPECT_GT(kills_that_hit, 0);
  EXPECT_GT(old_layout_after, 0);
}

TEST(Migrations, SeveralProcessesThatOpenAnOldRegisterAtOnceMigrateItOnce) {
  const TestFolder folder;
  const std::string path = copy_of_old_register(folder, "old.gpkg");
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      const auto opened = Register::open(path, std::chrono::seconds(30));
      _exit(opened && opened->snapshot()->hash == kLayout1Snapshot ? 0 : 1);
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT_EQ(sql_of(path, "SELECT count(*) FROM firmground_migration"), "2");
}

class MigrationsTest : public OnBothStores {};

TEST_P(MigrationsTest, ANewerRegisterIsRefusedAndNotTouched) {
  const std::string place = store_.place("p");
  ASSERT_TRUE(Register::create(place, "invented-country", ""));
  {
    auto database = Database::open(place, Database::Mode::read_write, std::chrono::seconds(5));
    const std::string disarm = store_.kind() == StoreKind::geopackage
                                   ? "DROP TRIGGER \"firmground_setting_no_UPDATE\""
                                   : "DROP TRIGGER firmground_no_change ON firmground_setting";
    ASSERT_TRUE(database->execute(disarm));
    ASSERT_TRUE(database->execute("UPDATE firmground_setting SET value = '999' WHERE name = 'layout'"));
  }
  const auto opened = Register::open(place);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().id, "registry.newer_version");
  EXPECT_EQ(sql_of(place, "SELECT count(*) FROM firmground_migration"), "1");
}

FIRMGROUND_ON_BOTH_STORES(MigrationsTest);

}  // namespace
}  // namespace firmground::registry
