#include "geo/overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "geo/grid.h"

namespace firmground::geo {
namespace {

constexpr double kX = 512'000;
constexpr double kY = 4'401'000;

PlanarGeometry box(double x0, double y0, double x1, double y1) {
  PlanarGeometry geometry;
  geometry.polygons.push_back({{{kX + x0, kY + y0}, {kX + x1, kY + y0}, {kX + x1, kY + y1}, {kX + x0, kY + y1}}, {}});
  return geometry;
}

PlanarGeometry star(base::Random& random, Xy centre, double radius, int corners) {
  PlanarGeometry geometry;
  PlanarPolygon& polygon = geometry.polygons.emplace_back();
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * i / corners;
    const double r = radius * random.uniform(0.3, 1);
    polygon.outer.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return geometry;
}

double planar_area(const PlanarGeometry& geometry) {
  double area = 0;
  for (const PlanarPolygon& polygon : geometry.polygons) {
    area += std::abs(planar_ring_area(polygon.outer));
    for (const auto& hole : polygon.holes) {
      area -= std::abs(planar_ring_area(hole));
    }
  }
  return area;
}

PlanarGeometry bow_tie() {
  PlanarGeometry geometry;
  geometry.polygons.push_back({{{kX, kY}, {kX + 100, kY + 100}, {kX + 100, kY}, {kX, kY + 100}}, {}});
  return geometry;
}

TEST(Overlay, SquaresThatOverlapGiveTheRectanglesThatPaperGives) {
  const PlanarGeometry a = box(0, 0, 100, 100);
  const PlanarGeometry b = box(60, 40, 200, 80);
  EXPECT_EQ(*overlay(a, b, Operation::intersection), box(60, 40, 100, 80));
  EXPECT_NEAR(planar_area(*overlay(a, b, Operation::union_)), 10'000 + 5'600 - 1'600, 1e-6);
  EXPECT_NEAR(planar_area(*overlay(a, b, Operation::difference)), 10'000 - 1'600, 1e-6);
  EXPECT_TRUE(overlay(a, box(300, 300, 400, 400), Operation::intersection)->empty());
}

TEST(Overlay, GroundThatOnlyTouchesSharesNothing) {
  EXPECT_TRUE(overlay(box(0, 0, 100, 100), box(100, 0, 200, 100), Operation::intersection)->empty());
}

TEST(Overlay, InclusionAndExclusionHoldOnRandomGround) {
  base::Random random(4);
  for (int i = 0; i < 50; ++i) {
    const PlanarGeometry a = star(random, {kX, kY}, 500, 12);
    const PlanarGeometry b = star(random, {kX + random.uniform(-400, 400), kY + 100}, 500, 9);
    const double both = planar_area(*overlay(a, b, Operation::intersection));
    EXPECT_NEAR(planar_area(*overlay(a, b, Operation::union_)), planar_area(a) + planar_area(b) - both, 0.3);
    EXPECT_NEAR(planar_area(*overlay(a, b, Operation::difference)), planar_area(a) - both, 0.3);
  }
}

TEST(Overlay, CoverOfAnIntersectionIsThatOfTheGround) {
  // Two engines that know nothing of each other: GEOS' intersection of a polygon with a cell, and edge accumulation.
  base::Random random(5);
  const PlanarGeometry ground = star(random, {kX + 300, kY + 300}, 280, 11);
  const Grid grid = Grid::covering({kX, kY, kX + 600, kY + 600}, 50);
  std::vector<double> shares(grid.size(), 0);
  for (const CellShare& cell : cover(grid, ground)) {
    shares[cell.cell] = static_cast<double>(cell.share);
  }
  for (std::size_t cell = 0; cell < grid.size(); ++cell) {
    const Xy c = grid.centre(cell);
    const PlanarGeometry square = box(c.x - kX - 25, c.y - kY - 25, c.x - kX + 25, c.y - kY + 25);
    EXPECT_NEAR(shares[cell], planar_area(*overlay(ground, square, Operation::intersection)) / 2500, 1e-5);
  }
}

TEST(Overlay, ResultsAreNormalisedSoThatTheSameGroundIsTheSameBytes) {
  PlanarGeometry turned = box(0, 0, 100, 100);
  std::reverse(turned.polygons[0].outer.begin(), turned.polygons[0].outer.end());
  const PlanarGeometry east = box(200, 0, 300, 100);
  const auto one = overlay(turned, east, Operation::union_);
  const auto other = overlay(east, turned, Operation::union_);
  EXPECT_EQ(*one, *other);
  ASSERT_EQ(one->polygons.size(), 2U);
  EXPECT_EQ(one->polygons[0].outer.front(), (Xy{kX, kY}));
  EXPECT_GT(planar_ring_area(one->polygons[0].outer), 0);
}

TEST(Overlay, AnInvalidPolygonIsRefusedWithReasonAndPlaceNeverRepaired) {
  const auto refused = overlay(bow_tie(), box(0, 0, 10, 10), Operation::intersection);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "geo.overlay_failed");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("Self-intersection[512050.0 4401050.0]"));
  EXPECT_FALSE(buffer(bow_tie(), 5).has_value());
  EXPECT_FALSE(simplify(bow_tie(), 5).has_value());
}

TEST(Validity, TellsWhatIsWrongAndWhere) {
  EXPECT_EQ(validity_problem(box(0, 0, 1, 1)), "");
  EXPECT_EQ(validity_problem(bow_tie()), "Self-intersection[512050.0 4401050.0]");
  PlanarGeometry flat;
  flat.polygons.push_back({{{0, 0}, {1, 1}}, {}});
  EXPECT_THAT(validity_problem(flat), testing::HasSubstr("three corners"));
  PlanarGeometry nowhere = box(0, 0, 1, 1);
  nowhere.polygons[0].outer[1].x = std::nan("");
  EXPECT_THAT(validity_problem(nowhere), testing::HasSubstr("not a number"));
  GeographicGeometry geographic;
  geographic.polygons.push_back({{{51, 40}, {51.001, 40.001}, {51.001, 40}, {51, 40.001}}, {}});
  EXPECT_EQ(validity_problem(geographic), "Self-intersection[51.000500 40.000500]");
  PlanarGeometry overlapping = box(0, 0, 100, 100);
  overlapping.polygons.push_back(box(50, 50, 150, 150).polygons[0]);
  EXPECT_NE(validity_problem(overlapping), "");
}

TEST(UnionAll, CountsOverlapsOnce) {
  const std::vector<PlanarGeometry> squares{box(0, 0, 100, 100), box(50, 0, 150, 100), box(0, 0, 100, 100),
                                            box(500, 0, 600, 100)};
  std::vector<const PlanarGeometry*> all;
  for (const auto& square : squares) {
    all.push_back(&square);
  }
  const auto united = union_all(all);
  ASSERT_TRUE(united.has_value());
  EXPECT_EQ(united->polygons.size(), 2U);
  EXPECT_NEAR(planar_area(*united), 25'000, 1e-6);
  EXPECT_TRUE(union_all({})->empty());
}

TEST(Buffer, GrowsPointsLinesAndPolygonsByTheDistance) {
  PlanarGeometry point;
  point.points = {{kX, kY}};
  const double circle = planar_area(*buffer(point, 50));
  EXPECT_LT(circle, std::numbers::pi * 2500);
  EXPECT_GT(circle, 0.99 * std::numbers::pi * 2500);
  PlanarGeometry line;
  line.lines = {{{kX, kY}, {kX + 100, kY}}};
  EXPECT_NEAR(planar_area(*buffer(line, 10)), 100 * 20 + std::numbers::pi * 100, 3);
  EXPECT_NEAR(planar_area(*buffer(box(0, 0, 100, 100), 10)), 10'000 + 4'000 + std::numbers::pi * 100, 3);
}

TEST(Simplify, StaysWithinTheToleranceAndValid) {
  base::Random random(6);
  const PlanarGeometry rough = star(random, {kX, kY}, 500, 400);
  const auto fewer = simplify(rough, 20);
  ASSERT_TRUE(fewer.has_value());
  EXPECT_LT(fewer->polygons[0].outer.size(), rough.polygons[0].outer.size());
  EXPECT_EQ(validity_problem(*fewer), "");
  PlanarGeometry outline;
  outline.lines = {rough.polygons[0].outer};
  outline.lines[0].push_back(outline.lines[0].front());
  for (const Xy& corner : fewer->polygons[0].outer) {
    EXPECT_LE(distance(outline, corner), 20);
  }
}

TEST(Faces, TwoOverlappingSquaresDivideTheGroundInThree) {
  const PlanarGeometry a = box(0, 0, 100, 100);
  const PlanarGeometry b = box(50, 50, 150, 150);
  const std::vector<const PlanarGeometry*> both{&a, &b};
  const auto faces = faces_of(both);
  ASSERT_TRUE(faces.has_value());
  ASSERT_EQ(faces->size(), 3U);
  double area = 0;
  for (const PlanarPolygon& face : *faces) {
    area += planar_ring_area(face.outer);
  }
  EXPECT_NEAR(area, 17'500, 1e-6);
}

TEST(Faces, ACutDividesAndItsLooseEndsBoundNothing) {
  const PlanarGeometry a = box(0, 0, 100, 100);
  const std::vector<const PlanarGeometry*> one{&a};
  const std::vector<Segment> cut{{{kX + 30, kY - 500}, {kX + 30, kY + 500}}, {{kX + 60, kY + 10}, {kX + 60, kY + 20}}};
  const auto faces = faces_of(one, cut);
  ASSERT_EQ(faces->size(), 2U);
  EXPECT_NEAR(planar_ring_area(faces->at(0).outer), 3'000, 1e-6);
  EXPECT_NEAR(planar_ring_area(faces->at(1).outer), 7'000, 1e-6);
}

TEST(Faces, ARingThatCrossesItselfEnclosesBothItsLobes) {
  const PlanarGeometry tie = bow_tie();
  const std::vector<const PlanarGeometry*> one{&tie};
  const auto faces = faces_of(one);
  ASSERT_EQ(faces->size(), 2U);
  for (const PlanarPolygon& face : *faces) {
    EXPECT_NEAR(planar_ring_area(face.outer), 2'500, 1e-6);
    EXPECT_TRUE(contains(tie, interior_point(face)));
  }
}

TEST(Faces, ANestedHoleIsAFaceOfItsOwn) {
  PlanarGeometry ring = box(0, 0, 100, 100);
  ring.polygons[0].holes.push_back(box(20, 20, 40, 40).polygons[0].outer);
  const std::vector<const PlanarGeometry*> one{&ring};
  const auto faces = faces_of(one);
  ASSERT_EQ(faces->size(), 2U);
  int inside = 0;
  for (const PlanarPolygon& face : *faces) {
    inside += contains(ring, interior_point(face)) ? 1 : 0;
  }
  EXPECT_EQ(inside, 1);
}

TEST(BoxIndex, FindsWhatTestingEveryBoxFinds) {
  base::Random random(13);
  for (const int count : {0, 1, 15, 16, 17, 1000}) {
    std::vector<Box> boxes;
    for (int i = 0; i < count; ++i) {
      const double x = random.uniform(0, 1000);
      const double y = random.uniform(0, 1000);
      boxes.push_back({x, y, x + random.uniform(0, 30), y + random.uniform(0, 30)});
    }
    if (count > 15) {
      boxes[7] = Box{};
    }
    const BoxIndex index(boxes);
    for (int i = 0; i < 200; ++i) {
      const double x = random.uniform(-100, 1000);
      const double y = random.uniform(-100, 1000);
      const Box query{x, y, x + random.uniform(0, 200), y + random.uniform(0, 200)};
      std::vector<std::uint32_t> expected;
      for (std::uint32_t k = 0; k < boxes.size(); ++k) {
        if (boxes[k].intersects(query)) {
          expected.push_back(k);
        }
      }
      ASSERT_EQ(index.query(query), expected);
    }
  }
}

}  // namespace
}  // namespace firmground::geo
