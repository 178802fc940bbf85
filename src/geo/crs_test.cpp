#include "geo/crs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/parallel.h"
#include "base/random.h"

namespace firmground::geo {
namespace {

TEST(Crs, APointSurvivesTheWayToTheProgrammeAndBackToAMicrometre) {
  const Crs crs = Crs::from_epsg(32639).value();
  base::Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Xy p{random.uniform(300'000, 700'000), random.uniform(4'200'000, 4'600'000)};
    const Xy back = crs.to_programme(crs.to_lon_lat(p));
    EXPECT_LT(std::hypot(back.x - p.x, back.y - p.y), 1e-6);
  }
}

TEST(Crs, LongitudeComesFirstEvenWhereTheStandardSaysOtherwise) {
  const Crs crs = Crs::from_epsg(32639).value();
  const Xy p = crs.to_programme(LonLat{51, 0});  // central meridian of zone 39 on the equator
  EXPECT_NEAR(p.x, 500'000, 1e-6);
  EXPECT_NEAR(p.y, 0, 1e-6);
  // Gauss-Krueger (EPSG:28408, Pulkovo 1942 zone 8) has northing first by definition; we give easting first all the
  // same.
  const std::vector<Xy> points{{8'500'000, 4'430'000}};
  const auto lon_lat = transform_to_lon_lat("EPSG:28408", points);
  ASSERT_TRUE(lon_lat.has_value());
  EXPECT_NEAR(lon_lat->at(0).lon, 45, 0.01);
  EXPECT_NEAR(lon_lat->at(0).lat, 40, 0.01);
}

TEST(Crs, TheDatumShiftOfTheSovietSystemIsTakenAndNotForgotten) {
  const std::vector<Xy> points{{47.0, 40.0}};
  const auto shifted = transform_to_lon_lat("EPSG:4284", points);
  ASSERT_TRUE(shifted.has_value());
  const Crs crs = Crs::from_epsg(32638).value();
  const Xy recorded = crs.to_programme(LonLat{47, 40});
  const Xy there = crs.to_programme(shifted->at(0));
  const double shift_m = std::hypot(there.x - recorded.x, there.y - recorded.y);
  EXPECT_GT(shift_m, 80);
  EXPECT_LT(shift_m, 160);
}

TEST(Crs, WhatIsNotAProjectedCrsInMetresIsRefusedByName) {
  EXPECT_EQ(Crs::from_epsg(4326).error().id, "geo.crs_not_projected");
  EXPECT_EQ(Crs::from_epsg(2225).error().id, "geo.crs_not_projected");  // California, US survey feet
  EXPECT_EQ(Crs::from_epsg(1).error().id, "geo.crs_unknown");
  EXPECT_THAT(Crs::from_epsg(1).error().message, testing::HasSubstr("EPSG:1"));
  EXPECT_EQ(transform_to_lon_lat("the usual one", std::vector<Xy>{{0, 0}}).error().id, "geo.crs_unknown");
}

TEST(Crs, APointThatHasNoPlaceIsNamed) {
  const auto refused = transform_to_lon_lat("EPSG:32639", std::vector<Xy>{{500'000, 4e6}, {1e30, 4e6}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "geo.transform_failed");
}

TEST(Crs, WktIsTheDialectOfGeoPackageAndGeoTiff) {
  const Crs crs = Crs::from_epsg(32639).value();
  EXPECT_EQ(crs.epsg(), 32639);
  EXPECT_EQ(crs.name(), "WGS 84 / UTM zone 39N");
  EXPECT_THAT(crs.wkt(), testing::StartsWith("PROJCS[\"WGS 84 / UTM zone 39N\",GEOGCS[\"WGS 84\""));
  EXPECT_THAT(crs.wkt(), testing::Not(testing::HasSubstr("\n")));
}

TEST(Crs, SeveralThreadsGetTheSameCoordinates) {
  const Crs crs = Crs::from_epsg(32639).value();
  std::vector<Xy> got(4000);
  const auto lon_lat = [](std::size_t i) { return LonLat{50 + 0.0005 * static_cast<double>(i), 40}; };
  base::set_thread_count(4);
  base::parallel_for(got.size(), 10, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      got[i] = crs.to_programme(lon_lat(i));
    }
  });
  base::set_thread_count(0);
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i], crs.to_programme(lon_lat(i)));
  }
}

TEST(Crs, AGeometryKeepsItsShapeOnTheWay) {
  const Crs crs = Crs::from_epsg(32639).value();
  PlanarGeometry geometry;
  geometry.points = {{500'000, 4'400'000}};
  geometry.lines = {{{500'000, 4'400'000}, {500'100, 4'400'000}}};
  geometry.polygons = {{{{0, 0}, {1000, 0}, {0, 1000}}, {{{100, 100}, {100, 200}, {200, 100}}}}};
  for (auto& p : geometry.polygons[0].outer) {
    p = {p.x + 500'000, p.y + 4'400'000};
  }
  for (auto& p : geometry.polygons[0].holes[0]) {
    p = {p.x + 500'000, p.y + 4'400'000};
  }
  const PlanarGeometry back = crs.to_programme(crs.to_lon_lat(geometry));
  ASSERT_EQ(back.points.size(), 1U);
  ASSERT_EQ(back.lines.at(0).size(), 2U);
  ASSERT_EQ(back.polygons.at(0).holes.at(0).size(), 3U);
  EXPECT_NEAR(back.polygons[0].holes[0][1].y, 4'400'200, 1e-6);
}

}  // namespace
}  // namespace firmground::geo
