#include "pipeline/kept_ground.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "evidence/record_fields.h"
#include "simulate/country.h"

namespace firmground::pipeline {
namespace {

evidence::RecordFields some_records() {
  return {{{"A-1", "Hand-over", 0.5, 0.4, 1.0, evidence::ItemKind::av_mines}, {"A-2", "Hand-over", 0.5, 0.4, 1.0}},
          {{7, 0, 0.25F}, {9, 0, 0.5F}},
          "abc"};
}

TEST(KeptGround, IsTheSameFromBytes) {
  const std::string bytes = to_bytes(KeptGround{"hash", 50, some_records(), {}});
  const auto read = parse_kept_ground(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(to_bytes(*read), bytes);
  EXPECT_EQ(read->records->records[0].kind, evidence::ItemKind::av_mines);
  EXPECT_EQ(read->records->records[1].kind, std::nullopt);
  for (const std::size_t size : {bytes.size() / 2, bytes.size() - 1, std::size_t{3}}) {
    EXPECT_FALSE(parse_kept_ground(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(parse_kept_ground(bytes + "x").has_value());
  KeptGround other{"hash", 50, some_records(), {}};
  other.records->shares.back().record = 2;
  EXPECT_FALSE(parse_kept_ground(to_bytes(other)).has_value()) << "there are two records";
}

/// The small invented country on coarse cells, as a whole estimate keeps it.
class KeptCountry : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto country = simulate::simulate({});
    ASSERT_TRUE(country.has_value()) << to_text(country.error());
    snapshot_ = new mineaction::Snapshot(std::move(country->known));
    evidence::Observations observations = measured(*snapshot_);
    kept_ = new KeptGround{"", 250, std::move(observations.records), std::move(observations.covariates)};
  }
  static void TearDownTestSuite() {
    delete snapshot_;
    delete kept_;
  }
  static evidence::ObserveOptions options() {
    evidence::ObserveOptions options;
    options.cell_m = 250;
    return options;
  }
  static evidence::Observations measured(const mineaction::Snapshot& snapshot) {
    auto observations = evidence::observe(snapshot, options());
    EXPECT_TRUE(observations.has_value()) << to_text(observations.error());
    evidence::RecordFields records = some_records();
    records.shares = {{static_cast<std::uint32_t>(observations->grid.size() / 2), 0, 0.9F}};
    evidence::use_records(std::move(records), *observations);
    return std::move(*observations);
  }
  static KeptGround from_bytes() {
    auto ground = parse_kept_ground(to_bytes(*kept_));
    EXPECT_TRUE(ground.has_value()) << to_text(ground.error());
    for (std::size_t k = 0; k < ground->covariates.size(); ++k) {
      EXPECT_TRUE(put_values(values_to_bytes(kept_->covariates[k]), ground->covariates[k]).has_value());
    }
    return std::move(*ground);
  }
  static void expect_as_measured(const mineaction::Snapshot& now) {
    expect_as_measured(now, from_bytes());
    expect_as_measured(now, {"", 250, kept_->records, {}});
  }
  static void expect_as_measured(const mineaction::Snapshot& now, const KeptGround& kept) {
    const evidence::Observations anew = measured(now);
    auto seen = observe_now(now, options());
    ASSERT_TRUE(seen.has_value()) << to_text(seen.error());
    const evidence::Observations since = on_kept_ground(std::move(*seen), kept, now, options());
    ASSERT_EQ(since.covariates.size(), anew.covariates.size());
    for (std::size_t k = 0; k < anew.covariates.size(); ++k) {
      const evidence::CovariateField& a = since.covariates[k];
      const evidence::CovariateField& b = anew.covariates[k];
      EXPECT_EQ(a.name, b.name);
      EXPECT_EQ(
          std::tie(a.unit, a.categories, a.labels, a.tells_effort, a.use, a.from, a.tells_people, a.tells_outcome),
          std::tie(b.unit, b.categories, b.labels, b.tells_effort, b.use, b.from, b.tells_people, b.tells_outcome))
          << a.name;
      EXPECT_EQ(a.statements != nullptr, b.statements != nullptr) << a.name;
      ASSERT_EQ(a.value.size(), b.value.size()) << a.name;
      EXPECT_EQ(std::memcmp(a.value.data(), b.value.data(), a.value.size() * sizeof(float)), 0) << a.name;
    }
    EXPECT_EQ(since.records->shares.size(), anew.records->shares.size());
    EXPECT_EQ(since.processed, anew.processed);
  }
  /// The first hazardous area that is confirmed, all of it cleared until that day.
  static mineaction::LandRelease clearance(const mineaction::Date& until) {
    mineaction::LandRelease release = snapshot_->land_releases.front();
    release.release_id = "NEW-1";
    release.outcome = mineaction::Outcome::cleared;
    release.method = mineaction::Method::manual;
    release.completed_on = until;
    release.geometry = std::find_if(snapshot_->hazards.begin(), snapshot_->hazards.end(), [](const auto& hazard) {
                         return hazard.type == mineaction::HazardType::confirmed;
                       })->geometry;
    return release;
  }

  static inline mineaction::Snapshot* snapshot_ = nullptr;
  static inline KeptGround* kept_ = nullptr;
};

TEST_F(KeptCountry, NothingCameInAndNothingDiffers) {
  expect_as_measured(*snapshot_);
}

TEST_F(KeptCountry, ASearchChangesWhatItWouldChangeMeasuredAnew) {
  mineaction::Snapshot now = *snapshot_;
  now.land_releases.push_back(clearance(mineaction::Date(2024, 6, 1)));
  now.finds.pop_back();
  expect_as_measured(now);
}

TEST_F(KeptCountry, SoDoesOneBeforeAnAreaWasConfirmed) {
  mineaction::Snapshot now = *snapshot_;
  now.land_releases.push_back(clearance(mineaction::Date(1996, 6, 1)));
  expect_as_measured(now);
}

TEST_F(KeptCountry, WithoutSearchesNoCovariateTellsOfThem) {
  mineaction::Snapshot now = *snapshot_;
  now.land_releases.clear();
  expect_as_measured(now);
}

TEST_F(KeptCountry, ValuesCutShortAreUnreadable) {
  evidence::CovariateField field;
  const std::string bytes = values_to_bytes(kept_->covariates[0]);
  EXPECT_FALSE(put_values(bytes.substr(1), field).has_value());
  EXPECT_TRUE(put_values(bytes, field).has_value());
  EXPECT_EQ(field.value.size(), kept_->covariates[0].value.size());
}

TEST_F(KeptCountry, WhatWasSeenIsTheSameFromBytes) {
  const KeptGround ground = kept_ground(*snapshot_, measured(*snapshot_));
  const std::string bytes = to_bytes(ground);
  const auto read = parse_kept_ground(bytes);
  ASSERT_TRUE(read.has_value()) << to_text(read.error());
  EXPECT_EQ(to_bytes(*read), bytes);
  ASSERT_TRUE(read->seen);
  EXPECT_EQ(read->seen->grid, ground.seen->grid);
  EXPECT_EQ(read->seen->inside, ground.seen->inside);
  EXPECT_FALSE(read->seen->reports[1].empty());
  EXPECT_EQ(read->seen->kinds[0].stated, ground.seen->kinds[0].stated);
  KeptGround other = ground;
  other.seen->reports[1].back().cell = static_cast<std::uint32_t>(ground.seen->grid.size());
  EXPECT_FALSE(parse_kept_ground(to_bytes(other)).has_value()) << "there is no such cell";
  other = ground;
  other.seen->inside.pop_back();
  EXPECT_FALSE(parse_kept_ground(to_bytes(other)).has_value());
}

}  // namespace
}  // namespace firmground::pipeline
