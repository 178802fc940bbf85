#include "register/backup.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "register/attachment.h"
#include "register/database.h"
#include "register/entered_island_testing.h"
#include "register/undo.h"
#include "register/vault.h"
#include "register/verify.h"

namespace firmground::registry {
namespace {

/// The programme is in either store; a backup is a file.
class BackupOfEitherStore : public EnteredIslandOnBothStores {
 protected:
  void SetUp() override {
    EnteredIslandOnBothStores::SetUp();
    setenv("FIRMGROUND_ATTACHMENTS", (folder() / "papers").c_str(), 1);
    setenv("FIRMGROUND_VAULT", (folder() / "nation.vault").c_str(), 1);
  }
  void TearDown() override {
    unsetenv("FIRMGROUND_ATTACHMENTS");
    unsetenv("FIRMGROUND_VAULT");
  }
  /// A hazard with a sketch, a victim's name in the vault, a release that was taken back.
  void fill() {
    enter_one("hazards", hazard("HA-1"));
    ASSERT_TRUE(attach(*programme_, {"hazards", "HA-1", folder().write("sketch.png", "a drawing"), "", "Leyla", ""}));
    ASSERT_TRUE(create_vault(*programme_, leyla()));
    ASSERT_TRUE(add_to_vault(*programme_, leyla(), {"V-1", "Rashad", "", "", "", "", "", ""}));
    enter_one("land-release", release("LR-1", "HA-1"));
    ASSERT_TRUE(undo_import(*programme_, programme_->last_entry().value(), "Orkhan", "entered twice"));
  }
  VaultKey leyla() const { return {"Leyla", "", folder().write("leyla.key", std::string(40, 'k'))}; }
  std::string copy() const { return folder() / "copy.gpkg"; }
  /// Everything that was entered, in the words of the audit chain.
  static std::string entries(const std::string& place) {
    return rows_of(place,
                   "SELECT action || '/' || author || '/' || subject || '/' || reason FROM firmground_audit "
                   "ORDER BY link_id");
  }
};

TEST_P(BackupOfEitherStore, ABackupIsTheProgrammeWithItsPapersAndItsLockedVault) {
  fill();
  const auto made = backup(path_, copy());
  ASSERT_TRUE(made) << base::to_text(made.error());
  EXPECT_EQ(made->versions, 2);
  EXPECT_EQ(made->attachments, 1);
  EXPECT_TRUE(made->vault);
  EXPECT_EQ(made->head, verify(*programme_)->head);
  auto reopened = Register::open(copy());
  EXPECT_EQ(reopened->snapshot()->hash, now().hash);
  EXPECT_EQ(entries(copy()), entries(path_));
  EXPECT_TRUE(std::filesystem::exists(attachments_of(*reopened, "hazards", "HA-1")->front().path));
  EXPECT_EQ(read_vault(*reopened, leyla(), "V-1", "to see")->name, "Rashad");
  EXPECT_EQ(backup(path_, copy()).error().id, "registry.exists");
}

TEST_P(BackupOfEitherStore, ABackupIsRestoredIntoAProgrammeThatGoesOn) {
  fill();
  ASSERT_TRUE(backup(path_, copy()));
  const std::string then = now().hash;
  setenv("FIRMGROUND_ATTACHMENTS", (folder() / "other-papers").c_str(), 1);
  setenv("FIRMGROUND_VAULT", (folder() / "other.vault").c_str(), 1);
  const std::string place = store_.place("again");
  const auto made = restore(copy(), place, Existing::refuse);
  ASSERT_TRUE(made) << base::to_text(made.error());
  EXPECT_EQ(made->attachments, 1);
  EXPECT_TRUE(made->vault);
  EXPECT_EQ(entries(place), entries(copy()));
  programme_.emplace(std::move(Register::open(place).value()));
  EXPECT_EQ(now().hash, then);
  EXPECT_EQ(read_vault(*programme_, leyla(), "V-1", "to see")->name, "Rashad");
  enter_one("finds", find("F-1", 1));
  const auto verification = verify(*programme_);
  EXPECT_TRUE(verification->whole()) << verification->findings.front().what;
}

TEST_P(BackupOfEitherStore, ALostAttachmentMakesNoBackup) {
  fill();
  std::filesystem::remove(attachments_of(*programme_, "hazards", "HA-1")->front().path);
  const auto refused = backup(path_, copy());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.backup_not_whole");
  EXPECT_NE(refused.error().message.find("sketch.png is missing"), std::string::npos) << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

TEST_P(BackupOfEitherStore, WhoeverWritesMeanwhileIsNotHeldUpAndTheCopyIsOfOneMoment) {
  std::atomic<bool> stop = false;
  std::atomic<int> entered = 0;
  std::thread writer([&] {
    auto own = Register::open(path_).value();
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
    const std::string to = folder() / ("copy" + std::to_string(i) + ".gpkg");
    const auto made = backup(path_, to);
    ASSERT_TRUE(made) << base::to_text(made.error());
    const auto snapshot = Register::open(to)->snapshot();
    EXPECT_EQ(snapshot->finds.size(), snapshot->hazards.size()) << "an entry is in the copy whole or not at all";
    EXPECT_GE(snapshot->finds.size(), 3U);
  }
  stop = true;
  writer.join();
}

FIRMGROUND_ON_BOTH_STORES(BackupOfEitherStore);

class RestoreIntoDatabase : public EnteredIsland {
 protected:
  void SetUp() override {
    if (!server_.usable()) {
      GTEST_SKIP() << "no PostgreSQL: run through ctest, or tools/postgres.py run COMMAND";
    }
    EnteredIsland::SetUp();
  }
  TestStore server_{StoreKind::postgresql};
};

TEST_F(RestoreIntoDatabase, AProgrammeInPostgresqlIsNeverReplaced) {
  ASSERT_TRUE(backup(path(), folder_ / "copy.gpkg"));
  const std::string place = server_.place("other");
  ASSERT_TRUE(Register::create(place, "invented-country", "Other"));
  const std::string before = Register::open(place)->snapshot()->hash;
  const auto refused = restore(folder_ / "copy.gpkg", place, Existing::set_aside);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.restore_needs_empty_database");
  EXPECT_EQ(Register::open(place)->snapshot()->hash, before);
}

TEST_F(RestoreIntoDatabase, WithoutAPlaceForPapersOrVaultNothingIsMadeInPostgresql) {
  enter_one("hazards", hazard("HA-1"));
  ASSERT_TRUE(attach(*programme_, {"hazards", "HA-1", folder_.write("sketch.png", "a drawing"), "", "Leyla", ""}));
  ASSERT_TRUE(backup(path(), folder_ / "copy.gpkg"));
  const std::string place = server_.place("again");
  EXPECT_EQ(restore(folder_ / "copy.gpkg", place, Existing::refuse).error().id, "registry.attachments_need_folder");
  EXPECT_FALSE(Register::open(place));
  ASSERT_TRUE(create_vault(*programme_, {"Leyla", "", folder_.write("leyla.key", std::string(40, 'k'))}));
  ASSERT_TRUE(backup(path(), folder_ / "second.gpkg"));
  EXPECT_EQ(restore(folder_ / "second.gpkg", place, Existing::refuse).error().id, "registry.vault_needs_file");
  EXPECT_FALSE(Register::open(place));
}

TEST_F(RestoreIntoDatabase, ABackupIntoPostgresqlIsRefused) {
  EXPECT_EQ(backup(path(), "postgresql://me:secret@db/nation").error().id, "registry.backup_needs_file");
  EXPECT_EQ(base::to_text(backup(path(), "postgresql://me:secret@db/nation").error()).find("secret"),
            std::string::npos);
}

class BackupTest : public EnteredIsland {
 protected:
  std::string copy() const { return folder_ / "copy.gpkg"; }
  static std::string hash_of(const std::string& path) { return Register::open(path)->snapshot()->hash; }
  std::size_t files_in_folder() const {
    const std::filesystem::directory_iterator begin(folder_.path());
    return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
  }
};

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
