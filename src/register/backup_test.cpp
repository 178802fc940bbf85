#include "register/backup.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "register/attachment.h"
#include "register/database.h"
#include "register/entered_island_testing.h"
#include "register/vault.h"
#include "register/verify.h"

namespace firmground::registry {
namespace {

class BackupTest : public EnteredIsland {
 protected:
  std::string copy() const { return folder_ / "copy.gpkg"; }
  static std::string hash_of(const std::string& path) { return Register::open(path)->snapshot()->hash; }
  std::size_t files_in_folder() const {
    const std::filesystem::directory_iterator begin(folder_.path());
    return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
  }
};

TEST_F(BackupTest, ABackupIsTheProgrammeWithItsPapersAndItsLockedVault) {
  enter_one("hazards", hazard("HA-1"));
  ASSERT_TRUE(attach(*programme_, {"hazards", "HA-1", folder_.write("sketch.png", "a drawing"), "", "Leyla", ""}));
  const VaultKey leyla{"Leyla", "", folder_.write("leyla.key", std::string(40, 'k'))};
  ASSERT_TRUE(create_vault(*programme_, leyla));
  ASSERT_TRUE(add_to_vault(*programme_, leyla, {"V-1", "Rashad", "", "", "", "", "", ""}));
  const auto made = backup(path(), copy());
  ASSERT_TRUE(made) << base::to_text(made.error());
  EXPECT_EQ(made->versions, 1);
  EXPECT_EQ(made->attachments, 1);
  EXPECT_TRUE(made->vault);
  EXPECT_EQ(made->head, verify(*programme_)->head);
  EXPECT_EQ(hash_of(copy()), now().hash);
  auto reopened = Register::open(copy());
  EXPECT_TRUE(std::filesystem::exists(attachments_of(*reopened, "hazards", "HA-1")->front().path));
  EXPECT_EQ(read_vault(*reopened, leyla, "V-1", "to see")->name, "Rashad");
  EXPECT_EQ(backup(path(), copy()).error().id, "registry.exists");
}

TEST_F(BackupTest, WhoeverWritesMeanwhileIsNotHeldUpAndTheCopyIsOfOneMoment) {
  std::atomic<bool> stop = false;
  std::atomic<int> entered = 0;
  std::thread writer([&] {
    auto own = Register::open(path()).value();
    for (int i = 0; !stop; ++i) {
      const NewVersion both[] = {{"finds", find("F-" + std::to_string(i), 1), {}},
                                 {"hazards", hazard("HA-" + std::to_string(i)), {}}};
      const auto done = enter(own, both, {"Leyla", "", "form"});
      ASSERT_TRUE(done) << base::to_text(done.error());
      ++entered;
    }
  });
  while (entered < 3) {
    std::this_thread::yield();
  }
  for (int i = 0; i < 3; ++i) {
    const std::string to = folder_ / ("copy" + std::to_string(i) + ".gpkg");
    const auto made = backup(path(), to);
    ASSERT_TRUE(made) << base::to_text(made.error());
    const auto snapshot = Register::open(to)->snapshot();
    EXPECT_EQ(snapshot->finds.size(), snapshot->hazards.size()) << "an entry is in the copy whole or not at all";
    EXPECT_GE(snapshot->finds.size(), 3U);
  }
  stop = true;
  writer.join();
}

TEST_F(BackupTest, ARestoredProgrammeGoesOnWhereTheBackupStood) {
  enter_one("finds", find("F-1", 2));
  ASSERT_TRUE(backup(path(), copy()));
  const std::string then = now().hash;
  enter_one("finds", find("F-2", 9));
  EXPECT_EQ(restore(copy(), path(), Existing::refuse).error().id, "registry.restore_exists");
  EXPECT_EQ(now().finds.size(), 2U);
  programme_.reset();
  const auto made = restore(copy(), path(), Existing::set_aside);
  ASSERT_TRUE(made) << base::to_text(made.error());
  EXPECT_EQ(hash_of(path()), then);
  EXPECT_EQ(Register::open(made->replaced)->snapshot()->finds.size(), 2U) << "what was there is kept";
  programme_.emplace(std::move(Register::open(path()).value()));
  enter_one("finds", find("F-3", 1));
  EXPECT_TRUE(verify(*programme_)->whole());
}

TEST_F(BackupTest, ABackupThatWasTamperedWithIsNotRestored) {
  enter_one("finds", find("F-1", 2));
  ASSERT_TRUE(backup(path(), copy()));
  {
    auto database = Database::open(copy(), Database::Mode::read_write, std::chrono::seconds(5)).value();
    ASSERT_TRUE(database.execute("DROP TRIGGER finds_version_no_UPDATE; UPDATE finds_version SET count = 0"));
  }
  const std::size_t files = files_in_folder();
  const auto made = restore(copy(), folder_ / "again.gpkg", Existing::refuse);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().id, "registry.backup_not_whole");
  EXPECT_NE(made.error().message.find("finds F-1, version 1"), std::string::npos) << made.error().message;
  EXPECT_EQ(files_in_folder(), files) << "nothing is left behind";
  EXPECT_EQ(restore(folder_ / "none.gpkg", folder_ / "again.gpkg", Existing::refuse).error().id,
            "base.file_unreadable");
}

TEST_F(BackupTest, AProgrammeThatSomebodyWritesIntoIsNotReplaced) {
  ASSERT_TRUE(backup(path(), copy()));
  auto other = Database::open(path(), Database::Mode::read_write, std::chrono::seconds(5)).value();
  const auto writing = Transaction::begin(other, Transaction::Kind::write);
  ASSERT_TRUE(writing);
  EXPECT_EQ(restore(copy(), path(), Existing::set_aside).error().id, "registry.busy");
  EXPECT_TRUE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace firmground::registry
