#include "pipeline/update_reconciliation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "pipeline/reconcile_programme.h"
#include "simulate/country.h"

namespace firmground::pipeline {
namespace {

/// The small invented country, and what a reconciliation of it leaves.
class UpdateReconciliation : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto country = simulate::simulate({});
    ASSERT_TRUE(country.has_value()) << to_text(country.error());
    snapshot_ = new mineaction::Snapshot(std::move(country->known));
    state_ = new evidence::ReconcileState;
    auto whole = evidence::reconcile(*snapshot_, {}, base::no_progress, state_);
    ASSERT_TRUE(whole.has_value()) << to_text(whole.error());
    whole_ = new evidence::Reconciliation(std::move(*whole));
  }
  static void TearDownTestSuite() {
    delete snapshot_;
    delete state_;
    delete whole_;
  }

  static const evidence::RecordVerdict& before(const std::string& id) {
    return *std::find_if(whole_->records.begin(), whole_->records.end(),
                         [&](const auto& record) { return record.record_id == id; });
  }
  static geo::Box everywhere() {
    geo::Box box;
    for (const auto& release : snapshot_->land_releases) {
      box.include(geo::bounds(release.geometry));
    }
    return box.grown(1e6);
  }
  /// The searched record of whose field the finds leave most doubt.
  static const evidence::RecordVerdict& doubtful() {
    return *std::min_element(whole_->records.begin(), whole_->records.end(), [](const auto& a, const auto& b) {
      const auto certainty = [](const auto& r) {
        return r.searched_inside < 0.9 || r.corrected.polygons.empty() ? 1 : std::abs(r.probability_exists - 0.5);
      };
      return certainty(a) < certainty(b);
    });
  }
  /// The same country with mines found all over where a record's field most likely lies: between its middle and
  /// corners.
  static mineaction::Snapshot with_finds_in(const evidence::RecordVerdict& record) {
    mineaction::Snapshot changed = *snapshot_;
    const auto& corners = record.corrected.polygons.front().outer;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      mineaction::Find find;
      find.find_id = "NEW-" + std::to_string(i);
      find.device = mineaction::Device::ap_mine;
      find.count = 1;
      const geo::Xy middle = geo::centroid(record.corrected);
      find.position = {(middle.x + corners[i].x) / 2, (middle.y + corners[i].y) / 2};
      changed.finds.push_back(find);
    }
    return changed;
  }

  static inline const mineaction::Snapshot* snapshot_ = nullptr;
  static inline evidence::ReconcileState* state_ = nullptr;
  static inline const evidence::Reconciliation* whole_ = nullptr;
};

TEST_F(UpdateReconciliation, RecordsJudgedAgainWithoutAChangeAreJudgedTheSame) {
  const geo::Box box = everywhere();
  const auto again = evidence::reconcile_near(*snapshot_, {}, *state_, std::span(&box, 1));
  ASSERT_TRUE(again.has_value()) << to_text(again.error());
  ASSERT_EQ(again->size(), whole_->records.size());
  for (std::size_t i = 0; i < again->size(); ++i) {
    EXPECT_NEAR((*again)[i].probability_exists, whole_->records[i].probability_exists, 0.005);
    EXPECT_EQ((*again)[i].hypothesis, whole_->records[i].hypothesis) << (*again)[i].record_id;
    EXPECT_NEAR((*again)[i].dx_m, whole_->records[i].dx_m, 1.0) << (*again)[i].record_id;
  }
}

TEST_F(UpdateReconciliation, ItIsTheSameFromBytes) {
  const auto bytes = to_bytes({*state_, evidence_seen(*snapshot_)});
  const auto read = parse_kept_state(bytes);
  ASSERT_TRUE(read.has_value()) << to_text(read.error());
  EXPECT_EQ(to_bytes(*read), bytes);
  EXPECT_FALSE(parse_kept_state(bytes.substr(0, bytes.size() / 2)).has_value());
  EXPECT_FALSE(parse_kept_state("{}").has_value());
}

TEST_F(UpdateReconciliation, OneFindChangesWhatIsBelievedNearItAsAWholeReconciliationWould) {
  const evidence::RecordVerdict& record = doubtful();
  const mineaction::Snapshot changed = with_finds_in(record);
  geo::Box box;
  for (std::size_t i = snapshot_->finds.size(); i < changed.finds.size(); ++i) {
    box.include(changed.finds[i].position);
  }
  const auto near = evidence::reconcile_near(changed, {}, *state_, std::span(&box, 1));
  ASSERT_TRUE(near.has_value()) << to_text(near.error());
  EXPECT_LT(near->size(), whole_->records.size()) << "records far away are left alone";
  const auto its = std::find_if(near->begin(), near->end(),
                                [&](const auto& verdict) { return verdict.record_id == record.record_id; });
  ASSERT_NE(its, near->end());
  EXPECT_GT(its->probability_exists, record.probability_exists);
  const auto whole = evidence::reconcile(changed, {});
  ASSERT_TRUE(whole.has_value());
  double largest = 0;
  for (const auto& verdict : *near) {
    const auto same = std::find_if(whole->records.begin(), whole->records.end(),
                                   [&](const auto& other) { return other.record_id == verdict.record_id; });
    largest = std::max(largest, std::abs(same->probability_exists - verdict.probability_exists));
  }
  EXPECT_LT(largest, 0.1) << "laws and claims are held, so that it is near, not equal";
}

TEST_F(UpdateReconciliation, AProgrammeIsBroughtUpToDateOrSaysWhyNot) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "firmground_update_reconciliation";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  {
    auto programme = registry::Register::create((folder / "test.gpkg").string(), "invented-country", "test");
    ASSERT_TRUE(programme.has_value());
    const auto nothing = update_reconciliation(*programme, *snapshot_, evidence::standard_hypotheses());
    ASSERT_FALSE(nothing.has_value());
    EXPECT_EQ(nothing.error().id, "pipeline.nothing_to_update");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace firmground::pipeline
