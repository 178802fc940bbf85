#include "geo/written_position.h"

#include <gtest/gtest.h>

#include <array>

namespace firmground::geo {
namespace {

double metres_between(const LonLat& a, const LonLat& b) {
  return geodesic_between(a, b).distance_m;
}

LonLat placed(std::string_view crs, std::string_view text) {
  const auto parsed = parse_written_crs(crs);
  EXPECT_TRUE(parsed.has_value()) << crs;
  const auto result = place_text(parsed.value(), text);
  EXPECT_TRUE(result.has_value()) << text << ": " << (result ? "" : result.error().message);
  return result ? result->points.front() : LonLat{};
}

TEST(WrittenPosition, AnAngleIsReadInEveryFormThatFormsAndReceiversWrite) {
  const double latitude = 40 + 12.0 / 60 + 33.5 / 3600;
  for (const char* text :
       {"40°12'33.5\"N", "40 12 33.5 N", "N40 12 33.5", "40°12′33.5″", "40° 12' 33.5\" с.ш.", "40:12:33.5",
        "N 40°12.558333'", "40.209305556", "С 40°12'33,5\"", "40 12 33.5 С", "40°12'33.5''N", "40°12,558333'"}) {
    const auto degrees = parse_angle(text, Angle::latitude);
    ASSERT_TRUE(degrees.has_value()) << text;
    EXPECT_NEAR(*degrees, latitude, 1e-8) << text;
  }
  EXPECT_NEAR(parse_angle("70 30 W", Angle::longitude).value(), -70.5, 1e-12);
  EXPECT_NEAR(parse_angle("-0.5", Angle::longitude).value(), -0.5, 1e-12);
  EXPECT_NEAR(parse_angle("70°30' З", Angle::longitude).value(), -70.5, 1e-12);
  EXPECT_NEAR(parse_angle("В 46 30", Angle::longitude).value(), 46.5, 1e-12);
  EXPECT_NEAR(parse_angle("10 ю.ш.", Angle::latitude).value(), -10, 1e-12);
}

TEST(WrittenPosition, AnAngleThatCannotBeIsNotRead) {
  EXPECT_FALSE(parse_angle("40 72 10 N", Angle::latitude));   // 72 minutes
  EXPECT_FALSE(parse_angle("40 12 33 E", Angle::latitude));   // the letter of the other axis
  EXPECT_FALSE(parse_angle("-40 12 33 N", Angle::latitude));  // two signs
  EXPECT_FALSE(parse_angle("140 N", Angle::latitude));
  EXPECT_FALSE(parse_angle("40.5 12 N", Angle::latitude));  // minutes after a fraction of a degree
  EXPECT_FALSE(parse_angle("near the mill", Angle::latitude));
  EXPECT_FALSE(parse_angle("40 12 33 В", Angle::latitude));
}

TEST(WrittenPosition, AGridReferenceIsTheMiddleOfItsSquare) {
  const auto ten = parse_mgrs("38S NJ 12345 67890");
  ASSERT_TRUE(ten.has_value());
  EXPECT_EQ(ten->zone, 38);
  EXPECT_DOUBLE_EQ(ten->easting_m, 512345.5);
  EXPECT_DOUBLE_EQ(ten->northing_m, 4367890.5 - 0);
  EXPECT_DOUBLE_EQ(parse_mgrs("38SNJ1267")->square_m, 1000);
  EXPECT_FALSE(parse_mgrs("38SAJ1234567890"));  // zone 38 has no column A
  EXPECT_FALSE(parse_mgrs("38SNJ123456789"));   // one digit lost
  EXPECT_FALSE(parse_mgrs("61SNJ12345678"));
}

TEST(WrittenPosition, TheSamePlaceComesOutOfEverySystemItWasWrittenIn) {
  const LonLat aghdam{46.93, 39.99};
  for (const char* crs : {"SK-42 zone 8", "EPSG:28408", "Pulkovo 1942 / Gauss-Kruger zone 8", "СК-42 зона 8", "SK-42",
                          "SK-42 3-degree zone 16", "UTM 38N WGS84", "WGS 84 / UTM zone 38N", "UTM 38T WGS72",
                          "SK-95 zone 8", "Pulkovo 1942 Gauss-Krüger CM 45E"}) {
    SCOPED_TRACE(crs);
    const auto written = parse_written_crs(crs);
    ASSERT_TRUE(written.has_value());
    const Xy guess = written->zone == 16 ? Xy{16.4e6, 4.4e6} : Xy{8.5e6, 4.4e6};
    const std::string definition = definition_for(written.value(), guess).value();
    const auto numbers = numbers_in(definition, std::array{aghdam});
    ASSERT_TRUE(numbers.has_value());
    const auto back = place(definition_for(written.value(), numbers->front()).value(), *numbers);
    ASSERT_TRUE(back.has_value());
    EXPECT_LT(metres_between(back->points.front(), aghdam), 0.01);
  }
}

TEST(WrittenPosition, ADatumWithoutAKnownShiftAtThePlaceIsRefused) {
  const LonLat diyarbakir{40.2, 37.9};
  const std::string ed50 = definition_for(parse_written_crs("UTM 37N ED50").value(), {}).value();
  const auto numbers = numbers_in(ed50, std::array{diyarbakir});
  ASSERT_TRUE(numbers.has_value());
  EXPECT_LT(metres_between(place(ed50, *numbers)->points.front(), diyarbakir), 0.01);
  EXPECT_FALSE(numbers_in("EPSG:23038", std::array{LonLat{46.93, 39.99}}));  // nobody published one for Azerbaijan
}

TEST(WrittenPosition, ZonesReadTheSameWithTheirPrefixAndWithout) {
  const LonLat with = placed("SK-42 zone 8", "X=4429000 Y=8665000");
  const LonLat without = placed("SK-42 zone 8", "X=4429000 Y=665000");
  const LonLat east_first = placed("EPSG:28408", "8665000 4429000");
  const LonLat zone_from_prefix = placed("SK-42", "X=4429000 Y=8665000");
  EXPECT_LT(metres_between(with, without), 0.01);
  EXPECT_LT(metres_between(with, east_first), 1e-6);
  EXPECT_LT(metres_between(with, zone_from_prefix), 1e-6);
  EXPECT_NEAR(with.lon, 46.9, 0.1);
  const LonLat three_degrees = placed("SK-42 3-degree zone 16", "X=4429000 Y=16408000");
  EXPECT_NEAR(three_degrees.lon, 46.9, 0.1);
  EXPECT_LT(metres_between(three_degrees, placed("SK-42 3-degree zone 16", "X=4429000 Y=408000")), 0.01);
}

TEST(WrittenPosition, WhatContradictsItselfIsRefusedAndNeverMended) {
  const auto zone_8 = parse_written_crs("SK-42 zone 8").value();
  EXPECT_EQ(place_text(zone_8, "X=4429000 Y=9665000").error().id, "geo.zone_contradicted");
  EXPECT_EQ(place_text(zone_8, "X=8665000 Y=4429000").error().id, "geo.axes_exchanged");
  EXPECT_EQ(place_text(parse_written_crs("SK-42").value(), "X=4429000 Y=665000").error().id, "geo.zone_missing");
  EXPECT_EQ(parse_written_crs("UTM 38N").error().id, "geo.crs_datum_missing");
  EXPECT_EQ(parse_written_crs("Gauss-Kruger zone 8").error().id, "geo.crs_datum_missing");
  EXPECT_EQ(parse_written_crs("the usual one").error().id, "geo.crs_unknown");
  EXPECT_EQ(place_text(parse_written_crs("WGS84").value(), "40.2 46.9").error().id, "geo.position_unreadable");
}

TEST(WrittenPosition, AGridReferenceIsAsAccurateAsItsSquareAndItsDatum) {
  const auto wgs84 = parse_written_crs("MGRS").value();
  EXPECT_EQ(place_text(wgs84, "38SNJ1234567890")->operation.accuracy_m, 0.5);
  EXPECT_EQ(place_text(wgs84, "38S NJ 123 678")->operation.accuracy_m, 50);
  EXPECT_EQ(read_position(wgs84, "38SNJ1234567890")->definition, "EPSG:32638");
  EXPECT_EQ(place_text(wgs84, "38SAJ1234567890").error().id, "geo.position_unreadable");
}

TEST(WrittenPosition, DegreesWithLettersNeedNoOrder) {
  const LonLat a = placed("WGS84", "40°12'33.5\"N 46°45'10\"E");
  const LonLat b = placed("WGS84", "E46 45 10, N40 12 33.5");
  EXPECT_LT(metres_between(a, b), 1e-6);
  EXPECT_NEAR(a.lon, 46.752778, 1e-6);
  const LonLat sk42 = placed("SK-42", "40 12 33.5 N 46 45 10 E");
  EXPECT_NEAR(metres_between(a, sk42), 103, 1.5);
  const LonLat grid = placed("MGRS", "38TNK 46205 47865");
  EXPECT_NEAR(grid.lat, 40.09, 0.3);
}

}  // namespace
}  // namespace firmground::geo
