#include "geo/snap_rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/random.h"

namespace firmground::geo {
namespace {

std::vector<GridSegment> scribble(base::Random& random, int lines, std::size_t size) {
  std::vector<GridSegment> segments;
  segments.reserve(static_cast<std::size_t>(lines));
  const auto coordinate = [&] { return static_cast<std::int64_t>(random.index(size)); };
  for (int i = 0; i < lines; ++i) {
    segments.push_back({{coordinate(), coordinate()}, {coordinate(), coordinate()}, static_cast<std::uint32_t>(i)});
  }
  return segments;
}

bool between(std::int64_t a, std::int64_t x, std::int64_t b) {
  return std::min(a, b) <= x && x <= std::max(a, b);
}

bool holds(const GridPoint& a, const GridPoint& b, const GridPoint& p) {
  return side_of(a, b, p) == 0 && between(a.x, p.x, b.x) && between(a.y, p.y, b.y);
}

// The oracle looks at every pair: two edges may share an end, and nothing else.
void expect_noded(const NodedLinework& noded, const std::string& where) {
  const auto& v = noded.vertices;
  const std::size_t edges = noded.edges.size() - 1;
  for (std::size_t i = 0; i < edges; ++i) {
    const auto& e = noded.edges[i];
    ASSERT_LT(e.from, e.to) << where;
    for (std::size_t p = 0; p < v.size(); ++p) {
      ASSERT_TRUE(p == e.from || p == e.to || !holds(v[e.from], v[e.to], v[p])) << where << ": a vertex on an edge";
    }
    for (std::size_t j = i + 1; j < edges; ++j) {
      const auto& f = noded.edges[j];
      ASSERT_FALSE(e.from == f.from && e.to == f.to) << where << ": an edge twice";
      ASSERT_FALSE(side_of(v[e.from], v[e.to], v[f.from]) * side_of(v[e.from], v[e.to], v[f.to]) < 0 &&
                   side_of(v[f.from], v[f.to], v[e.from]) * side_of(v[f.from], v[f.to], v[e.to]) < 0)
          << where << ": edges cross";
    }
  }
}

TEST(SnapRounding, LinesOfAnyScribbleMeetAtVerticesOnly) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    base::Random random(seed);
    const std::size_t size = 4 + random.index(40);  // so small that lines touch, overlap and share cells all the time
    const NodedLinework noded = snap_round(scribble(random, 3 + static_cast<int>(random.index(20)), size));
    expect_noded(noded, "seed " + std::to_string(seed));
  }
}

TEST(SnapRounding, LinesInManyStripsMeetAtVerticesOnlyToo) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    base::Random random(seed);
    std::vector<GridSegment> segments;
    for (int i = 0; i < 220; ++i) {
      const auto x = static_cast<std::int64_t>(random.index(1000));
      const auto y = static_cast<std::int64_t>(random.index(1000));
      const bool is_long = random.chance(0.05);
      const auto step = [&] { return static_cast<std::int64_t>(random.index(is_long ? 1000 : 60)); };
      segments.push_back({{x, y}, {x + step() - (is_long ? 500 : 30), y + step()}, 1});
    }
    expect_noded(snap_round(segments), "seed " + std::to_string(seed));
  }
}

TEST(SnapRounding, EachLineStaysAConnectedWayBetweenItsEndsAndMovesLessThanACell) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    base::Random random(seed);
    const auto segments = scribble(random, 12, 60);
    const NodedLinework noded = snap_round(segments);
    std::map<std::uint32_t, std::map<std::uint32_t, int>> flow;  // contour -> vertex -> runs out less runs in
    for (std::size_t e = 0; e + 1 < noded.edges.size(); ++e) {
      for (std::uint32_t use = noded.edges[e].first_use; use < noded.edges[e + 1].first_use; ++use) {
        const auto [contour, count] = noded.uses[use];
        flow[contour][noded.edges[e].from] += count;
        flow[contour][noded.edges[e].to] -= count;
        const GridSegment& own = segments[contour];
        const double length = std::hypot(own.to.x - own.from.x, own.to.y - own.from.y);
        for (const std::uint32_t v : {noded.edges[e].from, noded.edges[e].to}) {
          const GridPoint& p = noded.vertices[v];
          const auto off = static_cast<double>((own.to.x - own.from.x) * (p.y - own.from.y) -
                                               (own.to.y - own.from.y) * (p.x - own.from.x));
          EXPECT_LE(std::abs(off), length * std::sqrt(0.5) + 1e-9);
        }
      }
    }
    for (const auto& [contour, vertices] : flow) {
      for (const auto& [vertex, net] : vertices) {
        const GridPoint& p = noded.vertices[vertex];
        EXPECT_EQ(net, (p == segments[contour].from ? 1 : 0) - (p == segments[contour].to ? 1 : 0));
      }
    }
  }
}

TEST(SnapRounding, CoordinatesAsFarApartAsTheEarthIsWideAreStillExact) {
  constexpr std::int64_t kFar = kLargestGridCoordinate;
  const NodedLinework noded = snap_round({{{-kFar, -kFar}, {kFar, kFar - 1}, 1}, {{-kFar, kFar}, {kFar, -kFar}, 2}});
  // By hand: the lines y = x (1 - 1/2kFar) - 1/2 and y = -x meet at x = 1/4, y = -1/4.
  ASSERT_EQ(noded.vertices.size(), 5U);
  EXPECT_EQ(noded.vertices[2], (GridPoint{0, 0}));
}

TEST(SnapRounding, WhatAContourRunsThereAndBackBoundsNothing) {
  EXPECT_EQ(snap_round({{{0, 0}, {9, 0}, 1}, {{9, 0}, {0, 0}, 1}}).edges.size(), 1U);
  EXPECT_EQ(snap_round({{{0, 0}, {9, 0}, 1}, {{9, 0}, {0, 0}, 2}}).edges.size(), 2U);
  EXPECT_EQ(snap_round({{{0, 0}, {9, 0}, kCut}, {{9, 0}, {0, 0}, kCut}}).edges.size(), 2U);
  EXPECT_EQ(snap_round({}).edges.size(), 1U);
  EXPECT_EQ(snap_round({{{5, 5}, {5, 5}, 1}}).edges.size(), 1U);
}

}  // namespace
}  // namespace firmground::geo
