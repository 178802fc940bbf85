#include "register/check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "register/test_folder.h"

namespace firmground::registry {
namespace {

/// A programme on the invented island with two finds that are not as they should be.
class CheckTest : public testing::Test {
 protected:
  void SetUp() override {
    programme_.emplace(std::move(Register::create(folder_ / "island.gpkg", "invented-country", "Island").value()));
    enter("FI-1", "PMN");
    enter("FI-2", " unknown ");
    enter("FI-3", "TM-46 ");
  }

  void enter(const std::string& id, const std::string& model, const std::string& state = "approved") {
    const mineaction::Kind& kind = *mineaction::find_kind("finds");
    mineaction::Record record;
    record.values.resize(kind.fields.size());
    record.values[kind.field_index("find_id")] = id;
    record.values[kind.field_index("device")] = std::string("AP mine");
    record.values[kind.field_index("model")] = model;
    record.values[kind.field_index("count")] = std::int64_t{1};
    record.geometry.points.push_back({51.1 + 0.001 * static_cast<double>(id.back() - '0'), 41.1});
    const NewVersion version{"finds", record, {}};
    const auto entered = registry::enter(*programme_, {&version, 1}, {"Leyla", "a form", "form", state, "enter"});
    ASSERT_TRUE(entered) << base::to_text(entered.error());
  }
  CheckResult checked(CheckOptions options = {}) {
    options.today = base::Date(2026, 11, 1);
    auto result = check(*programme_, options);
    EXPECT_TRUE(result) << base::to_text(result.error());
    return std::move(*result);
  }
  std::string told(const CheckOptions& options = {}) {
    std::string text;
    const CheckResult result = checked(options);
    for (const auto& finding : result.findings) {
      text += fmt::format("{} {}\n", finding.rule->id, finding.list->id(finding.index));
    }
    return text;
  }
  std::string model(const std::string& id) {
    const auto versions = programme_->history("finds", id).value();
    const auto& value = versions.front().record.values[mineaction::find_kind("finds")->field_index("model")];
    return value.index() == 0 ? "not known" : std::get<std::string>(value);
  }

  TestFolder folder_;
  std::optional<Register> programme_;
};

TEST_F(CheckTest, AFixIsANewVersionWithAuthorReasonAndRuleAndTheFaultIsGone) {
  EXPECT_EQ(told(), "blanks-around FI-2\nblanks-around FI-3\nunknown-as-text FI-2\n");
  const CheckResult before = checked();
  const FixOutcome outcome = fix(*programme_, before, "Aynur", false).value();
  EXPECT_EQ(outcome.fixed.size(), 2U);
  EXPECT_EQ(told(), "");
  EXPECT_EQ(model("FI-2"), "not known");
  EXPECT_EQ(model("FI-3"), "TM-46");
  const auto versions = programme_->history("finds", "FI-3").value();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].author, "Aynur");
  EXPECT_EQ(versions[0].reason, "quality rule blanks-around");
  EXPECT_EQ(versions[0].action, "fix");
  EXPECT_EQ(versions[1].author, "Leyla");
  EXPECT_EQ(programme_->history("finds", "FI-1").value().size(), 1U) << "what is in order is left alone";
}

TEST_F(CheckTest, ADryRunSaysTheSameAndChangesNothing) {
  const CheckResult before = checked();
  const FixOutcome outcome = fix(*programme_, before, "Aynur", true).value();
  EXPECT_EQ(outcome.fixed.size(), 2U);
  EXPECT_EQ(model("FI-3"), "TM-46 ");
}

TEST_F(CheckTest, ARecordWithALaterDraftIsLeftToAPerson) {
  enter("FI-3", "TM-57 ", "draft");
  const CheckResult before = checked();
  const FixOutcome outcome = fix(*programme_, before, "Aynur", false).value();
  ASSERT_EQ(outcome.set_aside.size(), 1U);
  EXPECT_EQ(outcome.set_aside[0].id, "FI-3");
  EXPECT_EQ(model("FI-3"), "TM-57 ");
}

TEST_F(CheckTest, SomebodyWhoWasFasterIsNotOverwritten) {
  const CheckResult before = checked();
  enter("FI-3", "TM-62");
  const auto outcome = fix(*programme_, before, "Aynur", false);
  EXPECT_TRUE(!outcome || outcome->set_aside.size() == 1);
  EXPECT_EQ(model("FI-3"), "TM-62");
}

TEST_F(CheckTest, DraftsAreCheckedWhenAsked) {
  enter("FI-4", "n/a", "draft");
  EXPECT_EQ(told().find("FI-4"), std::string::npos);
  CheckOptions options;
  options.choice = Choice::latest;
  EXPECT_NE(told(options).find("unknown-as-text FI-4"), std::string::npos);
}

TEST_F(CheckTest, OnlyWhatIsAskedForIsTold) {
  CheckOptions options;
  options.rules = {"unknown-as-text"};
  EXPECT_EQ(told(options), "unknown-as-text FI-2\n");
  options.kinds = {"hazards"};
  EXPECT_EQ(told(options), "");
  options.kinds = {"hazzards"};
  EXPECT_EQ(check(*programme_, options).error().id, "registry.no_such_layer");
  options = {};
  options.rules = {"unknown-as-tekst"};
  EXPECT_NE(check(*programme_, options).error().remedy.find("'unknown-as-text'"), std::string::npos);
  options = {};
  options.settings = "[rules.unknown-as-text]\noff = \"a model may be called so\"";
  EXPECT_EQ(told(options), "blanks-around FI-2\nblanks-around FI-3\n");
}

TEST_F(CheckTest, ABaselineReplacedUnderItsDateIsToldWithBothFigures) {
  const auto import = [&](const std::string& area) {
    folder_.write("baselines.csv", "id,name,estimated_on,area_ha\nB1,Survey,2021-03-01," + area + "\n");
    ASSERT_TRUE(programme_->import_file(folder_ / "baselines.csv", "baselines", {}));
  };
  import("1000");
  import("800");
  const CheckResult result = checked();
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings.front().rule->id, "baseline-overwritten");
  EXPECT_NE(result.findings.front().text.find("from 1000 to 800 ha"), std::string::npos);
}

}  // namespace
}  // namespace firmground::registry
