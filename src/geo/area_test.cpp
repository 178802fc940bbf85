#include "geo/area.h"

#include <geodesic.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"

namespace firmground::geo {
namespace {

const Crs& utm39() {
  static const Crs crs = Crs::from_epsg(32639).value();
  return crs;
}

// Karney's geodesic polygon through points so close on each straight programme edge that geodesics cannot leave it.
double geodesic_area(const std::vector<Xy>& ring, const Crs& crs, double spacing_m) {
  geod_geodesic wgs84;
  geod_init(&wgs84, 6378137.0, 1 / 298.257223563);
  geod_polygon polygon;
  geod_polygon_init(&polygon, 0);
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Xy a = ring[i];
    const Xy b = ring[(i + 1) % ring.size()];
    const int pieces = static_cast<int>(std::ceil(std::hypot(b.x - a.x, b.y - a.y) / spacing_m));
    for (int k = 0; k < pieces; ++k) {
      const double t = static_cast<double>(k) / pieces;
      const LonLat p = crs.to_lon_lat(Xy{a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
      geod_polygon_addpoint(&wgs84, &polygon, p.lat, p.lon);
    }
  }
  double area = 0;
  geod_polygon_compute(&wgs84, &polygon, 0, 1, &area, nullptr);
  return std::abs(area);
}

std::vector<Xy> ring_round(base::Random& random, Xy centre, double radius, int corners) {
  std::vector<Xy> ring;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * i / corners;
    const double r = radius * random.uniform(0.4, 1);
    ring.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return ring;
}

TEST(EllipsoidalArea, AFieldAgreesWithTheGeodesicPolygonToAThousandthOfASquareMetre) {
  base::Random random(1);
  for (int i = 0; i < 25; ++i) {
    const Xy centre{random.uniform(250'000, 750'000), random.uniform(4'200'000, 4'600'000)};
    const std::vector<Xy> ring =
        ring_round(random, centre, random.uniform(30, 600), 3 + static_cast<int>(random.index(15)));
    EXPECT_NEAR(ellipsoidal_area_m2(PlanarPolygon{ring, {}}, utm39()), geodesic_area(ring, utm39(), 2), 1e-3);
  }
}

TEST(EllipsoidalArea, ADistrictOfFortyKilometresAgreesToATenthOfASquareMetre) {
  base::Random random(2);
  for (int i = 0; i < 4; ++i) {
    const std::vector<Xy> ring = ring_round(random, {random.uniform(300'000, 700'000), 4'400'000}, 20'000, 6);
    EXPECT_NEAR(ellipsoidal_area_m2(PlanarPolygon{ring, {}}, utm39()), geodesic_area(ring, utm39(), 20), 0.1);
  }
}

TEST(EllipsoidalArea, HolesAreTakenOutAndTheDrawingDirectionDoesNotMatter) {
  const double x = 512'000;
  const double y = 4'401'000;
  PlanarPolygon polygon{{{x, y}, {x + 100, y}, {x + 100, y + 100}, {x, y + 100}},
                        {{{x + 10, y + 10}, {x + 10, y + 30}, {x + 30, y + 30}, {x + 30, y + 10}}}};
  const double area = ellipsoidal_area_m2(polygon, utm39());
  EXPECT_NEAR(area, 9600 * area_scale({x + 50, y + 50}, utm39()), 1e-3);
  std::reverse(polygon.outer.begin(), polygon.outer.end());
  std::reverse(polygon.holes[0].begin(), polygon.holes[0].end());
  EXPECT_NEAR(ellipsoidal_area_m2(polygon, utm39()), area, 1e-6);
}

TEST(EllipsoidalArea, TheMapShrinksTheGroundOnTheCentralMeridian) {
  // UTM's scale is 0.9996 there, so that a hectare of map is more than a hectare of ground.
  EXPECT_NEAR(area_scale({500'000, 4'400'000}, utm39()), 1 / (0.9996 * 0.9996), 1e-8);
}

TEST(EllipsoidalArea, TwoHalvesMakeTheWhole) {
  const std::vector<Xy> whole{{500'000, 4'400'000}, {503'000, 4'400'100}, {502'500, 4'403'000}, {499'900, 4'402'000}};
  const PlanarPolygon west{{whole[0], whole[2], whole[3]}, {}};
  const PlanarPolygon east{{whole[0], whole[1], whole[2]}, {}};
  const double sum = ellipsoidal_area_m2(west, utm39()) + ellipsoidal_area_m2(east, utm39());
  EXPECT_NEAR(sum, ellipsoidal_area_m2(PlanarPolygon{whole, {}}, utm39()), 1e-4);
}

TEST(EllipsoidalArea, GroundAcrossTheAntimeridianIsNotTheRestOfTheEarth) {
  const Crs utm60 = Crs::from_epsg(32660).value();
  const Xy centre = utm60.to_programme(LonLat{180, 10});
  const PlanarPolygon square{{{centre.x - 50, centre.y - 50},
                              {centre.x + 50, centre.y - 50},
                              {centre.x + 50, centre.y + 50},
                              {centre.x - 50, centre.y + 50}},
                             {}};
  EXPECT_NEAR(ellipsoidal_area_m2(square, utm60), 10'000, 60);
}

// UTM, Lambert's conformal cone over France, an equal-area projection, Gauss-Krüger, and UTM of the south.
TEST(AreaMeter, MeasuresAsTheGeodesicPolygonDoesWhateverTheProjection) {
  struct Place {
    int epsg;
    LonLat centre;
  };
  for (const Place& place : {Place{32639, {50.6, 41.2}}, Place{2154, {2.5, 47}}, Place{3035, {15, 52}},
                             Place{28409, {51, 40}}, Place{32724, {36, -12}}}) {
    const Crs crs = Crs::from_epsg(place.epsg).value();
    const AreaMeter meter(crs);
    const Xy centre = crs.to_programme(place.centre);
    base::Random random(static_cast<std::uint64_t>(place.epsg));
    for (int i = 0; i < 30; ++i) {
      const Xy at{centre.x + random.uniform(-60'000, 60'000), centre.y + random.uniform(-60'000, 60'000)};
      const double radius = i % 3 == 0 ? 5'000 : random.uniform(20, 800);
      PlanarPolygon field{ring_round(random, at, radius, 3 + static_cast<int>(random.index(15))), {}};
      field.holes.push_back({{at.x, at.y}, {at.x + 5, at.y}, {at.x, at.y + 5}});
      const double area = ellipsoidal_area_m2(field, crs);
      EXPECT_NEAR(meter.area_m2(field), area, 2e-9 * area + 1e-5) << place.epsg;
    }
  }
}

TEST(AreaMeter, GroundTooWideForItsSquareIsMeasuredTheLongWay) {
  const AreaMeter meter(utm39());
  base::Random random(3);
  const PlanarPolygon district{ring_round(random, {510'000, 4'400'000}, 40'000, 9), {}};
  EXPECT_EQ(meter.area_m2(district), ellipsoidal_area_m2(district, utm39()));
  EXPECT_EQ(meter.area_m2({{{500'000, 4'400'000}, {501'000, 4'400'000}}, {}}), 0);
}

TEST(EllipsoidalArea, PointsAndLinesHaveNone) {
  PlanarGeometry geometry;
  geometry.points = {{500'000, 4'400'000}};
  geometry.lines = {{{500'000, 4'400'000}, {501'000, 4'400'000}}};
  EXPECT_EQ(ellipsoidal_area_m2(geometry, utm39()), 0);
}

}  // namespace
}  // namespace firmground::geo
