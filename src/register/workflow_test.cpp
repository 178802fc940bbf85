#include "register/workflow.h"

#include <gtest/gtest.h>

#include "register/entered_island_testing.h"
#include "register/merge.h"
#include "register/undo.h"
#include "register/verify.h"

namespace firmground::registry {
namespace {

class WorkflowTest : public EnteredIslandOnBothStores {
 protected:
  base::Result<DecisionOutcome> decide_one(Decision decision, const std::string& kind, const std::string& id,
                                           const std::string& reason = "", std::optional<std::int64_t> expected = {}) {
    const RecordName name{kind, id, expected};
    return decide(*programme_, decision, std::span(&name, 1), {"Orkhan", reason});
  }
  std::string error_of(const base::Result<DecisionOutcome>& outcome) const { return outcome ? "" : outcome.error().id; }
  void expect_whole() {
    const auto verification = verify(*programme_);
    ASSERT_TRUE(verification) << base::to_text(verification.error());
    EXPECT_TRUE(verification->whole()) << verification->findings.front().what;
  }
};

TEST_P(WorkflowTest, ADraftIsOnTheMapOnlyAfterItWasApproved) {
  enter_one("hazards", hazard("HA-1"), "draft");
  EXPECT_TRUE(now().hazards.empty());
  ASSERT_TRUE(decide_one(Decision::submit, "hazards", "HA-1"));
  EXPECT_TRUE(now().hazards.empty());
  ASSERT_TRUE(decide_one(Decision::approve, "hazards", "HA-1", "outline checked on the sheet"));
  EXPECT_EQ(now().hazards.size(), 1U);
  const auto versions = history("hazards", "HA-1");
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_EQ(versions[0].state, "approved");
  EXPECT_EQ(versions[0].author, "Orkhan");
  EXPECT_EQ(versions[0].action, "approve");
  EXPECT_EQ(versions[0].reason, "outline checked on the sheet");
  EXPECT_EQ(versions[2].state, "draft");
  expect_whole();
}

TEST_P(WorkflowTest, ARejectionSaysWhyAndTheAuthorSubmitsAgain) {
  enter_one("finds", find("F-1", 2), "submitted");
  EXPECT_EQ(error_of(decide_one(Decision::reject, "finds", "F-1")), "registry.reason_needed");
  ASSERT_TRUE(decide_one(Decision::reject, "finds", "F-1", "count is illegible on the photograph"));
  EXPECT_EQ(error_of(decide_one(Decision::approve, "finds", "F-1")), "registry.transition_refused");
  enter_one("finds", find("F-1", 3), "submitted");
  ASSERT_TRUE(decide_one(Decision::approve, "finds", "F-1"));
  EXPECT_EQ(now().finds.front().count, 3);
  EXPECT_EQ(history("finds", "F-1")[2].reason, "count is illegible on the photograph");
}

TEST_P(WorkflowTest, TwoReviewersAtOnceAreToldOfEachOther) {
  enter_one("finds", find("F-1", 2), "submitted");
  ASSERT_TRUE(decide_one(Decision::reject, "finds", "F-1", "no date", 1));
  EXPECT_EQ(error_of(decide_one(Decision::approve, "finds", "F-1", "", 1)), "registry.conflict");
  EXPECT_TRUE(now().finds.empty());
}

TEST_P(WorkflowTest, TakingAnApprovalBackShowsWhatWasApprovedBefore) {
  enter_one("finds", find("F-1", 2));
  enter_one("finds", find("F-1", 9, "2022-06-01"));
  EXPECT_EQ(now().finds.front().count, 9);
  EXPECT_EQ(error_of(decide_one(Decision::submit, "finds", "F-1")), "registry.reason_needed");
  ASSERT_TRUE(decide_one(Decision::submit, "finds", "F-1", "the count is of another find"));
  EXPECT_EQ(now().finds.front().count, 2);
  EXPECT_EQ(history("finds", "F-1").front().state, "submitted");
  ASSERT_TRUE(decide_one(Decision::approve, "finds", "F-1", "it was right"));
  EXPECT_EQ(now().finds.front().count, 9);
  expect_whole();
}

TEST_P(WorkflowTest, AWithdrawnRecordLeavesTheMapAndMayComeBack) {
  enter_one("finds", find("F-1", 2, "2022-08-01"));
  enter_one("finds", find("F-1", 3, ""), "draft");
  ASSERT_TRUE(decide_one(Decision::withdraw, "finds", "F-1", "entered twice"));
  EXPECT_TRUE(now().finds.empty());
  ASSERT_TRUE(decide_one(Decision::approve, "finds", "F-1", "it was not"));
  ASSERT_EQ(now().finds.size(), 1U);
  EXPECT_EQ(now().finds.front().count, 2);
  expect_whole();
}

TEST_P(WorkflowTest, AHazardLeavesTheMapOnlyByAReleaseAMergerOrTwoPeople) {
  enter_one("hazards", hazard("HA-1"));
  for (const Decision decision : {Decision::withdraw, Decision::reject, Decision::submit}) {
    EXPECT_EQ(error_of(decide_one(decision, "hazards", "HA-1", "no such area")), "registry.hazard_needs_evidence");
  }
  ASSERT_EQ(now().hazards.size(), 1U);
  const RecordName name[] = {{"hazards", "HA-1", {}}};
  const auto alone = decide(*programme_, Decision::withdraw, name, {"Leyla", "no such area", false, "Leyla"});
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().id, "registry.two_people");
  const auto agreed = decide(*programme_, Decision::withdraw, name, {"Leyla", "no such area", false, "Orkhan"});
  ASSERT_TRUE(agreed) << base::to_text(agreed.error());
  EXPECT_TRUE(now().hazards.empty());
  EXPECT_EQ(history("hazards", "HA-1").front().author, "Leyla and Orkhan");
  expect_whole();
}

TEST_P(WorkflowTest, AHazardThatShowsWhatWasApprovedBeforeHasNotLeftTheMap) {
  enter_one("hazards", hazard("HA-1"));
  enter_one("hazards", hazard("HA-1", 51.001));
  ASSERT_TRUE(decide_one(Decision::reject, "hazards", "HA-1", "the outline is of another area"));
  EXPECT_EQ(now().hazards.size(), 1U);
}

TEST_P(WorkflowTest, ANewOutlineOfAHazardIsApprovedByOnePerson) {
  enter_one("hazards", hazard("HA-1"));
  enter_one("hazards", hazard("HA-1", 51.001), "submitted");
  const auto approved = decide_one(Decision::approve, "hazards", "HA-1");
  ASSERT_TRUE(approved) << base::to_text(approved.error());
  EXPECT_EQ(now().hazards.size(), 1U);
}

TEST_P(WorkflowTest, AHazardThatIsOnNoMapIsWithdrawnByOnePerson) {
  enter_one("hazards", hazard("HA-1"), "draft");
  EXPECT_TRUE(decide_one(Decision::withdraw, "hazards", "HA-1", "typed twice"));
}

TEST_P(WorkflowTest, AFileWithdrawsNoHazard) {
  enter_one("hazards", hazard("HA-1"));
  ImportOptions options;
  options.state = "withdrawn";
  folder().write("hazards.geojson",
                 R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"hazard_id":"HA-1"},)"
                 R"("geometry":{"type":"Point","coordinates":[51.0,41.0]}}]})");
  const auto refused = programme_->import_file(folder() / "hazards.geojson", "hazards", options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.hazards_withdrawn_by_file");
  EXPECT_EQ(now().hazards.size(), 1U);
}

TEST_P(WorkflowTest, WhatOthersLinkToIsNotWithdrawnUnderThem) {
  enter_one("hazards", hazard("HA-1"));
  enter_one("land-release", release("LR-1", "HA-1"));
  const auto refused = decide_one(Decision::withdraw, "hazards", "HA-1", "no such area");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.still_linked");
  EXPECT_NE(refused.error().message.find("land-release"), std::string::npos);
  EXPECT_EQ(now().hazards.size(), 1U);
}

TEST_P(WorkflowTest, AReleaseIsNotApprovedBeforeItsHazard) {
  enter_one("hazards", hazard("HA-1"), "submitted");
  enter_one("land-release", release("LR-1", "HA-1"), "submitted");
  EXPECT_EQ(error_of(decide_one(Decision::approve, "land-release", "LR-1")), "registry.link_broken");
  const RecordName both[] = {{"hazards", "HA-1", {}}, {"land-release", "LR-1", {}}};
  const auto approved = decide(*programme_, Decision::approve, both, {"Orkhan", "checked together"});
  ASSERT_TRUE(approved) << base::to_text(approved.error());
  EXPECT_EQ(approved->decided, 2);
  EXPECT_EQ(now().land_releases.size(), 1U);
}

TEST_P(WorkflowTest, OneRecordThatCannotBeDecidedOnHoldsTheOthersOnlyWhenAsked) {
  enter_one("finds", find("F-1", 1), "submitted");
  const RecordName names[] = {{"finds", "F-1", {}}, {"finds", "F-9", {}}};
  EXPECT_EQ(error_of(decide(*programme_, Decision::approve, names, {"Orkhan", ""})), "registry.no_such_record");
  EXPECT_TRUE(now().finds.empty());
  const auto good = decide(*programme_, Decision::approve, names, {"Orkhan", "", true});
  ASSERT_TRUE(good);
  EXPECT_EQ(good->decided, 1);
  ASSERT_EQ(good->obstacles.size(), 1U);
  EXPECT_EQ(good->obstacles.front().record.id, "F-9");
}

TEST_P(WorkflowTest, AWholeFileOfDraftsIsApprovedAtOnce) {
  folder().write("finds.csv",
                 "find_id,found_on,device,count,longitude,latitude\nF-1,2022-05-01,AP mine,1,51.1,41.1\n"
                 "F-2,2022-05-02,AP mine,1,51.1,41.1\n");
  ImportOptions options;
  options.state = "draft";
  ASSERT_TRUE(programme_->import_file(folder() / "finds.csv", "finds", options));
  const auto names = records_of_batch(*programme_, 1);
  ASSERT_EQ(names->size(), 2U);
  ASSERT_TRUE(decide(*programme_, Decision::approve, *names, {"Orkhan", "file checked"}));
  EXPECT_EQ(now().finds.size(), 2U);
  EXPECT_EQ(records_of_batch(*programme_, 77).error().id, "registry.no_such_batch");
}

TEST_P(WorkflowTest, MergedDuplicatesLeaveOneRecordAndBothHistories) {
  enter_one("hazards", hazard("HA-1"));
  enter_one("hazards", hazard("HA-1-bis", 51.0001));
  enter_one("land-release", release("LR-1", "HA-1-bis"));
  const auto merged = merge(*programme_, {"hazards", "HA-1-bis", "HA-1", "Orkhan", "same field, surveyed twice"});
  ASSERT_TRUE(merged) << base::to_text(merged.error());
  EXPECT_EQ(merged->links, 1);
  ASSERT_EQ(now().hazards.size(), 1U);
  EXPECT_EQ(now().hazards.front().hazard_id, "HA-1");
  EXPECT_EQ(now().land_releases.front().hazard_id, "HA-1");
  EXPECT_EQ(history("hazards", "HA-1-bis").size(), 2U);
  EXPECT_EQ(history("land-release", "LR-1").size(), 2U);
  EXPECT_EQ(*merged_into(*programme_, "hazards", "HA-1-bis"), std::optional<std::string>("HA-1"));
  EXPECT_EQ(*merged_from(*programme_, "hazards", "HA-1"), std::vector<std::string>{"HA-1-bis"});
  EXPECT_EQ(merge(*programme_, {"hazards", "HA-1-bis", "HA-1", "Orkhan", "again"}).error().id,
            "registry.merge_refused");
  expect_whole();

  ASSERT_TRUE(undo_import(*programme_, merged->batch, "Leyla", "they are two fields after all"));
  EXPECT_EQ(now().hazards.size(), 2U);
  EXPECT_EQ(now().land_releases.front().hazard_id, "HA-1-bis");
  EXPECT_FALSE(merged_into(*programme_, "hazards", "HA-1-bis")->has_value());
  expect_whole();
}

TEST_P(WorkflowTest, AWholeBatchIsTakenBackWithItsTrace) {
  enter_one("finds", find("F-1", 5, "2022-01-01"));
  const std::string before = now().hash;
  const std::string text =
      "find_id,found_on,device,count,longitude,latitude\nF-1,2022-05-01,AP mine,7,51.1,41.1\n"
      "F-2,2022-05-02,AP mine,1,51.1,41.1\nF-3,2022-05-02,AP mine,1,51.1,41.1\n";
  folder().write("finds.csv", text);
  ASSERT_TRUE(programme_->import_file(folder() / "finds.csv", "finds", {}));
  enter_one("finds", find("F-3", 4, "2022-05-02"));
  const std::string then = batches(*programme_)->at(1).entered_at;
  EXPECT_EQ(undo_import(*programme_, 2, "Leyla", "").error().id, "registry.reason_needed");

  const auto undone = undo_import(*programme_, 2, "Leyla", "wrong datum");
  ASSERT_TRUE(undone) << base::to_text(undone.error());
  EXPECT_EQ(undone->versions, 3);
  EXPECT_EQ(undone->restored, 1);
  EXPECT_EQ(undone->gone, 1);
  EXPECT_EQ(undone->later, 1);
  ASSERT_EQ(now().finds.size(), 2U);
  EXPECT_EQ(now().finds[0].count, 5);
  EXPECT_EQ(programme_->snapshot({}, then)->finds.size(), 3U) << "what was shown then is still what was shown then";
  EXPECT_EQ(history("finds", "F-2").size(), 1U);
  EXPECT_EQ(batches(*programme_)->back().undone_by, 0);
  EXPECT_EQ(batches(*programme_)->at(2).undone_by, 4);
  EXPECT_EQ(undo_import(*programme_, 2, "Leyla", "again").error().id, "registry.undone_already");
  EXPECT_EQ(undo_import(*programme_, 4, "Leyla", "no").error().id, "registry.not_undoable");
  EXPECT_EQ(undo_import(*programme_, 40, "Leyla", "no").error().id, "registry.no_such_batch");
  expect_whole();

  const auto again = programme_->import_file(folder() / "finds.csv", "finds", {});
  EXPECT_EQ(again->accepted, 3) << "the corrected office may send the same rows again";
  EXPECT_NE(now().hash, before);
  expect_whole();
}

TEST_P(WorkflowTest, TakingHazardsBackTellsWhichReleasesStandAlone) {
  enter_one("hazards", hazard("HA-1"));
  enter_one("land-release", release("LR-1", "HA-1"));
  EXPECT_EQ(undo_import(*programme_, 1, "Leyla", "wrong country").error().id, "registry.hazard_needs_evidence");
  EXPECT_EQ(now().hazards.size(), 1U);
  const auto undone = undo_import(*programme_, 1, "Leyla", "wrong country", "Orkhan");
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->orphans, 1);
  EXPECT_EQ(verify(*programme_)->open_link_count, 1);
}

FIRMGROUND_ON_BOTH_STORES(WorkflowTest);

}  // namespace
}  // namespace firmground::registry
