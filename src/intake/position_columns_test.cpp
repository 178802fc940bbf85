#include <gtest/gtest.h>

#include <algorithm>

#include "intake/source_file.h"
#include "mineaction/as_entered.h"

/// Positions in the columns of CSV and XLSX, in whatever way people write them.
namespace firmground::intake {
namespace {

using mineaction::AsEntered;
using mineaction::find_kind;

ReadResult finds(const std::string& text, const std::string& crs = "") {
  ReadOptions options;
  options.crs = crs;
  options.programme_crs = "EPSG:32638";
  options.extent = {{44, 38, 51, 42}};
  auto result = read_csv(text, "finds.csv", *find_kind("finds"), options, base::no_progress);
  EXPECT_TRUE(result) << (result ? "" : base::to_text(result.error()));
  return result ? std::move(*result) : ReadResult();
}

AsEntered entered(const ReadResult& result, std::size_t at = 0) {
  return mineaction::as_entered(*find_kind("finds"), result.records.at(at).record).value_or(AsEntered());
}

geo::LonLat place(const ReadResult& result, std::size_t at = 0) {
  return result.records.at(at).record.geometry.points.at(0);
}

/// The only issue of a file whose only row is refused.
Issue refusal(const ReadResult& result) {
  EXPECT_TRUE(result.records.empty());
  const auto refused =
      std::find_if(result.issues.begin(), result.issues.end(), [](const Issue& issue) { return issue.refused; });
  EXPECT_NE(refused, result.issues.end());
  return refused != result.issues.end() ? *refused : Issue();
}

TEST(PositionColumns, AGridReferenceIsReadAndKeptAsWritten) {
  const ReadResult result = finds("find_id,device,MGRS\nF-1,UXO,38S NJ 12345 67890\nF-2,UXO,38SNJ123678\n");
  ASSERT_EQ(result.records.size(), 2U);
  EXPECT_LT(geo::geodesic_between(place(result, 0), place(result, 1)).distance_m, 100);
  EXPECT_EQ(entered(result), (AsEntered{"38S NJ 12345 67890", "MGRS", "no datum shift: WGS 84", 0.5}));
  EXPECT_EQ(entered(result, 1).accuracy_m, 50);
}

TEST(PositionColumns, DegreesMinutesAndSecondsAreReadInLatinAndInCyrillicLetters) {
  const ReadResult result = finds(
      "find_id,device,latitude,longitude\nF-1,UXO,\"40°12'33.5\"\"N\",\"46°45'10\"\"E\"\nF-2,UXO,N 40 12.558333,E 46 "
      "45.166667\n"
      "F-3,UXO,\"40°12'33,5\"\" с.ш.\",\"46°45'10\"\" в.д.\"\nF-4,UXO,40.209306,46.752778\nF-5,UXO,С 40 12 33.5,В 46 "
      "45 10\n");
  ASSERT_EQ(result.records.size(), 5U) << result.issues.front().error;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_LT(geo::geodesic_between(place(result, i), {46.752778, 40.209306}).distance_m, 0.1) << i;
  }
  EXPECT_EQ(entered(result), (AsEntered{"latitude 40°12'33.5\"N, longitude 46°45'10\"E", "WGS 84", "", {}}));
  EXPECT_EQ(entered(result, 3), AsEntered()) << "decimal degrees on WGS 84 are what is stored";
}

TEST(PositionColumns, NumbersOfAnotherDatumKeepThemselvesTheirCrsAndTheOperation) {
  const ReadResult result = finds("find_id,device,x,y\nF-1,UXO,8665000.50,4429000\n", "SK-42 zone 8");
  ASSERT_EQ(result.records.size(), 1U);
  EXPECT_EQ(entered(result),
            (AsEntered{"y 4429000, x 8665000.50", "SK-42 zone 8", "EPSG:15865 Pulkovo 1942 to WGS 84 (16)", 4.5}));
  const ReadResult own = finds("find_id,device,x,y\nF-1,UXO,665000,4429000\n", "EPSG:32638");
  EXPECT_EQ(entered(own), AsEntered()) << "the programme's own CRS needs no note";
}

TEST(PositionColumns, DegreesOfAnotherDatumAreMoved) {
  const ReadResult result = finds("find_id,device,lat,lon\nF-1,UXO,40 12 33.5 N,46 45 10 E\n", "SK-42");
  ASSERT_EQ(result.records.size(), 1U);
  EXPECT_NEAR(geo::geodesic_between(place(result), {46.752778, 40.209306}).distance_m, 103, 1.5);
  EXPECT_EQ(entered(result).derived_by, "EPSG:15865 Pulkovo 1942 to WGS 84 (16)");
}

TEST(PositionColumns, EachRowMayNameItsOwnCrs) {
  const ReadResult result = finds(
      "find_id,device,easting,northing,crs\nF-1,UXO,8665000,4429000,SK-42 zone 8\nF-2,UXO,665000,4429000,28408\n"
      "F-3,UXO,665000,4429000,EPSG:32638\nF-4,UXO,46.9,40.0,\n");
  ASSERT_EQ(result.records.size(), 4U) << result.issues.front().error;
  EXPECT_LT(geo::geodesic_between(place(result, 0), place(result, 1)).distance_m, 0.01);
  EXPECT_GT(geo::geodesic_between(place(result, 0), place(result, 2)).distance_m, 1000);
  EXPECT_EQ(entered(result, 1).crs, "EPSG:28408");
  EXPECT_EQ(entered(result, 3), AsEntered());
  const Issue unknown = refusal(finds("find_id,device,easting,northing,crs\nF-1,UXO,1,2,the usual one\n"));
  EXPECT_EQ(unknown.row, 1);
  EXPECT_NE(unknown.error.find("the usual one"), std::string::npos) << unknown.error;
}

TEST(PositionColumns, APositionMayBeOneText) {
  const ReadResult result = finds(
      "find_id,device,position,crs\nF-1,UXO,X=4429000 Y=8665000,СК-42 зона 8\nF-2,UXO,\"40°12'33.5\"\"N "
      "46°45'10\"\"E\",\n"
      "F-3,UXO,38SNJ1234567890,MGRS\n");
  ASSERT_EQ(result.records.size(), 3U) << result.issues.front().error;
  EXPECT_EQ(entered(result, 0).crs, "СК-42 зона 8");
  EXPECT_EQ(entered(result, 0).position, "X=4429000 Y=8665000");
  EXPECT_NEAR(place(result, 1).lon, 46.752778, 1e-6);
}

TEST(PositionColumns, WhatCannotBeReadIsRefusedWithItsFieldItsValueAndTheRemedy) {
  const Issue grid = refusal(finds("find_id,device,mgrs\nF-1,UXO,38SAJ1234567890\n"));
  EXPECT_EQ(grid.field, "mgrs");
  EXPECT_EQ(grid.value, "38SAJ1234567890");
  EXPECT_NE(grid.remedy.find("38SNJ1234567890"), std::string::npos) << grid.remedy;
  const Issue minutes = refusal(finds("find_id,device,latitude,longitude\nF-1,UXO,40 72 10 N,46 45 10 E\n"));
  EXPECT_EQ(minutes.field, "latitude");
  EXPECT_EQ(minutes.value, "40 72 10 N");
  EXPECT_NE(minutes.remedy.find("below 60"), std::string::npos) << minutes.remedy;
  const Issue exchanged = refusal(finds("find_id,device,latitude,longitude\nF-1,UXO,46 45 10 E,40 12 33 N\n"));
  EXPECT_EQ(exchanged.field, "longitude");
  const Issue metres = refusal(finds("find_id,device,lat,lon\nF-1,UXO,40 12 33.5 N,46 45 10 E\n", "SK-42 zone 8"));
  EXPECT_NE(metres.error.find("SK-42 zone 8"), std::string::npos) << metres.error;
  const Issue open = refusal(finds("find_id,device,position\nF-1,UXO,X=4429000 Y=8665000\n"));
  EXPECT_NE(open.error.find("WGS 84"), std::string::npos) << open.error;
}

TEST(PositionColumns, MetresWhoseSystemNobodyNamesAreRefused) {
  for (const char* columns : {"easting,northing", "x,y"}) {
    const auto read = read_csv(std::string("find_id,device,") + columns + "\nF-1,UXO,664773,4428431\n", "finds.csv",
                               *find_kind("finds"), {}, base::no_progress);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().id, "intake.metres_without_crs");
    EXPECT_NE(read.error().remedy.find("--crs"), std::string::npos);
  }
}

TEST(PositionColumns, TwoPositionsOfOneRowMustAgree) {
  const std::string header = "find_id,device,latitude,longitude,mgrs\n";
  const ReadResult same = finds(header + "F-1,UXO,39.460499,45.143506,38SNJ1234567890\n");
  ASSERT_EQ(same.records.size(), 1U) << same.issues.front().error;
  EXPECT_EQ(entered(same), AsEntered()) << "the degrees count";
  const Issue differ = refusal(finds(header + "F-1,UXO,39.470499,45.143506,38SNJ1234567890\n"));
  EXPECT_NE(differ.error.find("1110 m"), std::string::npos) << differ.error;
  EXPECT_EQ(finds(header + "F-1,UXO,,,38SNJ1234567890\n").records.size(), 1U);
}

TEST(PositionColumns, AnOutlineOfAnotherCrsIsKeptInItsOwnNumbers) {
  ReadOptions options;
  options.crs = "EPSG:28408";
  const auto result = read_csv(
      "hazard_id,wkt\nHA-1,\"POLYGON ((8665000 4429000, 8665500 4429000, 8665500 4429500, 8665000 4429000))\"\n",
      "hazards.csv", *find_kind("hazards"), options, base::no_progress);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->records.size(), 1U);
  const auto kept = mineaction::as_entered(*find_kind("hazards"), result->records[0].record);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->position, "POLYGON ((8665000 4429000, 8665500 4429000, 8665500 4429500, 8665000 4429000))");
  EXPECT_EQ(kept->crs, "EPSG:28408");
}

TEST(PositionColumns, WhatAFileOfOursTellsOfAnEarlierEntryStays) {
  const std::string told = "38SNJ1234567890,MGRS,no datum shift: WGS 84,0.5\n";
  const ReadResult result = finds(
      "find_id,device,longitude,latitude,entered_as,entered_crs,derived_by,derived_accuracy_m\nF-1,UXO,45.14348,39."
      "462107," +
      told);
  ASSERT_EQ(result.records.size(), 1U);
  EXPECT_EQ(entered(result), (AsEntered{"38SNJ1234567890", "MGRS", "no datum shift: WGS 84", 0.5}));
}

TEST(PositionColumns, OneRowFarAwayDoesNotChangeTheOperationOfTheOthers) {
  const std::string header = "find_id,device,lat,lon\n";
  const std::string here = "F-1,UXO,39.99,46.93\n";
  ReadOptions anywhere;
  anywhere.crs = "SK-42";
  const auto read = [&](const std::string& rows) {
    return read_csv(header + rows, "finds.csv", *find_kind("finds"), anywhere, base::no_progress).value();
  };
  const ReadResult alone = read(here);
  const ReadResult with_another = read(here + "F-2,UXO,55.75,37.62\n");
  EXPECT_EQ(place(alone), place(with_another));
  EXPECT_EQ(entered(alone), entered(with_another));
}

}  // namespace
}  // namespace firmground::intake
