#include "simulate/lattice.h"

#include <gtest/gtest.h>

#include "geo/overlay.h"

namespace firmground::simulate {
namespace {

const geo::Grid kGrid{.cell_m = 100, .west = 5000, .north = 46000, .columns = 12, .rows = 9};

Lattice lattice() {
  return Lattice(kGrid, Noise(3, Stream::lattice), 0.3);
}

/// Parcels drawn as letters, row by row from the north.
std::vector<std::uint32_t> parcels(const std::vector<std::string>& drawing, char letter) {
  std::vector<std::uint32_t> chosen;
  for (std::size_t row = 0; row < drawing.size(); ++row) {
    for (std::size_t column = 0; column < drawing[row].size(); ++column) {
      if (drawing[row][column] == letter) {
        chosen.push_back(
            static_cast<std::uint32_t>(kGrid.index(static_cast<std::int32_t>(column), static_cast<std::int32_t>(row))));
      }
    }
  }
  return chosen;
}

TEST(Lattice, EveryPlaceLiesInOneParcelAndParcelsFillTheGround) {
  const Lattice land = lattice();
  double sum_m2 = 0;
  std::vector<std::uint32_t> all;
  for (std::uint32_t parcel = 0; parcel < kGrid.size(); ++parcel) {
    sum_m2 += land.area_m2(parcel);
    all.push_back(parcel);
    EXPECT_EQ(land.parcel_of(land.centre(parcel)), parcel);
  }
  EXPECT_NEAR(sum_m2, geo::planar_ring_area(land.outline(all).polygons.at(0).outer), 1e-3);
}

TEST(Lattice, NeighbouringTasksShareTheirEdge) {
  const Lattice land = lattice();
  const std::vector<std::string> drawing = {".aab.", ".abb.", ".aabb"};
  const auto a = land.outline(parcels(drawing, 'a'));
  const auto b = land.outline(parcels(drawing, 'b'));
  const auto both = geo::overlay(a, b, geo::Operation::intersection);
  ASSERT_TRUE(both.has_value());
  EXPECT_TRUE(both->polygons.empty()) << "no ground in two tasks";
  const auto together = geo::overlay(a, b, geo::Operation::union_);
  ASSERT_TRUE(together.has_value());
  EXPECT_EQ(together->polygons.size(), 1U) << "no gap between them";
  EXPECT_TRUE(together->polygons[0].holes.empty());
}

TEST(Lattice, ATaskThatClosesOnItselfAtACornerIsValidGround) {
  const Lattice land = lattice();
  // The enclosed parcel touches the outside at a corner.
  const auto ring = land.outline(parcels({"aaa.", "a.aa", "aa..", ".a.."}, 'a'));
  EXPECT_EQ(geo::validity_problem(ring), "");
  const auto pinched = land.outline(parcels({"aaaa", "a.aa", "aa.a", ".aaa"}, 'a'));
  EXPECT_EQ(geo::validity_problem(pinched), "");
  ASSERT_EQ(pinched.polygons.size(), 1U);
  EXPECT_EQ(pinched.polygons[0].holes.size(), 2U);
}

TEST(Lattice, ParcelsThatMeetAtACornerOnlyAreTwoGrounds) {
  const auto two = lattice().outline(parcels({"a..", ".a.", "..."}, 'a'));
  EXPECT_EQ(two.polygons.size(), 2U);
  EXPECT_EQ(geo::validity_problem(two), "");
}

}  // namespace
}  // namespace firmground::simulate
