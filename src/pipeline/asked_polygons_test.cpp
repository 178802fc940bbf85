#include "pipeline/asked_polygons.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulate/country.h"

namespace firmground::pipeline {
namespace {

bool touches(const estimate::PolygonCells& polygon, const std::vector<std::uint8_t>& flags) {
  return std::any_of(polygon.cells.begin(), polygon.cells.end(),
                     [&](const geo::CellShare& touched) { return flags[touched.cell] != 0; });
}

TEST(AskedPolygons, ThoseNearAreAllThatTouchLaidOutAsTheyAreWithAllOthers) {
  const auto country = simulate::simulate({});
  ASSERT_TRUE(country.has_value()) << to_text(country.error());
  const mineaction::Snapshot& snapshot = country->known;
  const geo::Grid grid = geo::Grid::covering(geo::bounds(snapshot.areas_of_interest.front().geometry), 100);
  const AskedPolygons all = polygons_of(snapshot, grid);
  const estimate::PolygonsTouching touching = polygons_touching(snapshot, grid, grid);
  for (const std::size_t cell : {std::size_t{0}, grid.size() / 3, grid.size() / 2 + 7, grid.size() - 1}) {
    std::vector<std::uint8_t> flags(grid.size(), 0);
    flags[cell] = 1;
    flags[grid.size() / 2] = 1;
    const auto near = touching(flags);
    std::size_t next = 0;
    for (std::size_t place = 0; place < all.polygons.size(); ++place) {
      if (next == near.size() || near[next].first != place) {
        EXPECT_FALSE(touches(all.polygons[place], flags)) << all.polygons[place].id;
        continue;
      }
      const estimate::PolygonCells& one = near[next++].second;
      EXPECT_EQ(one.id, all.polygons[place].id);
      EXPECT_EQ(one.area_m2, all.polygons[place].area_m2);
      EXPECT_TRUE(std::equal(
          one.cells.begin(), one.cells.end(), all.polygons[place].cells.begin(), all.polygons[place].cells.end(),
          [](const geo::CellShare& a, const geo::CellShare& b) { return a.cell == b.cell && a.share == b.share; }));
    }
    EXPECT_EQ(next, near.size());
    EXPECT_LT(near.size(), all.polygons.size() / 2);
  }
}

TEST(AskedPolygons, OfAPartSayHowManyCellsLieBeyond) {
  const auto country = simulate::simulate({});
  ASSERT_TRUE(country.has_value()) << to_text(country.error());
  const mineaction::Snapshot& snapshot = country->known;
  const geo::Grid grid = geo::Grid::covering(geo::bounds(snapshot.areas_of_interest.front().geometry), 100);
  geo::Grid part = grid;
  part.west += grid.columns / 4;
  part.columns /= 2;
  const AskedPolygons all = polygons_of(snapshot, grid);
  std::size_t cut = 0;
  for (const auto& [place, polygon] :
       polygons_touching(snapshot, part, grid)(std::vector<std::uint8_t>(part.size(), 1))) {
    EXPECT_EQ(polygon.size(), all.polygons[place].cells.size()) << polygon.id;
    EXPECT_EQ(polygon.area_m2, all.polygons[place].area_m2);
    cut += polygon.beyond > 0 ? 1 : 0;
  }
  EXPECT_GT(cut, 3U);
}

}  // namespace
}  // namespace firmground::pipeline
