#include "mineaction/record_conversion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "mineaction/as_entered.h"
#include "mineaction/code_lists.h"

namespace firmground::mineaction {
namespace {

Snapshot empty_snapshot() {
  Snapshot snapshot;
  snapshot.crs = *geo::Crs::from_epsg(32639);
  return snapshot;
}

/// A value that the field may hold; null one time in four where it may be empty and its struct can say so.
Value random_value(const Kind& kind, const Field& field, base::Random& random) {
  const bool always =
      field.required || field.name == "type" || field.name == "count" || kind.fields.front().name == field.name;
  if (!always && random.chance(0.25)) {
    return {};
  }
  const double low = field.minimum.value_or(-1000);
  const double high = std::min(field.maximum.value_or(2000), 1e5);
  switch (field.type) {
    case FieldType::text: return field.name + std::to_string(random.index(1000));
    case FieldType::integer: return static_cast<std::int64_t>(std::floor(random.uniform(low, high)));
    case FieldType::real: return random.uniform(low, high);
    case FieldType::date:
      return Date(2020 + static_cast<int>(random.index(5)), 1 + static_cast<unsigned>(random.index(12)), 7).to_string();
    case FieldType::boolean: return random.chance(0.5);
    case FieldType::code: break;
  }
  const auto& values = code_list(field.code_list).values;
  const std::string word = values[random.index(values.size())].value;
  return word == "unknown" && !field.required ? Value() : Value(word);
}

geo::GeographicGeometry random_geometry(const Kind& kind, base::Random& random) {
  geo::GeographicGeometry geometry;
  const geo::LonLat p{random.uniform(51, 52), random.uniform(41, 42)};
  switch (kind.geometry) {
    case GeometryRule::none: break;
    case GeometryRule::point: geometry.points = {p}; break;
    case GeometryRule::line: geometry.lines = {{p, {p.lon + 0.01, p.lat}}}; break;
    case GeometryRule::polygon:
    case GeometryRule::polygon_or_point:
    case GeometryRule::any: geometry.polygons = {{{p, {p.lon + 0.02, p.lat}, {p.lon, p.lat + 0.02}}, {}}}; break;
  }
  return geometry;
}

Record random_record(const Kind& kind, base::Random& random) {
  Record record;
  for (const Field& field : kind.fields) {
    record.values.push_back(random_value(kind, field, random));
  }
  if (const Field* unit = kind.field("declared_area_unit"); unit != nullptr) {
    const bool declared = !std::holds_alternative<std::monostate>(record.values[kind.field_index("declared_area")]);
    record.values[kind.field_index("declared_area_unit")] = declared ? Value(std::string("m2")) : Value();
  }
  if (kind.geometry != GeometryRule::none) {
    set_as_entered(kind, {}, record);  // the register keeps it, no stage computes with it
  }
  record.geometry = random_geometry(kind, random);
  return record;
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
