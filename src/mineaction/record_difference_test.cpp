#include "mineaction/record_difference.h"

#include <gtest/gtest.h>

namespace firmground::mineaction {
namespace {

const geo::Crs& crs() {
  static const geo::Crs utm = geo::Crs::from_epsg(32639).value();
  return utm;
}

/// A hazardous area of 100 m by 100 m whose south-west corner lies `east` metres from a fixed point.
Record hazard(double east, const std::string& status, double width = 100) {
  const Kind& kind = *find_kind("hazards");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = std::string("HA-1");
  record.values[kind.field_index("status")] = status;
  const double x = 500000 + east;
  const double y = 4550000;
  geo::PlanarGeometry square;
  square.polygons.push_back({{{x, y}, {x + width, y}, {x + width, y + 100}, {x, y + 100}}, {}});
  record.geometry = crs().to_lon_lat(square);
  return record;
}

TEST(RecordDifference, NamesEveryFieldThatSaysSomethingElse) {
  const Kind& kind = *find_kind("hazards");
  const auto none = difference(kind, hazard(0, "open"), hazard(0, "open"), crs());
  EXPECT_TRUE(none->empty());
  const auto closed = difference(kind, hazard(0, "open"), hazard(0, "closed"), crs());
  ASSERT_EQ(closed->fields.size(), 1U);
  EXPECT_EQ(closed->fields[0].field, "status");
  EXPECT_EQ(closed->fields[0].before, Value(std::string("open")));
  EXPECT_EQ(closed->fields[0].after, Value(std::string("closed")));
  EXPECT_FALSE(closed->geometry_changed);
}

TEST(RecordDifference, TellsAShiftedOutlineFromAGrownOne) {
  const Kind& kind = *find_kind("hazards");
  const auto shifted = difference(kind, hazard(0, "open"), hazard(30, "open"), crs())->geometry;
  // Scale of UTM on its central meridian: 0.9996 in length, so 1/0.9996^2 in area.
  const double scale = 1 / (0.9996 * 0.9996);
  EXPECT_NEAR(shifted.gained_m2, 3000 * scale, 0.1);
  EXPECT_NEAR(shifted.lost_m2, 3000 * scale, 0.1);
  EXPECT_NEAR(shifted.moved_m, 30, 1e-3);
  EXPECT_NEAR(shifted.east_m, 30, 1e-3);
  EXPECT_NEAR(shifted.north_m, 0, 1e-3);
  const auto grown = difference(kind, hazard(0, "open"), hazard(0, "open", 120), crs())->geometry;
  EXPECT_NEAR(grown.gained_m2, 2000 * scale, 0.1);
  EXPECT_NEAR(grown.lost_m2, 0, 0.1);
  EXPECT_NEAR(grown.area_after_m2 - grown.area_before_m2, 2000 * scale, 0.1);
}

TEST(RecordDifference, AnOutlineThatIsNewIsAChangeWithoutAMeasure) {
  const Kind& kind = *find_kind("hazards");
  Record without = hazard(0, "open");
  without.geometry = {};
  const auto drawn = difference(kind, without, hazard(0, "open"), crs());
  EXPECT_TRUE(drawn->geometry_changed);
  EXPECT_FALSE(drawn->geometry_before);
  EXPECT_TRUE(drawn->geometry_after);
}

}  // namespace
}  // namespace firmground::mineaction
