#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/random.h"
#include "register/register.h"
#include "register/store_testing.h"

/// The register survives being killed at any moment, a full disk and another writer: it is in the old state or in the
/// new one.
namespace firmground::registry {
namespace {

std::string many_finds(int count, int items) {
  std::string text = "find_id,release_id,found_on,device,count,longitude,latitude\n";
  for (int i = 0; i < count; ++i) {
    text += fmt::format("F-{},,2022-05-01,UXO,{},{},{}\n", i, items, 51 + 0.0001 * (i % 1000), 41 + 0.0001 * (i / 10));
  }
  return text;
}

/// Imports in a process of its own, which ends with 0 when the import was committed.
template <typename Before>
pid_t import_in_child(const std::string& programme, const std::string& file, const Before& before) {
  const pid_t child = fork();
  if (child == 0) {
    before();
    auto opened = Register::open(programme);
    const bool done = opened && opened->import_file(file, "finds", {});
    _exit(done ? 0 : 1);
  }
  return child;
}

std::string state_of(const std::string& programme) {
  if (!is_server_address(programme)) {
    EXPECT_EQ(sql_of(programme, "PRAGMA integrity_check"), "ok");
    EXPECT_EQ(sql_of(programme, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
    EXPECT_EQ(sql_of(programme, "SELECT rtreecheck('rtree_finds_geom')"), "ok");
  }
  EXPECT_EQ(sql_of(programme, "SELECT is_open FROM firmground_gate"), "0");
  return Register::open(programme)->snapshot()->hash;
}

class SurvivalTest : public OnBothStores {};

TEST_P(SurvivalTest, KilledAtAnyMomentTheRegisterIsInTheOldStateOrInTheNew) {
  const TestFolder& folder = store_.folder();
  const std::string programme = store_.place("p");
  ASSERT_TRUE(Register::create(programme, "invented-country", ""));
  base::Random random(static_cast<std::uint64_t>(getpid()));  // other moments each time; any moment must do
  std::string state = state_of(programme);
  int kills_that_hit = 0;
  for (int round = 1; round <= 12; ++round) {
    const std::string file = folder.write("finds.csv", many_finds(4000, round));
    const pid_t child = import_in_child(programme, file, [] {});
    usleep(static_cast<useconds_t>(random.uniform(1000, 150000)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    const std::string after = state_of(programme);
    if (WIFSIGNALED(status)) {
      ++kills_that_hit;
    } else {
      EXPECT_NE(after, state) << "an import that was reported as done is not there";
    }
    if (after != state) {
      EXPECT_EQ(sql_of(programme, fmt::format("SELECT count(*) FROM finds WHERE count = {}", round)), "4000");
    }
    state = after;
  }
  EXPECT_GT(kills_that_hit, 0);
}

/// Of a file only: the disk of a database server is not ours to fill, and its "no room" is told by the same error.
TEST(GeoPackageSurvival, AFullDiskRefusesTheImportAndChangesNothing) {
  const TestFolder folder;
  const std::string programme = folder / "p.gpkg";
  ASSERT_TRUE(Register::create(programme, "invented-country", ""));
  const std::string state = state_of(programme);
  const std::string file = folder.write("finds.csv", many_finds(8000, 1));
  for (const rlim_t room : {700'000UL, 900'000UL, 1'500'000UL, 2'500'000UL}) {
    const pid_t child = import_in_child(programme, file, [room] {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{room, room};
      setrlimit(RLIMIT_FSIZE, &limit);
    });
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 1) << room;
    EXPECT_EQ(state_of(programme), state) << room;
  }
  auto opened = Register::open(programme);
  EXPECT_TRUE(opened->import_file(file, "finds", {}));
}

TEST_P(SurvivalTest, AnotherWriterIsToldOfAfterATimeout) {
  const TestFolder& folder = store_.folder();
  const std::string programme = store_.place("p");
  ASSERT_TRUE(Register::create(programme, "invented-country", ""));
  auto other = Database::open(programme, Database::Mode::read_write, std::chrono::seconds(1));
  auto writing = Transaction::begin(*other, Transaction::Kind::write);
  ASSERT_TRUE(writing);
  auto opened = Register::open(programme, std::chrono::milliseconds(50));
  ASSERT_TRUE(opened) << base::to_text(opened.error());
  EXPECT_TRUE(opened->snapshot()) << "a reader never waits for a writer";
  const auto refused = opened->import_file(folder.write("finds.csv", many_finds(3, 1)), "finds", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.busy");
}

FIRMGROUND_ON_BOTH_STORES(SurvivalTest);

}  // namespace
}  // namespace firmground::registry
