#include "register/entry.h"

#include <gtest/gtest.h>

#include "register/register.h"
#include "register/store_testing.h"

namespace firmground::registry {
namespace {

/// A programme on the invented island; finds are entered one by one, as a form or a rule does.
class EntryTest : public OnBothStores {
 protected:
  void SetUp() override {
    OnBothStores::SetUp();
    if (IsSkipped()) {
      return;
    }
    programme_.emplace(std::move(Register::create(store_.place("island"), "invented-country", "Island").value()));
  }

  static mineaction::Record find(const std::string& id, const std::string& date, std::int64_t count) {
    const mineaction::Kind& kind = *mineaction::find_kind("finds");
    mineaction::Record record;
    record.values.resize(kind.fields.size());
    record.values[kind.field_index("find_id")] = id;
    record.values[kind.field_index("found_on")] = date;
    record.values[kind.field_index("device")] = std::string("AP mine");
    record.values[kind.field_index("count")] = count;
    record.geometry.points = {{51.1, 41.1}};
    return record;
  }
  base::Result<std::vector<EnteredVersion>> enter_one(const mineaction::Record& record,
                                                      std::optional<std::int64_t> expected = {},
                                                      const std::string& state = "approved") {
    const NewVersion version{"finds", record, expected};
    return enter(*programme_, std::span(&version, 1), {"Leyla", "typed from the form", "form 12", state});
  }
  std::vector<VersionInfo> all(Choice choice) {
    std::vector<VersionInfo> versions;
    const auto done = for_each_record(*programme_, "finds", choice, [&](const VersionInfo& version) {
      versions.push_back(version);
      return base::Result<void>();
    });
    EXPECT_TRUE(done);
    return versions;
  }

  std::optional<Register> programme_;
};

TEST_P(EntryTest, AFindTypedByHandStandsInTheRegisterWithItsReason) {
  const auto entered = enter_one(find("F-1", "2022-05-01", 2), 0);
  ASSERT_TRUE(entered) << base::to_text(entered.error());
  EXPECT_EQ(entered->front().version, 1);
  ASSERT_EQ(programme_->snapshot()->finds.size(), 1U);
  const auto history = programme_->history("finds", "F-1");
  ASSERT_EQ(history->size(), 1U);
  EXPECT_EQ(history->front().author, "Leyla");
  EXPECT_EQ(history->front().reason, "typed from the form");
  EXPECT_EQ(history->front().source, "form 12");
  EXPECT_EQ(history->front().action, "enter");
}

TEST_P(EntryTest, TheSecondOfTwoEditorsIsToldOfTheFirst) {
  ASSERT_TRUE(enter_one(find("F-1", "2022-05-01", 2)));
  ASSERT_TRUE(enter_one(find("F-1", "2022-05-01", 3), 1));
  const auto late = enter_one(find("F-1", "2022-05-01", 4), 1);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().id, "registry.conflict");
  EXPECT_EQ(programme_->snapshot()->finds[0].count, 3);
  EXPECT_EQ(enter_one(find("F-1", "2022-05-01", 4), 0).error().id, "registry.conflict");
}

TEST_P(EntryTest, ARecordGoesBackToWhatItSaidEarlier) {
  ASSERT_TRUE(enter_one(find("F-1", "2022-05-01", 2)));
  ASSERT_TRUE(enter_one(find("F-1", "2022-05-01", 3)));
  const auto back = enter_one(find("F-1", "2022-05-01", 2), 2);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->front().version, 3);
  EXPECT_EQ(programme_->snapshot()->finds[0].count, 2);
  const auto again = enter_one(find("F-1", "2022-05-01", 2), 3);
  EXPECT_TRUE(again->front().unchanged);
  EXPECT_EQ(programme_->history("finds", "F-1")->size(), 3U);
}

TEST_P(EntryTest, OneBadRecordKeepsAllOfThemOut) {
  const NewVersion versions[] = {{"finds", find("F-1", "2022-05-01", 2), {}},
                                 {"finds", find("F-2", "yesterday", 2), {}}};
  const auto entered = enter(*programme_, versions, {"Leyla", "", "form"});
  ASSERT_FALSE(entered);
  EXPECT_EQ(entered.error().id, "registry.value_invalid");
  EXPECT_NE(entered.error().message.find("found_on cannot be 'yesterday'"), std::string::npos)
      << entered.error().message;
  EXPECT_TRUE(programme_->snapshot()->finds.empty());
}

TEST_P(EntryTest, ADraftIsLatestButNotCurrent) {
  ASSERT_TRUE(enter_one(find("F-2", "2022-05-01", 2)));
  ASSERT_TRUE(enter_one(find("F-1", "2022-05-02", 1)));
  ASSERT_TRUE(enter_one(find("F-2", "2022-05-01", 9), {}, "draft"));
  const auto current = all(Choice::current);
  ASSERT_EQ(current.size(), 2U);
  EXPECT_EQ(current[1].version, 1);
  const auto latest = all(Choice::latest);
  ASSERT_EQ(latest.size(), 2U);
  EXPECT_EQ(latest[0].record.values[0], mineaction::Value(std::string("F-1")));
  EXPECT_EQ(latest[1].version, 2);
  EXPECT_EQ(latest[1].state, "draft");
}

FIRMGROUND_ON_BOTH_STORES(EntryTest);

}  // namespace
}  // namespace firmground::registry
