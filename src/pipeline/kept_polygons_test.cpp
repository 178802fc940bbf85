#include "pipeline/kept_polygons.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace firmground::pipeline {
namespace {

PolygonsByKind some_polygons() {
  PolygonsByKind polygons;
  polygons["hazards"] = {{.id = "HA-1",
                          .probability_none = 0.25,
                          .items_mean = 3,
                          .items_p05 = 1,
                          .items_p95 = 7,
                          .evidence = std::numeric_limits<double>::quiet_NaN(),
                          .area_m2 = 2500,
                          .reasons = {{"finds within 300 m", 0.8}, {"", -0.1}},
                          .without = {{"finds", 0.5, 1.25}},
                          .besides_known = false,
                          .predicted = {},
                          .kinds = {{evidence::ItemKind::av_mines, 0.2, 0.6, 0, 2}}},
                         {.id = "HA-2", .reasons = {}}};
  polygons["tasks"] = {};
  return polygons;
}

TEST(KeptPolygons, ComeBackAsTheyWereKept) {
  const std::string bytes = to_bytes(some_polygons());
  const auto read = parse_polygons(bytes);
  ASSERT_TRUE(read.has_value()) << to_text(read.error());
  EXPECT_EQ(to_bytes(*read), bytes);
  EXPECT_TRUE(read->at("tasks").empty());
  ASSERT_EQ(read->at("hazards").size(), 2U);
  const estimate::PolygonEstimate& first = read->at("hazards")[0];
  EXPECT_EQ(first.id, "HA-1");
  EXPECT_EQ(first.probability_none, 0.25);
  EXPECT_EQ(first.items_p95, 7);
  EXPECT_TRUE(std::isnan(first.evidence)) << "not known stays so and does not become 0";
  EXPECT_EQ(first.area_m2, 2500);
  ASSERT_EQ(first.reasons.size(), 2U);
  EXPECT_EQ(first.reasons[0].text, "finds within 300 m");
  EXPECT_EQ(first.reasons[1].contribution, -0.1);
  ASSERT_EQ(first.without.size(), 1U);
  EXPECT_EQ(first.without[0].evidence, "finds");
  EXPECT_EQ(first.without[0].items_mean, 1.25);
  EXPECT_FALSE(first.besides_known);
  ASSERT_EQ(first.kinds.size(), 1U);
  EXPECT_EQ(first.kinds[0].kind, evidence::ItemKind::av_mines);
  EXPECT_EQ(first.kinds[0].items_p95, 2);
  EXPECT_TRUE(read->at("hazards")[1].besides_known);
}

TEST(KeptPolygons, DamagedOnesSaySo) {
  const std::string bytes = to_bytes(some_polygons());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = parse_polygons(bytes.substr(0, size));
    ASSERT_FALSE(read.has_value()) << size;
    EXPECT_EQ(read.error().id, "pipeline.estimate_unreadable");
  }
  EXPECT_FALSE(parse_polygons(bytes + "x").has_value());
  std::string other_layout = bytes;
  other_layout[0] = static_cast<char>(other_layout[0] + 1);
  EXPECT_FALSE(parse_polygons(other_layout).has_value());
  std::string other_kind = bytes;
  const char av_mines = static_cast<char>(evidence::ItemKind::av_mines);
  const std::size_t at = bytes.find(std::string("\x01\0\0\0\0\0\0\0", 8) + av_mines + std::string("\x9a", 1));
  ASSERT_NE(at, std::string::npos) << "one kind, then its number, then 0.2";
  other_kind[at + 8] = 100;
  EXPECT_FALSE(parse_polygons(other_kind).has_value());
}

}  // namespace
}  // namespace firmground::pipeline
