#include "register/verify.h"

#include <gtest/gtest.h>

#include "register/database.h"
#include "register/entered_island_testing.h"
#include "register/undo.h"
#include "register/workflow.h"

namespace firmground::registry {
namespace {

/// Somebody opens the file with another program, takes the triggers away and changes something.
class VerifyTest : public EnteredIsland {
 protected:
  void SetUp() override {
    EnteredIsland::SetUp();
    folder_.write("finds.csv",
                  "find_id,found_on,device,count,longitude,latitude\nF-1,2022-05-01,AP mine,1,51.1,41.1\n"
                  "F-2,2022-05-02,AP mine,4,51.1,41.1\nF-3,2022-05-02,AP mine,1,51.2,41.2\n");
    ASSERT_TRUE(programme_->import_file(folder_ / "finds.csv", "finds", {}));
    enter_one("hazards", hazard("HA-1"));
    enter_one("finds", find("F-2", 6));
    ASSERT_TRUE(verify(*programme_)->whole());
  }

  /// Runs SQL on a connection of its own, with all triggers of the file dropped.
  void tamper(const std::string& sql) {
    auto database = Database::open(path(), Database::Mode::read_write, std::chrono::seconds(5)).value();
    ASSERT_TRUE(database.execute("PRAGMA foreign_keys = OFF"));
    const std::string drops =
        database
            .text(
                "SELECT group_concat('DROP TRIGGER \"' || name || '\"', ';') FROM sqlite_master WHERE type = "
                "'trigger'")
            .value();
    ASSERT_TRUE(database.execute("BEGIN;" + drops + ";COMMIT"));
    const auto done = database.execute(sql);
    ASSERT_TRUE(done) << base::to_text(done.error());
  }
  std::string first_finding(const std::string& head = "") {
    const auto verification = verify(*programme_, head);
    EXPECT_TRUE(verification) << base::to_text(verification.error());
    EXPECT_FALSE(verification->whole());
    return verification->findings.empty() ? "" : verification->findings.front().what;
  }
  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
};

TEST_F(VerifyTest, AnUntouchedRegisterIsWholeAndSaysItsHead) {
  const auto verification = verify(*programme_);
  EXPECT_EQ(verification->links, 4);
  EXPECT_EQ(verification->versions, 5);
  EXPECT_EQ(verification->head.size(), 64U);
  const auto later = [&] {
    enter_one("finds", find("F-9", 1));
    return verify(*programme_, verification->head);
  }();
  EXPECT_TRUE(later->whole()) << "a head that was noted earlier stays in the chain";
  EXPECT_NE(later->head, verification->head);
}

TEST_F(VerifyTest, AChangedValueIsNamed) {
  tamper("UPDATE finds_version SET count = 7 WHERE find_id = 'F-2' AND version_number = 1");
  EXPECT_EQ(first_finding(), "finds F-2, version 1: its values or its geometry were changed after it was entered");
}

TEST_F(VerifyTest, OneByteOfAnOutlineIsFound) {
  tamper("UPDATE hazards_version SET geom = substr(geom, 1, 70) || x'2a' || substr(geom, 72)");
  EXPECT_EQ(first_finding(), "hazards HA-1, version 1: its values or its geometry were changed after it was entered");
}

TEST_F(VerifyTest, AnOutlineThatCannotBeReadAnyMoreIsNamedToo) {
  tamper("UPDATE hazards_version SET geom = substr(geom, 1, 61) || x'ffff' || substr(geom, 64)");
  EXPECT_EQ(first_finding(), "hazards HA-1, version 1: its values or its geometry were changed after it was entered");
}

TEST_F(VerifyTest, WhoeverCorrectsTheHashTooIsFoundAllTheSame) {
  tamper(
      "UPDATE finds_version SET version_hash = (SELECT version_hash FROM finds_version WHERE find_id = 'F-3'), "
      "count = 1 WHERE find_id = 'F-1'");
  tamper("UPDATE finds_version SET version_state = 'draft' WHERE find_id = 'F-3'");
  const auto verification = verify(*programme_);
  EXPECT_TRUE(says(verification->findings[0].what, "finds F-1, version 1")) << verification->findings[0].what;
  EXPECT_EQ(verification->findings[0].where.substr(0, 24), "entry 2: import of finds");
}

TEST_F(VerifyTest, AChangedDateOrStateIsNamed) {
  tamper("UPDATE finds_version SET version_information_date = '2019-01-01' WHERE find_id = 'F-3'");
  EXPECT_EQ(first_finding(), "finds F-3, version 1: its identity, date, state, source row or hash was changed");
}

TEST_F(VerifyTest, ADeletedVersionIsNamed) {
  tamper("DELETE FROM finds_version WHERE find_id = 'F-3'");
  EXPECT_EQ(first_finding(), "finds F-3: a version was deleted");
}

TEST_F(VerifyTest, AVersionPutInBesideTheChainIsNamed) {
  tamper(
      "INSERT INTO finds_version (version_record, version_number, version_batch, version_row, version_state, "
      "version_hash, find_id, count) SELECT version_record, 9, version_batch, 1, version_state, version_hash, find_id, "
      "count FROM finds_version WHERE find_id = 'F-3'");
  EXPECT_TRUE(says(first_finding(), "finds F-3, version 9")) << first_finding();
}

TEST_F(VerifyTest, RowsThatChangedPlacesAreNamed) {
  tamper("UPDATE finds_version SET version_id = 1000 WHERE find_id = 'F-1'");
  EXPECT_EQ(first_finding(), "finds F-1, version 1: a version was moved from its place");
}

TEST_F(VerifyTest, AnEntryWhoseAuthorWasChangedIsNamed) {
  tamper("UPDATE firmground_batch SET author = 'nobody' WHERE batch_id = 2");
  EXPECT_TRUE(says(first_finding(), "the entry's own line")) << first_finding();
}

TEST_F(VerifyTest, ALinkOfTheChainThatWasChangedOrTakenOutIsNamed) {
  tamper("UPDATE firmground_audit SET reason = 'none' WHERE link_id = 3");
  EXPECT_TRUE(says(first_finding(), "entry 3 does not follow")) << first_finding();
  tamper("DELETE FROM firmground_audit WHERE link_id = 2");
  EXPECT_TRUE(says(first_finding(), "entry 2 of the chain is missing")) << first_finding();
}

TEST_F(VerifyTest, AChainCutAtItsEndIsFoundByTheBatchesItForgets) {
  tamper("DELETE FROM firmground_audit WHERE link_id = 4");
  EXPECT_TRUE(says(first_finding(), "batch 3 stands in the register")) << first_finding();
}

TEST_F(VerifyTest, AChainThatWasMadeAnewIsFoundByTheHeadNotedOutside) {
  const std::string head = verify(*programme_)->head;
  enter_one("finds", find("F-8", 1));
  tamper(
      "DELETE FROM firmground_audit WHERE link_id = 5; DELETE FROM finds WHERE find_id = 'F-8'; DELETE FROM "
      "finds_version WHERE find_id = 'F-8'; DELETE FROM firmground_record WHERE local_id = 'F-8'; DELETE FROM "
      "firmground_batch WHERE batch_id = 4");
  EXPECT_TRUE(verify(*programme_, head)->whole()) << "a register set back to an older day has the older heads";
  const auto held = verify(*programme_, std::string(64, 'a'));
  EXPECT_FALSE(held->head_known);
  EXPECT_FALSE(held->whole());
}

TEST_F(VerifyTest, AMapThatShowsWhatNobodyApprovedIsFound) {
  tamper("UPDATE finds SET count = 40 WHERE find_id = 'F-3'");
  EXPECT_TRUE(says(first_finding(), "finds F-3: the layer that maps show")) << first_finding();
  tamper("DELETE FROM hazards WHERE hazard_id = 'HA-1'");
  EXPECT_EQ(verify(*programme_)->finding_count, 2);
}

TEST_F(VerifyTest, ATakingBackThatWasDroppedIsNamed) {
  ASSERT_TRUE(undo_import(*programme_, 1, "Leyla", "wrong datum"));
  ASSERT_TRUE(verify(*programme_)->whole());
  tamper("DELETE FROM firmground_revocation WHERE record_id = 1");
  EXPECT_TRUE(says(first_finding(), "finds F-1: the taking back of a version was deleted")) << first_finding();
}

}  // namespace
}  // namespace firmground::registry
