#include "mineaction/land_book.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "mineaction/land_account_json.h"

namespace firmground::mineaction {
namespace {

using geo::PlanarGeometry;
using geo::Xy;

constexpr double kWest = 500'000;
constexpr double kSouth = 4'401'000;

PlanarGeometry field(base::Random& random) {
  PlanarGeometry geometry;
  auto& ring = geometry.polygons.emplace_back().outer;
  const Xy centre{kWest + random.uniform(0, 3000), kSouth + random.uniform(0, 3000)};
  const double radius = random.uniform(40, 300);
  const std::size_t corners = 3 + random.index(10);
  for (std::size_t i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(corners);
    const double r = radius * random.uniform(0.4, 1);
    ring.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  if (random.chance(0.1)) {
    std::swap(ring[0], ring[1]);  // crosses itself
  }
  if (random.chance(0.05)) {
    geometry = {};
  }
  return geometry;
}

HazardousArea hazard(base::Random& random, std::string id) {
  HazardousArea area;
  area.hazard_id = std::move(id);
  area.type = random.chance(0.5) ? HazardType::confirmed : HazardType::suspected;
  area.reported_on = Date(2015 + static_cast<int>(random.index(8)), 3, 1);
  area.geometry = field(random);
  return area;
}

LandRelease release(base::Random& random, std::string id) {
  LandRelease land;
  land.release_id = std::move(id);
  land.outcome = static_cast<Outcome>(random.index(3));
  land.method = static_cast<Method>(random.index(8));
  land.completed_on = Date(2016 + static_cast<int>(random.index(9)), 6, 1);
  land.organisation = random.chance(0.5) ? "Army Engineers" : "Clear Ground";
  land.coverage = random.chance(0.5) ? std::optional(random.uniform(0.5, 1)) : std::nullopt;
  land.geometry = field(random);
  return land;
}

Snapshot world_of(base::Random& random, int records) {
  Snapshot world;
  world.crs = geo::Crs::from_epsg(32639).value();
  world.as_of = Date(2024, 12, 31);
  for (int i = 0; i < records; ++i) {
    world.hazards.push_back(hazard(random, fmt::format("H{:03}", i)));
    world.land_releases.push_back(release(random, fmt::format("R{:03}", i)));
  }
  const auto district = [&](const char* name, double west, double east) {
    PlanarGeometry ground;
    ground.polygons.push_back(
        {{{west, kSouth}, {east, kSouth}, {east + 200, kSouth + 2500}, {west, kSouth + 2500}}, {}});
    world.districts.push_back({name, name, ground});
  };
  district("East", kWest + 1500, kWest + 2800);
  district("West", kWest - 100, kWest + 1500);
  return world;
}

void sort_by_id(Snapshot& world) {
  std::sort(world.hazards.begin(), world.hazards.end(),
            [](const auto& a, const auto& b) { return a.hazard_id < b.hazard_id; });
  std::sort(world.land_releases.begin(), world.land_releases.end(),
            [](const auto& a, const auto& b) { return a.release_id < b.release_id; });
}

// Everything the account says but the stamp, and the pieces by the names of their records.
std::string told(LandAccount account) {
  account.stamp.clear();
  return account_json(account, AreaUnit::square_metre);
}

std::vector<std::string> named(const std::vector<LandPiece>& pieces, const Snapshot& world) {
  std::vector<std::string> names;
  names.reserve(pieces.size());
  for (const LandPiece& p : pieces) {
    names.push_back(fmt::format(
        "{} {} {} {:.6f} {}", p.hazard < 0 ? "-" : world.hazards[static_cast<std::size_t>(p.hazard)].hazard_id,
        p.release < 0 ? "-" : world.land_releases[static_cast<std::size_t>(p.release)].release_id, p.district,
        p.area_m2, p.geometry.polygons[0].outer[0].x));
  }
  std::sort(names.begin(), names.end());
  return names;
}

class KeptAccount : public testing::TestWithParam<int> {
 protected:
  AccountOptions options() const {
    AccountOptions asked;
    if (GetParam() == 1) {
      asked.from = Date(2019, 1, 1);
      asked.until = Date(2021, 12, 31);
    } else if (GetParam() == 2) {
      asked.district = "East";
    } else if (GetParam() == 3) {
      asked.organisation = "Clear Ground";
    }
    return asked;
  }
};

// New records, new versions of old ones with other ground, outcome and day, withdrawals and returns, in any order.
TEST_P(KeptAccount, FollowsEachChangeOfTheRegisterAsIfMadeAnew) {
  base::Random random(static_cast<std::uint64_t>(40 + GetParam()));
  Snapshot world = world_of(random, 60);
  LandBook book = LandBook::open(world, options()).value();
  for (int change = 0; change < 60; ++change) {
    const std::size_t at = random.index(world.land_releases.size());
    const std::size_t hazard_at = random.index(world.hazards.size());
    switch (random.index(5)) {
      case 0:
        world.land_releases.push_back(release(random, fmt::format("N{:03}", change)));
        ASSERT_TRUE(book.put(world.land_releases.back()));
        break;
      case 1:
        world.land_releases[at] = release(random, world.land_releases[at].release_id);
        ASSERT_TRUE(book.put(world.land_releases[at]));
        break;
      case 2:
        world.hazards[hazard_at] = hazard(random, world.hazards[hazard_at].hazard_id);
        ASSERT_TRUE(book.put(world.hazards[hazard_at]));
        break;
      case 3:
        ASSERT_TRUE(book.withdraw_release(world.land_releases[at].release_id));
        world.land_releases.erase(world.land_releases.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default:
        world.hazards.push_back(hazard(random, fmt::format("A{:03}", change)));
        ASSERT_TRUE(book.put(world.hazards.back()));
    }
    if (change % 6 == 5) {
      sort_by_id(world);
      const LandAccount whole = account(world, options()).value();
      ASSERT_EQ(told(book.account()), told(whole)) << "change " << change;
      ASSERT_EQ(named(book.pieces(), book.snapshot()), named(whole.pieces, world)) << "change " << change;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(ForAllAPeriodADistrictAndAnOperator, KeptAccount, testing::Values(0, 1, 2, 3));

TEST(LandBook, ARecordOfTomorrowMovesTheDayOfTheBookAndAStampNeverOutlivesItsRecords) {
  base::Random random(5);
  Snapshot world = world_of(random, 10);
  LandBook book = LandBook::open(world).value();
  EXPECT_FALSE(book.account().stamp.empty());
  LandRelease next = release(random, "NEXT");
  next.completed_on = Date(2025, 2, 3);
  ASSERT_TRUE(book.put(next));
  EXPECT_EQ(book.account().as_of, Date(2025, 2, 3));
  EXPECT_TRUE(book.account().stamp.empty());
}

TEST(LandBook, WithdrawingWhatIsNotThereChangesNothing) {
  base::Random random(6);
  LandBook book = LandBook::open(world_of(random, 5)).value();
  const std::string before = told(book.account());
  EXPECT_TRUE(book.withdraw_release("nobody's"));
  EXPECT_TRUE(book.withdraw_hazard("nobody's"));
  EXPECT_EQ(told(book.account()), before);
}

}  // namespace
}  // namespace firmground::mineaction
