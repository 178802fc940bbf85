#include "geo/arrangement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "geo/overlay.h"

namespace firmground::geo {
namespace {

constexpr double kX = 512'000;
constexpr double kY = 4'401'000;

std::vector<Xy> ring(std::initializer_list<Xy> corners) {
  std::vector<Xy> out;
  for (const Xy& p : corners) {
    out.push_back({kX + p.x, kY + p.y});
  }
  return out;
}

std::vector<Xy> square(double x, double y, double side) {
  return ring({{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}});
}

std::vector<ArrangedFace> arranged(const std::vector<std::vector<Xy>>& rings, const std::vector<Segment>& cuts = {}) {
  std::vector<ContourRing> contours;
  contours.reserve(rings.size());
  for (std::size_t i = 0; i < rings.size(); ++i) {
    contours.push_back({&rings[i], static_cast<std::uint32_t>(i)});
  }
  return arrange(contours, cuts).value();
}

double area(const PlanarPolygon& polygon) {
  double sum = std::abs(planar_ring_area(polygon.outer));
  for (const auto& hole : polygon.holes) {
    sum -= std::abs(planar_ring_area(hole));
  }
  return sum;
}

using Windings = std::vector<ContourCount>;

TEST(Arrangement, TwoSquaresThatOverlapAreThreeFaces) {
  const auto faces = arranged({square(0, 0, 10), square(6, 4, 10)});
  ASSERT_EQ(faces.size(), 3U);
  EXPECT_EQ(faces[0].windings, (Windings{{0, 1}}));
  EXPECT_NEAR(area(faces[0].polygon), 100 - 24, 1e-9);
  EXPECT_EQ(faces[1].windings, (Windings{{0, 1}, {1, 1}}));
  EXPECT_NEAR(area(faces[1].polygon), 24, 1e-9);
}

TEST(Arrangement, AFieldInsideAnotherIsItsHoleAndHasBothRoundIt) {
  const auto faces = arranged({square(0, 0, 100), square(10, 10, 20), square(50, 10, 20), square(55, 15, 5)});
  ASSERT_EQ(faces.size(), 4U);
  EXPECT_EQ(faces[0].polygon.holes.size(), 2U);
  EXPECT_NEAR(area(faces[0].polygon), 10'000 - 800, 1e-9);
  EXPECT_EQ(faces[3].windings, (Windings{{0, 1}, {2, 1}, {3, 1}}));
  EXPECT_LT(planar_ring_area(faces[0].polygon.holes[0]), 0);
}

TEST(Arrangement, AHoleThatTouchesTheOuterRingAtOnePointLeavesAValidPolygon) {
  const auto faces = arranged({square(0, 0, 100), ring({{0, 50}, {30, 30}, {30, 70}})});
  ASSERT_EQ(faces.size(), 2U);
  for (const ArrangedFace& face : faces) {
    EXPECT_EQ(validity_problem({{}, {}, {face.polygon}}), "");
  }
  EXPECT_EQ(faces[0].polygon.holes.size() + faces[1].polygon.holes.size(), 1U);
}

TEST(Arrangement, CutsDivideGroundAndEndInTheOpenWithoutATrace) {
  const auto at = [](double x, double y) { return Xy{kX + x, kY + y}; };
  const auto faces = arranged({square(0, 0, 100)}, {{at(50, -30), at(50, 130)}, {at(20, 20), at(30, 20)}});
  ASSERT_EQ(faces.size(), 2U);
  EXPECT_NEAR(area(faces[0].polygon), 5000, 1e-9);
  EXPECT_EQ(faces[0].polygon.outer.size(), 4U);
}

TEST(Arrangement, GroundNarrowerThanTheGridVanishesAndNothingElseDoes) {
  EXPECT_TRUE(arranged({ring({{0, 0}, {100, 0}, {100, 0.00002}})}).empty());
  EXPECT_EQ(arranged({ring({{0, 0}, {100, 0}, {100, 0.0002}})}).size(), 1U);
  EXPECT_TRUE(arranged({}).empty());
  EXPECT_TRUE(arranged({ring({{0, 0}, {100, 0}})}).empty());
}

std::vector<Xy> wild_ring(base::Random& random, double size, int corners, double step) {
  std::vector<Xy> out;
  out.reserve(static_cast<std::size_t>(corners));
  for (int i = 0; i < corners; ++i) {
    out.push_back({kX + step * std::round(random.uniform(0, size) / step),
                   kY + step * std::round(random.uniform(0, size) / step)});
  }
  return out;
}

int winding_number(const std::vector<Xy>& ring, Xy p) {
  int winding = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Xy a = ring[i];
    const Xy b = ring[(i + 1) % ring.size()];
    if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) * (b.x - a.x) / (b.y - a.y)) {
      winding += b.y > a.y ? 1 : -1;
    }
  }
  return winding;
}

// Rings that cross themselves and each other as they like; every second world on corners of a coarse lattice, so that
// edges overlap and meet in points.
TEST(Arrangement, EveryPointLiesInAFaceWithTheWindingsCountedByARay) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    base::Random random(seed);
    const double step = seed % 2 == 0 ? 10 : 0.001;
    std::vector<std::vector<Xy>> rings(2 + random.index(8));
    for (std::vector<Xy>& each : rings) {
      each = wild_ring(random, 100, 3 + static_cast<int>(random.index(6)), step);
    }
    const auto faces = arranged(rings);
    for (const ArrangedFace& face : faces) {
      ASSERT_EQ(validity_problem({{}, {}, {face.polygon}}), "") << "seed " << seed;
    }
    for (int i = 0; i < 200; ++i) {
      const Xy p{kX + random.uniform(-5, 105), kY + random.uniform(-5, 105)};
      Windings expected;
      for (std::size_t r = 0; r < rings.size(); ++r) {
        if (const int winding = winding_number(rings[r], p); winding != 0) {
          expected.push_back({static_cast<std::uint32_t>(r), winding});
        }
      }
      std::vector<const ArrangedFace*> holders;
      for (const ArrangedFace& face : faces) {
        if (contains(face.polygon, p)) {
          holders.push_back(&face);
        }
      }
      ASSERT_LE(holders.size(), 1U) << "seed " << seed;
      ASSERT_EQ(holders.empty() ? Windings{} : holders[0]->windings, expected) << "seed " << seed;
    }
  }
}

TEST(Arrangement, AgreesWithTheFacesThatGeosFinds) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    base::Random random(seed);
    std::vector<std::vector<Xy>> rings;
    std::vector<PlanarGeometry> polygons;
    for (std::size_t i = 0; i < 3 + random.index(12); ++i) {
      rings.push_back(wild_ring(random, 300, 3 + static_cast<int>(random.index(8)), 0.0001));
      polygons.push_back({{}, {}, {{rings.back(), {}}}});
    }
    std::vector<const PlanarGeometry*> all;
    all.reserve(polygons.size());
    for (const PlanarGeometry& polygon : polygons) {
      all.push_back(&polygon);
    }
    const auto theirs = faces_of(all).value();
    const auto ours = arranged(rings);
    ASSERT_EQ(ours.size(), theirs.size()) << "seed " << seed;
    double sum = 0;
    double other_sum = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      sum += area(ours[i].polygon);
      other_sum += area(theirs[i]);
    }
    EXPECT_NEAR(sum, other_sum, 0.01) << "seed " << seed;
  }
}

TEST(SharedArea, IsThatOfTheIntersectionThatGeosMakes) {
  base::Random random(11);
  const auto field = [&](double x) {
    std::vector<Xy> corners;
    for (int i = 0; i < 9; ++i) {
      const double angle = 2 * std::numbers::pi * i / 9;
      const double r = random.uniform(40, 100);
      corners.push_back({kX + x + r * std::cos(angle), kY + r * std::sin(angle)});
    }
    const PlanarPolygon polygon{corners, {{{kX + x, kY}, {kX + x, kY + 9}, {kX + x + 9, kY}}}};
    return PlanarGeometry{{}, {}, {polygon}};
  };
  for (int i = 0; i < 100; ++i) {
    const PlanarGeometry a = field(0);
    const PlanarGeometry b = field(random.uniform(0, 150));
    double theirs = 0;
    const PlanarGeometry common = overlay(a, b, Operation::intersection).value();
    for (const PlanarPolygon& part : common.polygons) {
      theirs += area(part);
    }
    EXPECT_NEAR(shared_area_m2(a, b).value(), theirs, 0.05);
  }
}

}  // namespace
}  // namespace firmground::geo
