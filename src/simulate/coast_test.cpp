#include "simulate/coast.h"

#include <gtest/gtest.h>

#include "geo/area.h"
#include "geo/overlay.h"

namespace firmground::simulate {
namespace {

TEST(Coast, TheIslandHasExactlyTheAreaOfTheBaseline) {
  const geo::Crs crs = *geo::Crs::from_epsg(32639);
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const Coast coast(seed, 11667.02e6, crs);
    EXPECT_NEAR(geo::ellipsoidal_area_m2(coast.land(), crs), 11667.02e6, 1e3);
    EXPECT_EQ(geo::validity_problem(coast.land()), "");
    const geo::GeographicGeometry shore = crs.to_lon_lat(coast.land());
    for (const geo::LonLat& p : shore.polygons[0].outer) {
      EXPECT_TRUE(p.lon > 50.6 && p.lon < 52.6 && p.lat > 40.9 && p.lat < 42.6) << p.lon << " " << p.lat;
    }
  }
}

TEST(Coast, LandAndSeaAreToldApartAsThePolygonDoes) {
  const geo::Crs crs = *geo::Crs::from_epsg(32639);
  const Coast coast(9, 900e6, crs);
  const geo::PlanarGeometry land = coast.land();
  for (double x = 525000; x < 572000; x += 907) {
    for (double y = 4595000; y < 4650000; y += 911) {
      EXPECT_EQ(coast.on_land({x, y}), geo::contains(land, {x, y})) << x << " " << y;
    }
  }
}

}  // namespace
}  // namespace firmground::simulate
