#include "pipeline/stored_estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

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
  estimate.effects = {{"distance to the former line of contact", "m", {0, 500}, {1.2, -0.1}, {1, -0.3}, {1.4, 0.1}}};
  estimate.statements = {{evidence::OrdnanceClass::erw, "SHA, ERW named", 1.5, 1.1, 2.1, 40, 12, false}};
  estimate.polygons["hazards"] = {{.id = "HA-1",
                                   .probability_none = 0.25,
                                   .items_mean = 3,
                                   .items_p05 = 1,
                                   .items_p95 = 7,
                                   .evidence = std::numeric_limits<double>::quiet_NaN(),
                                   .area_m2 = 2500,
                                   .reasons = {{"finds within 300 m", 0.8}},
                                   .predicted = {},
                                   .kinds = {{evidence::ItemKind::av_mines, 0.2, 0.6}}}};
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
  ASSERT_EQ(read->polygons.at("hazards").size(), 1u);
  EXPECT_EQ(read->polygons.at("hazards")[0].reasons[0].text, "finds within 300 m");
  EXPECT_EQ(read->polygons.at("hazards")[0].kinds.at(0).kind, evidence::ItemKind::av_mines);
  EXPECT_EQ(read->kinds.at(1).unstated, 9U);
  EXPECT_TRUE(read->kinds.at(1).kinds.empty());
}

TEST(StoredEstimate, WhatIsNotKnownStaysUnknownAndDoesNotBecomeZero) {
  const auto read = parse_stored_estimate(to_json(one_estimate()));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(std::isnan(read->polygons.at("hazards")[0].evidence));
}

TEST(StoredEstimate, OneThatCannotBeReadSaysSoInsteadOfShowingNothingRemains) {
  const auto read = parse_stored_estimate(R"({"totals":{}})");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().id, "pipeline.estimate_unreadable");
}

}  // namespace
}  // namespace firmground::pipeline
