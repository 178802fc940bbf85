#include "pipeline/told_besides.h"

#include <gtest/gtest.h>

#include "estimate/surveys.h"
#include "pipeline/estimate_programme.h"

namespace firmground::pipeline {
namespace {

StoredEstimate asked_for(const EstimateRequest& request) {
  StoredEstimate estimate;
  estimate.mode = "effort";
  estimate.request = request_json(request);
  estimate.stamp.settings = "{}";
  return estimate;
}

TEST(ToldBesides, ACommandAsksForTheSameEstimateAgain) {
  EXPECT_EQ(command_to_tell(asked_for({}), "island.gpkg", "hazards"),
            "firmground estimate island.gpkg --without-evidence --surveys");
  EstimateRequest request;
  request.observe.cell_m = 100;
  request.observe.until = *mineaction::Date::parse("2024-12-31");
  request.records = RecordUse::as_drawn;
  request.estimate.seed = 12'345'678'901;
  StoredEstimate estimate = asked_for(request);
  estimate.closer = CloserLook{.polygons = "hazards", .settings = estimate::SurveySettings{}};
  estimate.closer->settings->loss_per_item = 1.5e6;
  EXPECT_EQ(command_to_tell(estimate, "our island's.gpkg", "tasks"),
            "firmground estimate 'our island'\\''s.gpkg' --cell 100.0 --until 2024-12-31 --records as-drawn --seed "
            "12345678901 --polygons tasks --without-evidence --surveys --loss-per-item 1500000.0");
}

TEST(ToldBesides, WhyNothingIsToldIsSaid) {
  StoredEstimate estimate = asked_for({});
  EXPECT_EQ(why_not_told(estimate), "not-asked");
  estimate.stamp.settings = R"({"updated_from":"abc"})";
  EXPECT_EQ(why_not_told(estimate), "updated");
  EXPECT_EQ(why_unknown(estimate), "updated");
  EstimateRequest by_regions;
  by_regions.regions = 4;
  EXPECT_EQ(why_not_told(asked_for(by_regions)), "not-asked");
  EXPECT_EQ(why_unknown(asked_for(by_regions)), "by-regions");
  estimate = asked_for({});
  estimate.mode = "presence-only";
  EXPECT_EQ(why_not_told(estimate), "presence-only");
}

TEST(ToldBesides, WhatWasAskedOfHazardsSaysNothingOfTasksNorAfterAnUpdate) {
  StoredEstimate estimate = asked_for({});
  EXPECT_FALSE(surveys_told(estimate, "hazards"));
  estimate.closer = CloserLook{.polygons = "hazards", .without_evidence = true, .settings = estimate::SurveySettings{}};
  EXPECT_TRUE(surveys_told(estimate, "hazards") && evidence_told(estimate, "hazards"));
  EXPECT_FALSE(surveys_told(estimate, "tasks") || evidence_told(estimate, "tasks"));
  estimate.closer->outdated = true;
  EXPECT_FALSE(surveys_told(estimate, "hazards") || evidence_told(estimate, "hazards"));
}

}  // namespace
}  // namespace firmground::pipeline
