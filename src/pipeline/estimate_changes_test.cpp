#include "pipeline/estimate_changes.h"

#include <gtest/gtest.h>

namespace firmground::pipeline {
namespace {

estimate::PolygonEstimate polygon(const std::string& id, double items) {
  estimate::PolygonEstimate result;
  result.id = id;
  result.items_mean = items;
  return result;
}

EstimateChanges some_changes() {
  EstimateChanges changes;
  changes.map.cells = {1, 3};
  changes.map.values = {{0.5F, 0.25F}, {2.0F, 0.3F}};
  changes.polygons["hazards"] = {{1, -1, 0}, {polygon("HA-9", 4)}};
  changes.polygons["tasks"] = {};
  return changes;
}

geo::Raster map_of_four() {
  geo::Raster map;
  map.grid = {.cell_m = 50, .west = 0, .north = 2, .columns = 2, .rows = 2};
  map.bands = {{0.1F, 0.1F, 0.1F, 0.1F}, {1, 1, 1, 1}};
  return map;
}

TEST(EstimateChanges, AreTheSameFromBytes) {
  const std::string bytes = to_bytes(some_changes());
  const auto read = parse_estimate_changes(bytes);
  ASSERT_TRUE(read) << base::to_text(read.error());
  EXPECT_EQ(to_bytes(*read), bytes);
  EXPECT_EQ(read->polygons.at("hazards").anew[0].id, "HA-9");
  for (const std::size_t size : {bytes.size() / 2, bytes.size() - 1, std::size_t{3}}) {
    EXPECT_FALSE(parse_estimate_changes(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_estimate_changes(bytes + "x"));
}

TEST(EstimateChanges, OverwriteTheCellsOfTheMap) {
  geo::Raster map = map_of_four();
  ASSERT_TRUE(change(some_changes(), map));
  EXPECT_EQ(map.bands[0], (std::vector<float>{0.1F, 0.5F, 0.1F, 0.25F}));
  EXPECT_EQ(map.bands[1], (std::vector<float>{1, 2, 1, 0.3F}));
}

TEST(EstimateChanges, LeaveOutAndAddPolygons) {
  const PolygonsByKind whole = {{"hazards", {polygon("HA-1", 1), polygon("HA-2", 2), polygon("HA-3", 3)}}};
  const auto now = changed(some_changes(), whole);
  ASSERT_TRUE(now) << base::to_text(now.error());
  ASSERT_EQ(now->at("hazards").size(), 3U);
  EXPECT_EQ(now->at("hazards")[0].id, "HA-2");
  EXPECT_EQ(now->at("hazards")[1].id, "HA-9");
  EXPECT_EQ(now->at("hazards")[2].id, "HA-1");
  EXPECT_TRUE(now->at("tasks").empty());
}

TEST(EstimateChanges, AreRefusedOnAnotherEstimate) {
  EstimateChanges changes = some_changes();
  geo::Raster map = map_of_four();
  map.bands.pop_back();
  EXPECT_FALSE(change(changes, map));
  map = map_of_four();
  changes.map.cells.back() = 4;
  EXPECT_FALSE(change(changes, map));
  EXPECT_FALSE(changed(changes, {{"hazards", {polygon("HA-1", 1)}}})) << "there was a second one";
  changes.polygons["hazards"].from = {-2};
  EXPECT_FALSE(changed(changes, {{"hazards", {polygon("HA-1", 1)}}}));
}

}  // namespace
}  // namespace firmground::pipeline
