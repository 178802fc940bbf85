#include "evidence/item_kinds.h"

#include <gtest/gtest.h>

#include "evidence/observations.h"

namespace firmground::evidence {
namespace {

using mineaction::Device;

geo::PlanarGeometry square(double west, double south, double side) {
  geo::PlanarPolygon polygon;
  polygon.outer = {{west, south}, {west + side, south}, {west + side, south + side}, {west, south + side}};
  geo::PlanarGeometry geometry;
  geometry.polygons.push_back(polygon);
  return geometry;
}

mineaction::Find find(Device device, std::int64_t count, geo::Xy position) {
  mineaction::Find found;
  found.device = device;
  found.count = count;
  found.position = position;
  return found;
}

mineaction::Snapshot searched_square() {
  mineaction::Snapshot snapshot;
  snapshot.crs = *geo::Crs::from_epsg(32639);
  snapshot.areas_of_interest.push_back({"country", square(500000, 4400000, 2000)});
  mineaction::LandRelease release;
  release.release_id = "R-1";
  release.outcome = mineaction::Outcome::cleared;
  release.method = mineaction::Method::manual;
  release.geometry = square(500500, 4400500, 200);
  snapshot.land_releases.push_back(release);
  snapshot.finds = {find(Device::ap_mine, 3, {500510, 4400510}), find(Device::av_mine, 1, {500520, 4400520}),
                    find(Device::submunition, 2, {500610, 4400610}), find(Device::unknown, 5, {500610, 4400610}),
                    find(Device::ap_mine, 1, {501500, 4401500})};  // a spot task
  return snapshot;
}

TEST(ItemKinds, EachDeviceThatIsStatedHasAKindOfItsClass) {
  for (const Device device : {Device::ap_mine, Device::av_mine, Device::submunition, Device::uxo, Device::axo,
                              Device::erw, Device::ied, Device::booby_trap, Device::other}) {
    const auto kind = kind_of(device);
    ASSERT_TRUE(kind) << to_string(device);
    EXPECT_EQ(class_of(*kind), class_of(device)) << to_string(device);
    const auto at = static_cast<std::size_t>(*kind);
    EXPECT_GE(at, first_kind(class_of(*kind)));
    EXPECT_LT(at, first_kind(class_of(*kind)) + kinds_of(class_of(*kind)));
  }
  EXPECT_FALSE(kind_of(Device::unknown));
}

TEST(ItemKinds, FindsInSearchedGroundAreCountedByKind) {
  const auto seen = observe_effort(searched_square());
  ASSERT_TRUE(seen) << base::to_text(seen.error());
  const KindFinds& mines = seen->kinds[0];
  ASSERT_EQ(mines.cells.size(), 1U);
  EXPECT_EQ(mines.cells[0].count, (std::array<std::uint32_t, 3>{3, 1, 0}));
  EXPECT_EQ(mines.stated, 4U) << "what was met outside searched ground is no find with effort";
}

TEST(ItemKinds, AnUnknownDeviceIsAnItemButNoKind) {
  const auto seen = observe_effort(searched_square());
  ASSERT_TRUE(seen);
  const KindFinds& erw = seen->kinds[1];
  EXPECT_EQ(erw.stated, 2U);
  EXPECT_EQ(erw.unstated, 5U);
  std::uint32_t found = 0;
  for (const SearchedCell& cell : seen->searched[1]) {
    found += cell.found;
  }
  EXPECT_EQ(found, 7U);
}

TEST(ItemKinds, WithoutEffortEventsAreCountedByKind) {
  ObserveOptions options;
  options.mode = Mode::presence_only;
  const auto seen = observe_effort(searched_square(), options);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->kinds[0].stated, 5U);
  EXPECT_EQ(seen->kinds[1].unstated, 5U);
}

}  // namespace
}  // namespace firmground::evidence
