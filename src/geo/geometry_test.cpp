#include "geo/geometry.h"

#include <gtest/gtest.h>

#include <cmath>

namespace firmground::geo {
namespace {

// A 100 m square far from the origin, as programme coordinates are, with a 20 m hole.
PlanarGeometry holed_square() {
  const double x = 512'000;
  const double y = 4'401'000;
  PlanarGeometry geometry;
  geometry.polygons = {{{{x, y}, {x + 100, y}, {x + 100, y + 100}, {x, y + 100}},
                        {{{x + 10, y + 10}, {x + 10, y + 30}, {x + 30, y + 30}, {x + 30, y + 10}}}}};
  return geometry;
}

TEST(Geometry, AreaOfARingIsExactFarFromTheOrigin) {
  const PlanarGeometry square = holed_square();
  EXPECT_EQ(planar_ring_area(square.polygons[0].outer), 10'000);
  EXPECT_EQ(planar_ring_area(square.polygons[0].holes[0]), -400);
  EXPECT_EQ(planar_ring_area({}), 0);
}

TEST(Geometry, AHoleIsNotInsideAndTakesWeightFromTheCentroid) {
  const PlanarGeometry square = holed_square();
  EXPECT_TRUE(contains(square, {512'050, 4'401'050}));
  EXPECT_FALSE(contains(square, {512'020, 4'401'020}));
  EXPECT_FALSE(contains(square, {511'999, 4'401'050}));
  const Xy c = centroid(square);
  EXPECT_NEAR(c.x, 512'000 + (10'000 * 50 - 400 * 20) / 9600.0, 1e-6);
  EXPECT_NEAR(c.y, 4'401'000 + (10'000 * 50 - 400 * 20) / 9600.0, 1e-6);
}

TEST(Geometry, CentroidOfLinesIsByLengthAndOfPointsTheMean) {
  PlanarGeometry lines;
  lines.lines = {{{0, 0}, {10, 0}}, {{0, 10}, {30, 10}}};
  EXPECT_NEAR(centroid(lines).x, (10 * 5 + 30 * 15) / 40.0, 1e-9);
  PlanarGeometry points;
  points.points = {{0, 0}, {4, 0}, {2, 6}};
  EXPECT_EQ(centroid(points), (Xy{2, 2}));
}

TEST(Geometry, DistanceIsToTheNearestPartAndZeroInside) {
  const PlanarGeometry square = holed_square();
  EXPECT_EQ(distance(square, {512'050, 4'401'050}), 0);
  EXPECT_DOUBLE_EQ(distance(square, {512'020, 4'401'020}), 10);  // in the middle of the hole
  EXPECT_DOUBLE_EQ(distance(square, {512'103, 4'401'104}), 5);
  PlanarGeometry line;
  line.lines = {{{0, 0}, {10, 0}, {10, 10}}};
  EXPECT_DOUBLE_EQ(distance(line, {0, 10}), 10);  // lines do not close
  EXPECT_TRUE(std::isinf(distance({}, {0, 0})));
}

TEST(Geometry, AnInteriorPointIsInsideHoweverTheGroundIsShaped) {
  EXPECT_TRUE(contains(holed_square(), interior_point(holed_square().polygons[0])));
  const PlanarPolygon horseshoe{{{0, 0}, {30, 0}, {30, 30}, {29, 30}, {29, 1}, {1, 1}, {1, 30}, {0, 30}}, {}};
  EXPECT_TRUE(contains(horseshoe, interior_point(horseshoe)));
  const PlanarPolygon sliver{{{512'000, 4'401'000}, {513'000, 4'402'000}, {513'000, 4'402'000.0003}}, {}};
  EXPECT_TRUE(contains(sliver, interior_point(sliver)));
}

TEST(Geometry, ABoxIsEmptyUntilItHoldsSomething) {
  EXPECT_TRUE(bounds(PlanarGeometry{}).empty());
  const Box box = bounds(holed_square());
  EXPECT_EQ(box.min_x, 512'000);
  EXPECT_EQ(box.max_y, 4'401'100);
  EXPECT_FALSE(box.intersects(Box{}));
  EXPECT_TRUE(box.grown(5).contains({511'996, 4'401'050}));
}

}  // namespace
}  // namespace firmground::geo
