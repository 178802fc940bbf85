#include "geo/grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/parallel.h"
#include "base/random.h"

namespace firmground::geo {
namespace {

constexpr double kCell = 50;

Grid grid_at(double west, double south, std::int32_t columns, std::int32_t rows) {
  return Grid::covering({west, south, west + columns * kCell, south + rows * kCell}, kCell);
}

PlanarGeometry polygon(std::vector<Xy> outer, std::vector<std::vector<Xy>> holes = {}) {
  PlanarGeometry geometry;
  geometry.polygons.push_back({std::move(outer), std::move(holes)});
  return geometry;
}

PlanarGeometry box(double x0, double y0, double x1, double y1) {
  return polygon({{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}});
}

// A star-shaped ring round a centre.
std::vector<Xy> star(base::Random& random, Xy centre, double radius, int corners) {
  std::vector<Xy> ring;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * i / corners;
    const double r = radius * random.uniform(0.3, 1);
    ring.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return ring;
}

double covered_m2(const std::vector<CellShare>& shares) {
  double sum = 0;
  for (const CellShare& cell : shares) {
    sum += static_cast<double>(cell.share) * kCell * kCell;
  }
  return sum;
}

// Clips a ring to a cell by Sutherland and Hodgman, an algorithm that shares nothing with edge accumulation.
std::vector<Xy> clipped(std::vector<Xy> ring, const Box& cell) {
  const auto side = [&](int edge, Xy p) {
    return edge == 0   ? p.x - cell.min_x
           : edge == 1 ? cell.max_x - p.x
           : edge == 2 ? p.y - cell.min_y
                       : cell.max_y - p.y;
  };
  for (int edge = 0; edge < 4; ++edge) {
    std::vector<Xy> out;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Xy a = ring[i];
      const Xy b = ring[(i + 1) % ring.size()];
      const double da = side(edge, a);
      const double db = side(edge, b);
      if (da >= 0) {
        out.push_back(a);
      }
      if ((da >= 0) != (db >= 0)) {
        out.push_back({a.x + (b.x - a.x) * da / (da - db), a.y + (b.y - a.y) * da / (da - db)});
      }
    }
    ring = std::move(out);
  }
  return ring;
}

double share_by_clipping(const Grid& grid, std::size_t cell, const PlanarGeometry& geometry) {
  const Xy c = grid.centre(cell);
  const Box box{c.x - kCell / 2, c.y - kCell / 2, c.x + kCell / 2, c.y + kCell / 2};
  double area = 0;
  for (const PlanarPolygon& part : geometry.polygons) {
    area += std::abs(planar_ring_area(clipped(part.outer, box)));
    for (const auto& hole : part.holes) {
      area -= std::abs(planar_ring_area(clipped(hole, box)));
    }
  }
  return area / (kCell * kCell);
}

void expect_cover_as_clipped(const Grid& grid, const PlanarGeometry& geometry) {
  std::vector<double> got(grid.size(), 0);
  std::int64_t last = -1;
  for (const CellShare& cell : cover(grid, geometry)) {
    ASSERT_GT(static_cast<std::int64_t>(cell.cell), last) << "cells come once and in ascending order";
    ASSERT_GT(cell.share, 0);
    ASSERT_LE(cell.share, 1);
    last = cell.cell;
    got[cell.cell] = static_cast<double>(cell.share);
  }
  for (std::size_t cell = 0; cell < grid.size(); ++cell) {
    ASSERT_NEAR(got[cell], share_by_clipping(grid, cell, geometry), 1e-6) << "cell " << cell;
  }
}

TEST(Grid, CellEdgesAreWholeMultiplesSoThatGridsLineUp) {
  const Grid grid = Grid::covering({512'034, 4'401'022, 512'160, 4'401'049}, kCell);
  EXPECT_EQ(grid.west_m(), 512'000);
  EXPECT_EQ(grid.north_m(), 4'401'050);
  EXPECT_EQ(grid.columns, 4);
  EXPECT_EQ(grid.rows, 1);
  EXPECT_EQ(grid.centre(0, 0), (Xy{512'025, 4'401'025}));
  EXPECT_EQ(grid.cell_of({512'199, 4'401'001}), 3);
  EXPECT_EQ(grid.cell_of({512'201, 4'401'001}), -1);
}

TEST(Grid, WestAndSouthOfTheOriginCellsKeepTheirPlace) {
  const Grid grid = Grid::covering({-120, -70, -10, -20}, kCell);
  EXPECT_EQ(grid.west_m(), -150);
  EXPECT_EQ(grid.north_m(), 0);
  EXPECT_EQ(grid.columns, 3);
  EXPECT_EQ(grid.rows, 2);
  EXPECT_EQ(grid.centre(static_cast<std::size_t>(grid.cell_of({-101, -51}))), (Xy{-125, -75}));
}

TEST(Grid, EveryCellOfAGridKnowsItsOwnCentre) {
  const Grid grid = grid_at(512'000, 4'401'000, 7, 5);
  for (std::size_t cell = 0; cell < grid.size(); ++cell) {
    EXPECT_EQ(grid.cell_of(grid.centre(cell)), static_cast<std::int64_t>(cell));
  }
}

TEST(Cover, ASquareHalfwayOverFourCellsGivesEachItsQuarter) {
  const Grid grid = grid_at(0, 0, 2, 2);
  const auto shares = cover(grid, box(25, 25, 75, 75));
  ASSERT_EQ(shares.size(), 4U);
  for (const CellShare& cell : shares) {
    EXPECT_FLOAT_EQ(cell.share, 0.25F);
  }
}

TEST(Cover, ClearedGroundOnCellEdgesTouchesNoNeighbour) {
  const Grid grid = grid_at(512'000, 4'401'000, 10, 10);
  const auto shares = cover(grid, box(512'100, 4'401'100, 512'250, 4'401'200));
  ASSERT_EQ(shares.size(), 6U);
  for (const CellShare& cell : shares) {
    EXPECT_EQ(cell.share, 1.0F);
  }
}

TEST(Cover, RandomGroundIsCoveredAsClippingSays) {
  base::Random random(7);
  const Grid grid = grid_at(512'000, 4'401'000, 24, 20);
  for (int i = 0; i < 60; ++i) {
    const Xy centre{512'000 + random.uniform(-300, 1500), 4'401'000 + random.uniform(-300, 1300)};
    PlanarGeometry ground =
        polygon(star(random, centre, random.uniform(20, 900), 3 + static_cast<int>(random.index(12))));
    expect_cover_as_clipped(grid, ground);
  }
}

TEST(Cover, HolesAndPartsCountAsTheyAre) {
  base::Random random(8);
  const Grid grid = grid_at(512'000, 4'401'000, 24, 20);
  for (int i = 0; i < 30; ++i) {
    PlanarGeometry ground;
    for (int part = 0; part < 3; ++part) {
      const Xy centre{512'200 + 400.0 * part, 4'401'500};
      PlanarPolygon piece{star(random, centre, 190, 11), {star(random, centre, 50, 6)}};
      if (i % 2 == 0) {  // a hole drawn counter-clockwise is a hole all the same
        std::reverse(piece.holes[0].begin(), piece.holes[0].end());
      }
      if (i % 3 == 0) {
        std::reverse(piece.outer.begin(), piece.outer.end());
      }
      ground.polygons.push_back(piece);
    }
    expect_cover_as_clipped(grid, ground);
  }
}

TEST(Cover, GroundLargerThanTheGridFillsIt) {
  const Grid grid = grid_at(512'000, 4'401'000, 9, 6);
  const auto shares = cover(grid, box(0, 0, 1e6, 1e7));
  ASSERT_EQ(shares.size(), grid.size());
  EXPECT_EQ(covered_m2(shares), 9 * 6 * kCell * kCell);
  expect_cover_as_clipped(grid, polygon({{511'000, 4'400'000}, {520'000, 4'400'900}, {512'300, 4'409'000}}));
}

TEST(Cover, LinesPointsAndGroundElsewhereCoverNothing) {
  const Grid grid = grid_at(0, 0, 4, 4);
  PlanarGeometry geometry;
  geometry.points = {{10, 10}};
  geometry.lines = {{{0, 0}, {200, 200}}};
  EXPECT_TRUE(cover(grid, geometry).empty());
  EXPECT_TRUE(cover(grid, box(1000, 1000, 2000, 2000)).empty());
  EXPECT_TRUE(cover(grid, box(-1000, 0, -500, 100)).empty());
  EXPECT_TRUE(cover(grid, polygon({{0, 0}, {100, 0}, {50, 0}})).empty());
  EXPECT_TRUE(cover(Grid{}, box(0, 0, 10, 10)).empty());
}

TEST(Cover, NeighboursThatShareAnEdgeShareItsCellsToTheLastPart) {
  const Grid grid = grid_at(0, 0, 10, 10);
  const std::vector<Xy> edge{{500, 0}, {313.7, 171.3}, {90.1, 333.3}, {0, 500}};
  std::vector<Xy> below{{0, 0}};
  below.insert(below.end(), edge.begin(), edge.end());
  std::vector<Xy> above{{500, 500}};
  above.insert(above.end(), edge.rbegin(), edge.rend());
  std::vector<double> total(grid.size(), 0);
  for (const auto& ring : {below, above}) {
    for (const CellShare& cell : cover(grid, polygon(ring))) {
      total[cell.cell] += static_cast<double>(cell.share);
    }
  }
  for (const double share : total) {
    EXPECT_NEAR(share, 1, 1e-6);
  }
}

TEST(CentresInside, AgreesWithTestingEachCentre) {
  base::Random random(9);
  const Grid grid = grid_at(512'000, 4'401'000, 30, 25);
  for (int i = 0; i < 40; ++i) {
    const Xy centre{512'000 + random.uniform(0, 1500), 4'401'000 + random.uniform(0, 1250)};
    PlanarGeometry ground = polygon(star(random, centre, 800, 9), {star(random, centre, 200, 5)});
    ground.polygons.push_back({star(random, {512'100, 4'401'100}, 300, 7), {}});  // may overlap the first: still inside
    const auto inside = centres_inside(grid, ground);
    for (std::size_t cell = 0; cell < grid.size(); ++cell) {
      ASSERT_EQ(inside[cell] != 0, contains(ground, grid.centre(cell)));
    }
  }
}

TEST(CentresInside, ACentreOnASharedEdgeBelongsToOneSideOnly) {
  const Grid grid = grid_at(0, 0, 4, 4);
  const auto west = centres_inside(grid, box(0, 0, 75, 200));
  const auto east = centres_inside(grid, box(75, 0, 200, 200));
  for (std::size_t cell = 0; cell < grid.size(); ++cell) {
    EXPECT_EQ(west[cell] + east[cell], 1);
  }
}

TEST(DistanceTransform, IsExactAgainstEveryPair) {
  base::Random random(10);
  for (int i = 0; i < 20; ++i) {
    const Grid grid = grid_at(0, 0, 1 + static_cast<int>(random.index(40)), 1 + static_cast<int>(random.index(40)));
    std::vector<std::uint8_t> mask(grid.size(), 0);
    for (auto& cell : mask) {
      cell = random.chance(0.01);
    }
    const auto metres = distance_transform(grid, mask);
    for (std::size_t a = 0; a < grid.size(); ++a) {
      double nearest = std::numeric_limits<double>::infinity();
      for (std::size_t b = 0; b < grid.size(); ++b) {
        if (mask[b] != 0) {
          const Xy p = grid.centre(a);
          const Xy q = grid.centre(b);
          nearest = std::min(nearest, std::hypot(p.x - q.x, p.y - q.y));
        }
      }
      ASSERT_FLOAT_EQ(metres[a], static_cast<float>(nearest));
    }
  }
}

TEST(DistanceTransform, IsTheSameOnOneThreadAndOnFour) {
  base::Random random(11);
  const Grid grid = grid_at(0, 0, 700, 300);
  std::vector<std::uint8_t> mask(grid.size(), 0);
  for (auto& cell : mask) {
    cell = random.chance(0.001);
  }
  base::set_thread_count(1);
  const auto one = distance_transform(grid, mask);
  base::set_thread_count(4);
  EXPECT_EQ(one, distance_transform(grid, mask));
  base::set_thread_count(0);
}

TEST(BurnLines, EveryCellThatALineEntersIsMarkedAndNoOther) {
  base::Random random(12);
  const Grid grid = grid_at(0, 0, 20, 20);
  for (int i = 0; i < 50; ++i) {
    PlanarGeometry road;
    road.lines = {{{random.uniform(-200, 1200), random.uniform(-200, 1200)},
                   {random.uniform(-200, 1200), random.uniform(-200, 1200)}}};
    std::vector<std::uint8_t> mask(grid.size(), 0);
    burn_lines(grid, road, mask);
    std::vector<std::uint8_t> walked(grid.size(), 0);
    constexpr int kSteps = 40'000;
    for (int step = 0; step <= kSteps; ++step) {
      const double t = static_cast<double>(step) / kSteps;
      const auto& line = road.lines[0];
      const auto cell =
          grid.cell_of({line[0].x + t * (line[1].x - line[0].x), line[0].y + t * (line[1].y - line[0].y)});
      if (cell >= 0) {
        walked[static_cast<std::size_t>(cell)] = 1;
      }
    }
    int missed = 0;
    for (std::size_t cell = 0; cell < grid.size(); ++cell) {
      ASSERT_GE(mask[cell], walked[cell]);
      missed += mask[cell] - walked[cell];
    }
    EXPECT_LE(missed, 1);  // a corner cut shorter than the walker's step
  }
}

TEST(BurnLines, PointsAndRingsAreMarkedToo) {
  const Grid grid = grid_at(0, 0, 4, 4);
  PlanarGeometry geometry = box(10, 10, 190, 190);
  geometry.points = {{75, 75}, {1000, 1000}};
  std::vector<std::uint8_t> mask(grid.size(), 0);
  burn_lines(grid, geometry, mask);
  int marked = 0;
  for (const std::uint8_t cell : mask) {
    marked += cell;
  }
  EXPECT_EQ(marked, 12 + 1);  // the frame of a 4 x 4 grid, and the point inside
}

}  // namespace
}  // namespace firmground::geo
