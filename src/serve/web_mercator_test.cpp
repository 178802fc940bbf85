#include "serve/web_mercator.h"

#include <gtest/gtest.h>

#include <cmath>

namespace firmground::serve {
namespace {

TEST(WebMercator, KnownTilesHoldKnownPlaces) {
  // Null Island is the corner of the four tiles of zoom 1; Baku (49.8671 E, 40.4093 N) lies in tile 10/653/386.
  EXPECT_EQ(to_world({0, 0}), (WorldXy{0.5, 0.5}));
  const WorldXy baku = to_world({49.8671, 40.4093});
  EXPECT_TRUE((TileId{10, 653, 386}).box().contains(baku));
}

TEST(WebMercator, ThereAndBackIsTheSamePlace) {
  for (const geo::LonLat p : {geo::LonLat{51.4, 41.7}, {-74.1, 4.6}, {104.9, -11.6}}) {
    const geo::LonLat back = to_lon_lat(to_world(p));
    EXPECT_NEAR(back.lon, p.lon, 1e-12);
    EXPECT_NEAR(back.lat, p.lat, 1e-12);
  }
}

TEST(WebMercator, AStraightSurveyedEdgeStaysWithinATenthOfAMetre) {
  const geo::Crs crs = *geo::Crs::from_epsg(32639);
  const geo::Xy a{450'000, 4'600'000};
  const geo::Xy b{550'000, 4'640'000};
  const std::vector<WorldXy> line = to_world({a, b}, false, crs);
  ASSERT_GT(line.size(), 50U);
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const WorldXy middle{(line[i].x + line[i + 1].x) / 2, (line[i].y + line[i + 1].y) / 2};
    const geo::Xy p = crs.to_programme(to_lon_lat(middle));
    const double off =
        std::abs((b.x - a.x) * (a.y - p.y) - (a.x - p.x) * (b.y - a.y)) / std::hypot(b.x - a.x, b.y - a.y);
    EXPECT_LT(off, 0.1);
  }
}

TEST(WebMercator, TilesOutsideThePyramidDoNotExist) {
  EXPECT_TRUE((TileId{0, 0, 0}).exists());
  EXPECT_FALSE((TileId{0, 1, 0}).exists());
  EXPECT_FALSE((TileId{23, 0, 0}).exists());
}

}  // namespace
}  // namespace firmground::serve
