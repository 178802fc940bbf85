#include "pipeline/estimate_programme.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "evidence/record_fields.h"
#include "simulate/country.h"

namespace firmground::pipeline {
namespace {

/// The small invented country on cells so coarse that an estimate takes a second, and an empty programme to keep it in.
class EstimateProgramme : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto country = simulate::simulate({});
    ASSERT_TRUE(country.has_value()) << to_text(country.error());
    snapshot_ = new mineaction::Snapshot(std::move(country->known));
  }
  static void TearDownTestSuite() { delete snapshot_; }

  EstimateProgramme() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    programme_ = registry::Register::create((folder_ / "test.gpkg").string(), "invented-country", "test");
    request_.observe.cell_m = 1000;
    request_.estimate.draws = 20;
    request_.records = RecordUse::as_drawn;
  }
  ~EstimateProgramme() override {
    programme_ = base::fail("base.cancelled");  // closes the file before its folder goes
    std::filesystem::remove_all(folder_);
  }

  EstimateOutcome made(const EstimateRequest& request) {
    auto outcome = estimate_programme(*programme_, *snapshot_, request);
    EXPECT_TRUE(outcome.has_value()) << to_text(outcome.error());
    return outcome ? std::move(*outcome) : EstimateOutcome{};
  }

  static inline const mineaction::Snapshot* snapshot_ = nullptr;
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("firmground_pipeline_") + testing::UnitTest::GetInstance()->current_test_info()->name());
  base::Result<registry::Register> programme_ = base::fail("base.cancelled");
  EstimateRequest request_;
};

TEST_F(EstimateProgramme, RecordsAreReconciledUnlessTheyAreAskedForAsDrawn) {
  const EstimateOutcome as_drawn = made(request_);
  request_.records = RecordUse::reconciled;
  request_.reuse = true;
  const EstimateOutcome reconciled = made(request_);
  EXPECT_FALSE(reconciled.reused) << "it is another question";
  EXPECT_NE(reconciled.stored.stamp.id(), as_drawn.stored.stamp.id());
  EXPECT_NE(reconciled.stored.totals.items_mean, as_drawn.stored.totals.items_mean);
  const auto names_records = [](const EstimateOutcome& outcome) {
    return std::any_of(outcome.stored.effects.begin(), outcome.stored.effects.end(),
                       [](const auto& effect) { return effect.name == "distance to reconciled minefields (mines)"; });
  };
  EXPECT_TRUE(names_records(reconciled));
  EXPECT_FALSE(names_records(as_drawn));
}

TEST_F(EstimateProgramme, IsKeptWithItsMapAndToldApartFromLaterRecords) {
  const EstimateOutcome outcome = made(request_);
  const auto kept = latest_estimate(*programme_, *snapshot_);
  ASSERT_TRUE(kept.has_value() && kept->has_value());
  EXPECT_EQ(to_json(**kept), to_json(outcome.stored));
  EXPECT_EQ(to_bytes((*kept)->polygons), to_bytes(outcome.stored.polygons));
  EXPECT_FALSE((*kept)->stale);
  const auto raster = latest_hazard_raster(*programme_, *snapshot_->crs);
  ASSERT_TRUE(raster.has_value() && raster->has_value());
  EXPECT_EQ((*raster)->metadata.at("FIRMGROUND_STAMP"), outcome.stored.stamp.to_json());

  mineaction::Snapshot later = *snapshot_;
  later.hash = "other records";
  EXPECT_TRUE((*latest_estimate(*programme_, later))->stale);
}

TEST_F(EstimateProgramme, IsReusedOnlyForTheSameQuestion) {
  made(request_);
  request_.reuse = true;
  EXPECT_TRUE(made(request_).reused);
  request_.estimate.seed = 2;
  EXPECT_FALSE(made(request_).reused);
}

TEST_F(EstimateProgramme, WhatWasFoundUntilAnEarlierDayBearsAnotherStamp) {
  const EstimateOutcome all = made(request_);
  request_.observe.until = mineaction::Date(2022, 12, 31);
  const EstimateOutcome earlier = made(request_);
  EXPECT_NE(all.stored.totals.items_mean, earlier.stored.totals.items_mean);
  EXPECT_NE(all.stored.stamp.id(), earlier.stored.stamp.id());
}

TEST_F(EstimateProgramme, EveryHazardousAreaWithAnOutlineIsToldOf) {
  const auto hazards = made(request_).stored.polygons.at("hazards");
  const auto outlined = std::count_if(snapshot_->hazards.begin(), snapshot_->hazards.end(),
                                      [](const auto& hazard) { return !hazard.geometry.polygons.empty(); });
  EXPECT_EQ(static_cast<std::ptrdiff_t>(hazards.size()), outlined);
  for (const estimate::PolygonEstimate& hazard : hazards) {
    if (std::isnan(hazard.probability_none)) {  // on the shore, in a cell whose centre lies in the sea: not estimated
      EXPECT_TRUE(std::isnan(hazard.items_mean)) << hazard.id;
      continue;
    }
    EXPECT_GE(hazard.probability_none, 0) << hazard.id;
    EXPECT_LE(hazard.probability_none, 1 + 1e-12) << hazard.id;  // a mean of 20 draws, summed
    EXPECT_LE(hazard.items_p05, hazard.items_p95) << hazard.id;
  }
}

TEST_F(EstimateProgramme, OneThatWasCutOffWhileItWasKeptIsNotShown) {
  made(request_);
  // as versions before left one that was cut off
  ASSERT_TRUE(programme_->store({.name = kHazardEstimate, .stamp = "", .made_at = "", .bytes = ""}).has_value());
  EXPECT_FALSE(latest_estimate(*programme_, *snapshot_)->has_value());
  EXPECT_FALSE(latest_hazard_raster(*programme_, *snapshot_->crs)->has_value());
}

}  // namespace
}  // namespace firmground::pipeline
