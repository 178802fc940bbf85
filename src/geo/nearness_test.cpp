#include "geo/nearness.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "geo/overlay.h"

namespace firmground::geo {
namespace {

PlanarGeometry box(double x0, double y0, double x1, double y1) {
  return {{}, {}, {{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, {}}}};
}

TEST(Nearness, FieldsThatOverlapTouchHoldEachOtherOrLieAMillimetreApartAreNear) {
  const PlanarGeometry field = box(0, 0, 100, 100);
  EXPECT_TRUE(ground_is_near(field, box(50, 50, 150, 150), 0.001));
  EXPECT_TRUE(ground_is_near(field, box(100, 0, 200, 100), 0.001));
  EXPECT_TRUE(ground_is_near(field, box(100.0005, 0, 200, 100), 0.001));
  EXPECT_TRUE(ground_is_near(field, box(10, 10, 20, 20), 0.001));
  EXPECT_TRUE(ground_is_near(box(10, 10, 20, 20), field, 0.001));
  EXPECT_TRUE(ground_is_near(field, field, 0.001));
  EXPECT_FALSE(ground_is_near(field, box(100.002, 0, 200, 100), 0.001));
}

TEST(Nearness, AFieldInTheHoleOfAnotherIsNotNearIt) {
  PlanarGeometry ring = box(0, 0, 100, 100);
  ring.polygons[0].holes.push_back({{20, 20}, {20, 80}, {80, 80}, {80, 20}});
  EXPECT_FALSE(ground_is_near(ring, box(30, 30, 70, 70), 0.001));
  EXPECT_TRUE(ground_is_near(ring, box(30, 30, 80, 70), 0.001));
}

TEST(Nearness, APartOfAMultiPartFieldCountsAsTheWhole) {
  PlanarGeometry parts = box(500, 0, 600, 100);
  parts.polygons.push_back(box(10, 10, 20, 20).polygons[0]);
  EXPECT_TRUE(ground_is_near(box(0, 0, 100, 100), parts, 0.001));
  EXPECT_TRUE(ground_is_near(parts, box(0, 0, 100, 100), 0.001));
}

TEST(Nearness, AgreesWithTheIntersectionOnRandomGround) {
  base::Random random(3);
  for (int i = 0; i < 300; ++i) {
    const auto triangle = [&] {
      std::vector<Xy> corners(3);
      for (Xy& corner : corners) {
        corner = {random.uniform(0, 100), random.uniform(0, 100)};
      }
      return PlanarGeometry{{}, {}, {{corners, {}}}};
    };
    const PlanarGeometry a = triangle();
    const PlanarGeometry b = triangle();
    EXPECT_EQ(ground_is_near(a, b, 1e-4), !overlay(a, b, Operation::intersection)->empty());
  }
}

TEST(SimpleRing, OnlyWhatIsBeyondDoubtIsCalledSimple) {
  EXPECT_TRUE(is_clearly_simple({{0, 0}, {10, 0}, {10, 10}, {0, 10}}));
  EXPECT_TRUE(is_clearly_simple({{0, 0}, {5, 0}, {10, 0}, {0, 10}}));
  EXPECT_FALSE(is_clearly_simple({{0, 0}, {10, 10}, {10, 0}, {0, 10}}));             // crosses itself
  EXPECT_FALSE(is_clearly_simple({{0, 0}, {10, 0}, {5, 0}}));                        // has no ground
  EXPECT_FALSE(is_clearly_simple({{0, 0}, {10, 0}, {10, 0}, {0, 10}}));              // a corner twice: left to GEOS
  EXPECT_FALSE(is_clearly_simple({{0, 0}, {10, 0}, {10, 10}, {5, 1e-9}, {0, 10}}));  // all but touches itself
  EXPECT_FALSE(is_clearly_simple({{0, 0}, {10, 0}, {10, 5}, {20, 5}, {10, 5}, {0, 10}}));  // a spike
}

TEST(SimpleRing, GeosFindsNothingWrongWithWhatIsClearlySimple) {
  base::Random random(4);
  int simple = 0;
  for (int i = 0; i < 2000; ++i) {
    std::vector<Xy> ring(3 + random.index(4));
    for (Xy& corner : ring) {
      corner = {static_cast<double>(random.index(7)), static_cast<double>(random.index(7))};
    }
    if (is_clearly_simple(ring)) {
      ++simple;
      PlanarGeometry twice{{}, {}, {{ring, {}}, {ring, {}}}};  // two parts: not the short way
      EXPECT_NE(validity_problem(twice), "");
      PlanarGeometry apart{{}, {}, {{ring, {}}, {{{100, 100}, {101, 100}, {101, 101}}, {}}}};
      EXPECT_EQ(validity_problem(apart), "");
    }
  }
  EXPECT_GT(simple, 300);
}

}  // namespace
}  // namespace firmground::geo
