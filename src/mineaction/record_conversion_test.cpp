#include "mineaction/record_conversion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "mineaction/as_entered.h"
#include "mineaction/code_lists.h"
#include "mineaction/random_record_testing.h"

namespace firmground::mineaction {
namespace {

Snapshot empty_snapshot() {
  Snapshot snapshot;
  snapshot.crs = *geo::Crs::from_epsg(32639);
  return snapshot;
}

void expect_near(const geo::LonLat& a, const geo::LonLat& b) {
  EXPECT_NEAR(a.lon, b.lon, 1e-10);  // 0.01 mm on the ground
  EXPECT_NEAR(a.lat, b.lat, 1e-10);
}

void expect_same(const Record& a, const Record& b) {
  EXPECT_EQ(a.values, b.values);
  ASSERT_EQ(a.geometry.points.size(), b.geometry.points.size());
  ASSERT_EQ(a.geometry.polygons.size(), b.geometry.polygons.size());
  for (std::size_t i = 0; i < a.geometry.points.size(); ++i) {
    expect_near(a.geometry.points[i], b.geometry.points[i]);
  }
  for (std::size_t i = 0; i < a.geometry.polygons.size(); ++i) {
    ASSERT_EQ(a.geometry.polygons[i].outer.size(), b.geometry.polygons[i].outer.size());
    for (std::size_t j = 0; j < a.geometry.polygons[i].outer.size(); ++j) {
      expect_near(a.geometry.polygons[i].outer[j], b.geometry.polygons[i].outer[j]);
    }
  }
}

TEST(RecordConversion, WhatEntersASnapshotComesBackAsItWas) {
  base::Random random(7);
  for (const Kind& kind : kinds()) {
    if (!is_in_snapshot(kind)) {
      continue;
    }
    Snapshot snapshot = empty_snapshot();
    std::vector<Record> given;
    for (int i = 0; i < 50; ++i) {
      given.push_back(random_record(kind, random));
      append_record(kind, given.back(), snapshot);
    }
    const std::vector<Record> back = records_of(kind, snapshot);
    ASSERT_EQ(back.size(), given.size()) << kind.name;
    for (std::size_t i = 0; i < given.size(); ++i) {
      SCOPED_TRACE(kind.name);
      expect_same(back[i], given[i]);
    }
  }
}

TEST(RecordConversion, ADeclaredAreaBecomesSquareMetres) {
  const Kind& kind = *find_kind("hazards");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = std::string("HA-1");
  record.values[kind.field_index("declared_area")] = 2.5;
  record.values[kind.field_index("declared_area_unit")] = std::string("ha");
  Snapshot snapshot = empty_snapshot();
  append_record(kind, record, snapshot);
  EXPECT_EQ(snapshot.hazards.front().declared_area_m2, 25000);
  EXPECT_TRUE(snapshot.hazards.front().geometry.empty());
}

TEST(RecordConversion, AnEmptyNumberStaysUnknownAndIsNeverZero) {
  const Kind& kind = *find_kind("accidents");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = std::string("ACC-1");
  record.values[kind.field_index("occurred_on")] = std::string("1994");
  Snapshot snapshot = empty_snapshot();
  append_record(kind, record, snapshot);
  EXPECT_FALSE(snapshot.accidents.front().killed);
  EXPECT_FALSE(snapshot.accidents.front().position);
  EXPECT_EQ(snapshot.accidents.front().occurred_on.precision(), base::DatePrecision::year);
  expect_same(records_of(kind, snapshot).front(), record);
}

TEST(RecordConversion, APlaceWithoutIdGetsTheSameOneEveryTime) {
  Snapshot snapshot = empty_snapshot();
  snapshot.places.push_back({"Dağ", "village", 120, {}, "North", {400000, 4600000}});
  const Kind& kind = *find_kind("places");
  const Value id = records_of(kind, snapshot).front().values.front();
  fill_generated_ids(snapshot);
  EXPECT_EQ(Value(snapshot.places.front().id), id);
  EXPECT_TRUE(snapshot.places.front().id.starts_with("Dağ-"));
}

}  // namespace
}  // namespace firmground::mineaction
