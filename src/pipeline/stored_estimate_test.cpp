#include "pipeline/stored_estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "estimate/surveys.h"
#include "evidence/observations.h"

namespace firmground::pipeline {
namespace {

StoredEstimate one_estimate() {
  StoredEstimate estimate;
  estimate.totals = {1200.5, 900, 1600};
  estimate.mode = "effort";
  estimate.cells = 360000;
  estimate.cell_m = 50;
  estimate.hyperparameters = {{"range_short_m", 420.0}};
  estimate.effects = {
      {"distance to the former line of contact", "m", {0, 500}, {1.2, -0.1}, {1, -0.3}, {1.4, 0.1}},
      {"survey statement", "", {0, 1}, {0, 0.4}, {-0.1, 0.1}, {0.1, 0.8}, {"no hazardous area", "SHA"}}};
  estimate.statements = {{evidence::OrdnanceClass::erw, "SHA, ERW named", 1.5, 1.1, 2.1, 40, 12, false}};
  estimate.kinds = {{evidence::OrdnanceClass::mines, 12, 0, {{evidence::ItemKind::av_mines, 12, {3, 1, 7}}}},
                    {evidence::OrdnanceClass::erw, 0, 9, {}}};
  estimate.request = R"({"cell_m":50})";
  estimate.stamp = {
      .product = "hazard-estimate", .snapshot_hash = "abc", .version = "0.1.0", .settings = "{}", .seed = 7};
  return estimate;
}

TEST(StoredEstimate, ComesBackAsItWasKept) {
  const auto read = parse_stored_estimate(to_json(one_estimate()));
  ASSERT_TRUE(read.has_value()) << to_text(read.error());
  EXPECT_EQ(to_json(*read), to_json(one_estimate()));
  EXPECT_EQ(read->stamp, one_estimate().stamp);
  ASSERT_EQ(read->statements.size(), 1U);
  EXPECT_EQ(read->statements[0].ordnance_class, evidence::OrdnanceClass::erw);
  EXPECT_EQ(read->statements[0].searched, 12U);
  EXPECT_TRUE(read->effects.at(0).labels.empty());
  EXPECT_EQ(read->effects.at(1).labels, (std::vector<std::string>{"no hazardous area", "SHA"}));
  EXPECT_EQ(read->kinds.at(1).unstated, 9U);
  EXPECT_TRUE(read->kinds.at(1).kinds.empty());
}

estimate::PolygonSurvey one_survey(std::size_t polygon, const char* id, estimate::SurveyKind kind, double net) {
  estimate::PolygonSurvey survey;
  survey.polygon = polygon;
  survey.id = id;
  survey.kind = kind;
  survey.area_m2 = 1250;
  survey.decision.now = estimate::Release::clear;
  survey.net = net;
  return survey;
}

TEST(StoredEstimate, WhichSurveyFirstIsRankedAlikeAfterItWasKept) {
  StoredEstimate estimate = one_estimate();
  estimate.closer = CloserLook{.polygons = "hazards", .without_evidence = true, .settings = estimate::SurveySettings{}};
  estimate.closer->settings->detection = 0.8;
  using enum estimate::SurveyKind;
  estimate.closer->surveys = {one_survey(7, "HA-7", likeliest_tenth, 10), one_survey(7, "HA-7", whole, 1.0 / 3),
                              one_survey(9, "HA-9", systematic_tenth, 2e6)};
  const auto read = parse_stored_estimate(to_json(estimate));
  ASSERT_TRUE(read.has_value()) << to_text(read.error());
  ASSERT_TRUE(read->closer.has_value());
  EXPECT_EQ(read->closer->settings, estimate.closer->settings);
  const auto first = estimate::which_first(read->closer->surveys);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].id, "HA-9");
  EXPECT_EQ(first[0].decision.now, estimate::Release::clear);
  EXPECT_EQ(first[1].kind, likeliest_tenth);
  EXPECT_EQ(first[1].options, 2U);
  EXPECT_NEAR(read->closer->surveys[1].net, 1.0 / 3, 1e-6);
  EXPECT_EQ(to_json(*read), to_json(estimate));
}

TEST(StoredEstimate, OneThatCannotBeReadSaysSoInsteadOfShowingNothingRemains) {
  const auto read = parse_stored_estimate(R"({"totals":{}})");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().id, "pipeline.estimate_unreadable");
}

}  // namespace
}  // namespace firmground::pipeline
