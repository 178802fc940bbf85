#include "mineaction/record_legs.h"

#include <gtest/gtest.h>

#include <array>

#include "geo/magnetic_field.h"
#include "mineaction/as_entered.h"

namespace firmground::mineaction {
namespace {

MinefieldRecord form(const char* date = "1994-05-20") {
  MinefieldRecord record;
  record.record_id = "F-1";
  record.recorded_on = Date::parse(date).value();
  return record;
}

MinefieldRecordLeg leg(std::int64_t number, const char* role, const char* from, const char* to, double bearing,
                       double distance) {
  MinefieldRecordLeg made;
  made.record_id = "F-1";
  made.leg = number;
  made.role = role;
  made.from_point = from;
  made.to_point = to;
  made.bearing = bearing;
  made.bearing_unit = "deg";
  made.bearing_reference = "true";
  made.distance = distance;
  made.distance_unit = "m";
  return made;
}

/// A mill at (8665000, 4429000) in SK-42 zone 8; 300 m north of it a field of 200 m by 100 m, walked clockwise.
std::vector<MinefieldRecordLeg> square_field() {
  std::vector<MinefieldRecordLeg> legs = {leg(1, "tie-in", "mill", "A", 0, 300), leg(2, "boundary", "A", "B", 0, 100),
                                          leg(3, "boundary", "B", "C", 90, 200), leg(4, "boundary", "C", "D", 180, 100),
                                          leg(5, "boundary", "D", "A", 270, 200)};
  legs[0].easting = 8665000;
  legs[0].northing = 4429000;
  legs[0].crs = "SK-42 zone 8";
  return legs;
}

geo::LonLat mill() {
  return geo::place("EPSG:28408", std::array{geo::Xy{8665000, 4429000}}).value().points.front();
}

TEST(RecordLegs, AFieldIsDrawnWhereItsLegsLead) {
  const LegOutline outline = outline_of_legs(form(), square_field());
  ASSERT_TRUE(outline.problems.empty()) << outline.problems.front().message;
  ASSERT_EQ(outline.geometry.polygons.size(), 1U);
  EXPECT_EQ(outline.geometry.polygons[0].outer.size(), 4U);
  const auto line = geo::geodesic_between(mill(), outline.geometry.polygons[0].outer.back());
  EXPECT_NEAR(line.distance_m, 300, 1e-3);
  EXPECT_LT(outline.closure_m.value(), 0.1);
  EXPECT_EQ(outline.operation, "EPSG:15865 Pulkovo 1942 to WGS 84 (16)");
  EXPECT_EQ(outline.accuracy_m, 4.5);
  EXPECT_EQ(outline.crs, "SK-42 zone 8");
  EXPECT_NE(outline.entered.find("mill at 8665000 4429000"), std::string::npos);
}

TEST(RecordLegs, MagneticBearingsTurnByTheDeclinationOfTheirDate) {
  auto legs = square_field();
  for (auto& each : legs) {
    each.bearing_reference = "magnetic";
  }
  const LegOutline outline = outline_of_legs(form(), legs);
  ASSERT_EQ(outline.geometry.polygons.size(), 1U);
  const double declination = geo::declination_deg(mill(), 1994.38).value();
  const auto line = geo::geodesic_between(mill(), outline.geometry.polygons[0].outer.back());
  EXPECT_NEAR(line.azimuth_deg, declination, 0.01);
  EXPECT_GT(outline.accuracy_m.value(), 4.5);
  EXPECT_NE(outline.operation.find("IGRF-12"), std::string::npos);
}

TEST(RecordLegs, SovietThousandthsGonsAndPacesAreWhatTheySay) {
  auto legs = square_field();
  legs[0].bearing = 1500;
  legs[0].bearing_unit = "mil6000";
  legs[0].distance = 400;
  legs[0].distance_unit = "paces";
  const auto east = outline_of_legs(form(), legs).geometry.polygons.at(0).outer;
  const auto at_a = [&](const geo::LonLat& p) {
    return std::abs(geo::geodesic_between(mill(), p).distance_m - 300) < 0.01;
  };
  ASSERT_EQ(std::count_if(east.begin(), east.end(), at_a), 1);
  EXPECT_NEAR(geo::geodesic_between(mill(), *std::find_if(east.begin(), east.end(), at_a)).azimuth_deg, 90, 0.01);
  legs[0].bearing = 100;
  legs[0].bearing_unit = "gon";
  EXPECT_EQ(outline_of_legs(form(), legs).geometry.polygons.at(0).outer, east);
}

TEST(RecordLegs, GridBearingsStartFromTheGridOfTheReferencePoint) {
  auto legs = square_field();
  for (auto& each : legs) {
    each.bearing_reference = "grid";
  }
  const auto ring = outline_of_legs(form(), legs).geometry.polygons.at(0).outer;
  const auto numbers = geo::numbers_in("EPSG:28408", ring).value();
  const auto north_of_mill = [](const geo::Xy& p) { return std::abs(p.x - 8665000) < 0.01; };
  EXPECT_EQ(std::count_if(numbers.begin(), numbers.end(), north_of_mill), 2);
}

TEST(RecordLegs, LegsThatDoNotCloseAreDrawnAsWrittenAndToldWithTheirError) {
  auto legs = square_field();
  legs[4].distance = 170;
  const LegOutline outline = outline_of_legs(form(), legs);
  EXPECT_NEAR(outline.closure_m.value(), 30, 0.1);
  ASSERT_EQ(outline.problems.size(), 1U);
  EXPECT_EQ(outline.problems[0].id, "mineaction.legs_not_closed");
  EXPECT_NE(outline.problems[0].message.find("30.0 m on 870 m"), std::string::npos) << outline.problems[0].message;
  EXPECT_FALSE(outline.geometry.empty());
}

TEST(RecordLegs, WhatCannotBeFollowedIsAnIssueAndNeverAGuess) {
  const auto refused = [](std::vector<MinefieldRecordLeg> legs, const MinefieldRecord& record) {
    const LegOutline outline = outline_of_legs(record, legs);
    EXPECT_TRUE(outline.geometry.empty());
    return outline.problems.empty() ? std::string() : outline.problems.front().id;
  };
  auto legs = square_field();
  legs[2].bearing_unit.clear();
  EXPECT_EQ(refused(legs, form()), "mineaction.leg_incomplete");
  legs = square_field();
  legs[2].bearing_reference = "magnetic";
  MinefieldRecord undated = form();
  undated.recorded_on.reset();
  EXPECT_EQ(refused(legs, undated), "mineaction.legs_without_date");
  legs = square_field();
  legs[0].easting.reset();
  legs[0].northing.reset();
  EXPECT_EQ(refused(legs, form()), "mineaction.legs_not_tied_in");
  legs = square_field();
  legs[3].from_point = "X";
  legs[3].to_point = "Y";
  EXPECT_EQ(refused(legs, form()), "mineaction.leg_unreached");
  legs = square_field();
  std::swap(legs[0].easting, legs[0].northing);
  EXPECT_EQ(refused(legs, form()), "mineaction.leg_not_placed");
  legs = square_field();
  legs[0].crs.clear();
  EXPECT_EQ(refused(legs, form()), "mineaction.leg_not_placed");
}

TEST(RecordLegs, RowsWithoutABoundaryAreLines) {
  auto legs = square_field();
  legs.resize(1);
  legs.push_back(leg(2, "row", "A", "A'", 90, 200));
  legs.push_back(leg(3, "boundary-row", "A", "B", 0, 15));
  legs.push_back(leg(4, "row", "B", "B'", 90, 200));
  const LegOutline outline = outline_of_legs(form(), legs);
  ASSERT_EQ(outline.geometry.lines.size(), 2U);
  EXPECT_EQ(outline.geometry.lines[0].size(), 2U);
}

TEST(RecordLegs, ALandmarkMayBeAGridReferenceAndGridBearingsStartFromItsGrid) {
  std::vector<MinefieldRecordLeg> legs = square_field();
  legs[0].easting.reset();
  legs[0].northing.reset();
  legs[0].crs.clear();
  legs[0].position = "38S NJ 12345 67890";
  const LegOutline outline = outline_of_legs(form(), legs);
  ASSERT_TRUE(outline.problems.empty()) << outline.problems.front().message;
  EXPECT_EQ(outline.crs, "MGRS");
  EXPECT_EQ(outline.accuracy_m, 0.5);
  EXPECT_NE(outline.entered.find("mill at 38S NJ 12345 67890"), std::string::npos) << outline.entered;
  for (MinefieldRecordLeg& each : legs) {
    each.bearing_reference = "grid";
  }
  EXPECT_TRUE(outline_of_legs(form(), legs).problems.empty());
  legs[0].position = "somewhere by the mill";
  const LegOutline unread = outline_of_legs(form(), legs);
  EXPECT_TRUE(unread.geometry.empty());
  EXPECT_FALSE(unread.problems.empty());
}

TEST(RecordLegs, ARecordWithoutAPlaceOfItsOwnIsShownWhereItsLegsLeadAndSaysSo) {
  const Kind& kind = *find_kind("minefield-records");
  Record record;
  record.values.resize(kind.fields.size());
  record.values.front() = std::string("F-1");
  const auto shown = with_ground_of_legs(record, square_field());
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->geometry.polygons.size(), 1U);
  EXPECT_TRUE(is_ground_of_legs(*shown));
  EXPECT_FALSE(is_ground_of_legs(record));
  const AsEntered how = as_entered(kind, *shown).value();
  EXPECT_EQ(how.derived_by, "legs from a reference point: EPSG:15865 Pulkovo 1942 to WGS 84 (16)");
  EXPECT_EQ(how.accuracy_m, 4.5);
  EXPECT_FALSE(with_ground_of_legs(*shown, square_field())) << "a place of its own is never replaced";
  EXPECT_FALSE(with_ground_of_legs(record, {}));
}

}  // namespace
}  // namespace firmground::mineaction
