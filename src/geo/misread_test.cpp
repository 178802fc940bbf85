#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "geo/crs.h"

/// The blunder sizes that minefield records were measured by (docs/methods/record-reconciliation.md), held to the
/// metre.
namespace firmground::geo {
namespace {

struct Place {
  const char* name;
  LonLat at;
};
constexpr std::array<Place, 4> kPlaces = {{{"Aghdam", {46.93, 39.99}},
                                           {"Jabrayil", {47.03, 39.40}},
                                           {"Kalbajar", {46.04, 40.10}},
                                           {"Zangilan", {46.65, 39.09}}}};

LonLat read_as(const std::string& wrong, const std::string& right, LonLat true_place, Xy change = {}) {
  Xy numbers = numbers_in(right, std::array{true_place}).value().front();
  numbers = {numbers.x + change.x, numbers.y + change.y};
  return place(wrong, std::array{numbers}).value().points.front();
}

TEST(Misreading, TheDatumShiftOfTheSouthernCaucasusIsEpsg15865) {
  constexpr std::array<LonLat, 12> kSouthernCaucasus = {{{46.93, 39.99},
                                                         {47.03, 39.40},
                                                         {46.04, 40.10},
                                                         {46.65, 39.09},
                                                         {44.80, 41.70},
                                                         {44.51, 40.18},
                                                         {49.87, 40.40},
                                                         {43.84, 40.79},
                                                         {42.50, 42.90},
                                                         {46.30, 41.60},
                                                         {45.41, 39.20},
                                                         {48.00, 41.70}}};
  for (const LonLat& p : kSouthernCaucasus) {
    const auto placed = place("EPSG:4284", std::array{Xy{p.lon, p.lat}});
    ASSERT_TRUE(placed.has_value());
    EXPECT_EQ(placed->operation.id, "EPSG:15865") << p.lon << " " << p.lat;
    EXPECT_EQ(placed->operation.accuracy_m, 4.5);
    const auto projected = numbers_in("EPSG:28408", placed->points).value();
    EXPECT_EQ(place("EPSG:28408", projected)->operation.id, "EPSG:15865");
  }
}

TEST(Misreading, Epsg1808StandsSecondInTheSouthernCaucasusWithFiveMetresAgainstFourAndAHalf) {
  for (const Place& p : kPlaces) {
    SCOPED_TRACE(p.name);
    const auto ranked = operations_for("EPSG:4284", std::array{Xy{p.at.lon, p.at.lat}});
    ASSERT_TRUE(ranked.has_value());
    ASSERT_GE(ranked->size(), 2U);
    EXPECT_EQ((*ranked)[0].id, "EPSG:15865");
    EXPECT_EQ((*ranked)[0].accuracy_m, 4.5);
    EXPECT_EQ((*ranked)[1].id, "EPSG:1808");
    EXPECT_EQ((*ranked)[1].accuracy_m, 5.0);
  }
}

TEST(Misreading, Sk42DegreesTakenForWgs84LieAbout103MetresEast) {
  for (const Place& p : kPlaces) {
    const GeodesicLine off = geodesic_between(p.at, read_as("EPSG:4326", "EPSG:4284", p.at));
    EXPECT_GE(off.distance_m, 102.0) << p.name;
    EXPECT_LE(off.distance_m, 104.5) << p.name;
    EXPECT_GE(off.azimuth_deg, 82.5) << p.name;
    EXPECT_LE(off.azimuth_deg, 85.5) << p.name;
  }
}

TEST(Misreading, GaussKruegerTakenForUtmLies1830To1873MetresNorth) {
  for (const Place& p : kPlaces) {
    const GeodesicLine off = geodesic_between(p.at, read_as("EPSG:32638", "EPSG:28408", p.at, {-8e6, 0}));
    EXPECT_GE(off.distance_m, 1829) << p.name;
    EXPECT_LE(off.distance_m, 1874) << p.name;
    EXPECT_LT(std::min(off.azimuth_deg, 360 - off.azimuth_deg), 8) << p.name;
  }
}

TEST(Misreading, TheNextZoneLies512To519KilometresAway) {
  for (const Place& p : kPlaces) {
    const GeodesicLine off = geodesic_between(p.at, read_as("EPSG:28409", "EPSG:28408", p.at, {1e6, 0}));
    EXPECT_GE(off.distance_m, 511'500) << p.name;
    EXPECT_LE(off.distance_m, 519'500) << p.name;
  }
}

TEST(Misreading, SovietThousandthsTakenForNatoMilsThrowAFiveHundredMetreLeg59To163Metres) {
  const LonLat from{46.93, 39.99};
  const auto off_m = [&](double thousandths, double distance_m) {
    const LonLat meant = geodesic_end(from, thousandths / 6000 * 360, distance_m);
    const LonLat read = geodesic_end(from, thousandths / 6400 * 360, distance_m);
    return geodesic_between(meant, read).distance_m;
  };
  EXPECT_NEAR(off_m(1800, 500), 58.9, 0.1);
  EXPECT_NEAR(off_m(1800, 1000), 117.7, 0.1);
  EXPECT_NEAR(off_m(3000, 500), 98, 0.1);
  EXPECT_NEAR(off_m(5000, 500), 163, 0.2);
}

TEST(Misreading, SixDegreesOfDeclinationAndAReversedAzimuthMoveALegByTheirKnownSizes) {
  const LonLat from{46.93, 39.99};
  const auto off_m = [&](double turn_deg, double distance_m) {
    return geodesic_between(geodesic_end(from, 40, distance_m), geodesic_end(from, 40 + turn_deg, distance_m))
        .distance_m;
  };
  EXPECT_NEAR(off_m(6, 50), 5.2, 0.05);
  EXPECT_NEAR(off_m(6, 500), 52.3, 0.1);
  EXPECT_NEAR(off_m(6, 1000), 104.7, 0.1);
  EXPECT_NEAR(off_m(1.2, 500), 10.5, 0.1);
  EXPECT_NEAR(off_m(180, 500), 1000, 0.1);
}

}  // namespace
}  // namespace firmground::geo
