#include "evidence/row_pattern.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/parallel.h"
#include "base/random.h"
#include "evidence/row_chart.h"
#include "evidence/row_pitch.h"

namespace firmground::evidence {
namespace {

using geo::Xy;

/// Three rows 15 m apart, a mine every 6 m or so, laid along an arc that starts in the south-west.
struct Laid {
  std::vector<Xy> mines;
  std::vector<PatternFind> finds;
  SearchedGround ground;
};

struct Plan {
  double heading = 0.6;
  double curvature = 0.001;
  double long_m = 240;
  double searched_m = 150;  ///< the first part, across all rows
  int rows = 3;
  double spacing_m = 15, pitch_m = 6, presence = 0.9;
};

Laid laid_along(const Plan& plan, std::uint64_t seed) {
  Laid laid;
  base::Random random(seed);
  const RowChart line = RowChart::arc({600'000, 4'430'000}, plan.heading, plan.curvature, 60, plan.long_m + 60);
  geo::Box box;
  for (double s = -50; s <= plan.long_m + 50; s += 10) {
    box.include(line.at(s, -60));
    box.include(line.at(s, 60));
  }
  laid.ground.grid = geo::Grid::covering(box, 2);
  laid.ground.effort.assign(laid.ground.grid.size(), 0);
  for (std::size_t cell = 0; cell < laid.ground.grid.size(); ++cell) {
    const RowChart::Local at = line.local(laid.ground.grid.centre(cell));
    laid.ground.effort[cell] = at.s > -40 && at.s < plan.searched_m && std::abs(at.n) < 50 ? 0.95F : 0;
  }
  for (int row = 0; row < plan.rows; ++row) {
    for (double s = random.uniform(0, plan.pitch_m); s < plan.long_m; s += random.normal(plan.pitch_m, 0.4)) {
      if (!random.chance(plan.presence)) {
        continue;
      }
      const double n = (row - 0.5 * (plan.rows - 1)) * plan.spacing_m;
      const Xy mine = line.at(s, n + random.normal(0, 0.3));
      if (s < plan.searched_m && random.chance(0.95)) {
        laid.finds.push_back({fmt::format("F-{:03}", laid.finds.size()),
                              {mine.x + random.normal(0, 0.3), mine.y + random.normal(0, 0.3)},
                              mineaction::Device::ap_mine});
      } else {
        laid.mines.push_back(mine);
      }
    }
  }
  return laid;
}

double nearest_m(const std::vector<Xy>& points, Xy p) {
  double best = 1e9;
  for (const Xy q : points) {
    best = std::min(best, std::hypot(p.x - q.x, p.y - q.y));
  }
  return best;
}

TEST(RowPattern, RowsLaidWithARopeAreFoundWithTheirSpacingPitchAndHeading) {
  const Laid laid = laid_along({}, 1);
  const RowPattern pattern = find_row_pattern(laid.finds, laid.ground).value();
  ASSERT_EQ(pattern.verdict, PatternVerdict::rows);
  ASSERT_EQ(pattern.fields.size(), 1U);
  const PatternField& field = pattern.fields[0];
  ASSERT_EQ(field.rows.size(), 3U);
  EXPECT_NEAR(field.spacing_m.value, 15, 1);
  EXPECT_NEAR(field.rows[0].pitch_m.value, 6, 0.3);
  EXPECT_LE(field.rows[0].pitch_m.low, 6.1);
  EXPECT_GE(field.rows[0].pitch_m.high, 5.9);
  const double middle_heading = 90 - (0.6 + 0.001 * 75) * 180 / std::numbers::pi;
  EXPECT_NEAR(field.heading_deg, middle_heading, 4);
  EXPECT_EQ(pattern.strays, 0U);
}

TEST(RowPattern, MissingPositionsBeyondTheFindsLieWhereTheRowsGoOn) {
  const Laid laid = laid_along({}, 2);
  const RowPattern pattern = find_row_pattern(laid.finds, laid.ground).value();
  double said = 0, met = 0;
  for (const MissingPosition& position : pattern.positions) {
    if (position.beyond && position.effort == 0) {
      said += position.probability;
      met += nearest_m(laid.mines, position.position) <= position.radius90_m ? 1 : 0;
    }
  }
  EXPECT_GT(said, 6);
  EXPECT_GT(met, 0.6 * said);
}

TEST(RowPattern, UncertaintyGrowsWithTheDistanceFromTheFinds) {
  const Laid laid = laid_along({}, 3);
  const RowPattern pattern = find_row_pattern(laid.finds, laid.ground).value();
  std::vector<Xy> finds;
  finds.reserve(laid.finds.size());
  for (const PatternFind& find : laid.finds) {
    finds.push_back(find.position);
  }
  double near = 0, near_n = 0, far = 0, far_n = 0;
  for (const MissingPosition& position : pattern.positions) {
    if (position.beyond && position.effort == 0) {
      const double away_m = nearest_m(finds, position.position);
      (away_m < 12 ? near : far) += position.radius90_m;
      (away_m < 12 ? near_n : far_n) += 1;
    }
  }
  ASSERT_GT(near_n, 0);
  ASSERT_GT(far_n, 0);
  EXPECT_LT(near / near_n, 0.7 * far / far_n);
}

TEST(RowPattern, AGapThatWasNotSearchedIsLikelierToHoldAMineThanOneThatWas) {
  Plan plan;
  plan.presence = 0.8;
  Laid laid = laid_along(plan, 4);
  // Nobody looked at a square of 14 m in the middle of the middle row, and one mine of it was not found.
  const RowChart line = RowChart::arc({600'000, 4'430'000}, plan.heading, plan.curvature, 60, plan.long_m + 60);
  const Xy middle = line.at(75, 0);
  const auto inside = [&](Xy p) { return std::hypot(p.x - middle.x, p.y - middle.y) < 7; };
  for (std::size_t cell = 0; cell < laid.ground.grid.size(); ++cell) {
    laid.ground.effort[cell] = inside(laid.ground.grid.centre(cell)) ? 0 : laid.ground.effort[cell];
  }
  std::erase_if(laid.finds, [&](const PatternFind& find) { return inside(find.position); });
  const RowPattern pattern = find_row_pattern(laid.finds, laid.ground).value();
  double unsearched = 0, searched = 0;
  for (const MissingPosition& position : pattern.positions) {
    const double away_m = std::hypot(position.position.x - middle.x, position.position.y - middle.y);
    if (!position.beyond && away_m < 5) {
      unsearched = std::max(unsearched, position.probability);
    } else if (!position.beyond && away_m > 12) {
      searched = std::max(searched, position.probability);
    }
  }
  EXPECT_GT(unsearched, 0.5);
  EXPECT_LT(searched, 0.4);
}

TEST(RowPattern, GroundSearchedInVainBeyondTheRowsTellsThatTheyEnd) {
  Plan ends;
  ends.long_m = 110;  // and searched 40 m further
  const Laid laid = laid_along(ends, 5);
  const RowPattern pattern = find_row_pattern(laid.finds, laid.ground).value();
  ASSERT_EQ(pattern.verdict, PatternVerdict::rows);
  const PatternField& field = pattern.fields[0];
  EXPECT_LT(std::min(field.goes_on_first_m.high, field.goes_on_last_m.high), 20);
  const Laid open = laid_along({}, 5);
  const RowPattern longer = find_row_pattern(open.finds, open.ground).value();
  EXPECT_GT(std::max(longer.fields[0].goes_on_first_m.high, longer.fields[0].goes_on_last_m.high), 60);
}

TEST(RowPattern, NuisanceMinesMakeNoRowAndNothingIsSaidOfAnyPlace) {
  SearchedGround ground{geo::Grid::covering({0, 0, 300, 200}, 2), {}};
  ground.effort.assign(ground.grid.size(), 0.95F);
  int alarms = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    base::Random random(seed);
    std::vector<PatternFind> finds;
    while (finds.size() < 40) {
      const Xy clump{random.uniform(20, 280), random.uniform(20, 180)};
      for (int i = 0; i < 5; ++i) {
        finds.push_back({fmt::format("F-{}", finds.size()),
                         {clump.x + random.normal(0, 6), clump.y + random.normal(0, 6)},
                         mineaction::Device::ap_mine});
      }
    }
    const RowPattern pattern = find_row_pattern(finds, ground).value();
    if (pattern.verdict == PatternVerdict::rows) {
      ++alarms;
      continue;
    }
    EXPECT_TRUE(pattern.positions.empty());
    EXPECT_TRUE(pattern.blocks.empty());
    EXPECT_TRUE(std::all_of(pattern.expected.begin(), pattern.expected.end(), [](float v) { return std::isnan(v); }));
  }
  EXPECT_LE(alarms, 1);
}

TEST(RowPattern, ALaneThatWasSearchedAcrossAMinedFieldIsNoRow) {
  // Finds lie in a line because only a lane was searched.
  SearchedGround ground{geo::Grid::covering({0, 0, 300, 100}, 1), {}};
  ground.effort.assign(ground.grid.size(), 0);
  base::Random random(3);
  std::vector<PatternFind> finds;
  for (std::size_t cell = 0; cell < ground.grid.size(); ++cell) {
    const Xy p = ground.grid.centre(cell);
    ground.effort[cell] = std::abs(p.y - 50) < 1 ? 0.95F : 0;
  }
  constexpr int kFinds = 30;
  finds.reserve(kFinds);
  for (int i = 0; i < kFinds; ++i) {
    finds.push_back(
        {fmt::format("F-{}", i), {random.uniform(0, 300), random.uniform(49, 51)}, mineaction::Device::ap_mine});
  }
  EXPECT_EQ(find_row_pattern(finds, ground).value().verdict, PatternVerdict::none);
}

TEST(RowPattern, NothingIsSaidFarFromTheRows) {
  const Laid laid = laid_along({}, 6);
  SearchedGround wide = laid.ground;
  const geo::Grid grid = geo::Grid::covering({599'000, 4'429'000, 601'000, 4'431'000}, 10);
  wide.grid = grid;
  wide.effort.assign(grid.size(), 0);
  const RowPattern pattern = find_row_pattern(laid.finds, wide).value();
  ASSERT_EQ(pattern.expected.size(), grid.size());
  EXPECT_TRUE(std::isnan(pattern.expected[grid.cell_of({599'050, 4'430'950})]));
  EXPECT_GT(pattern.expected[static_cast<std::size_t>(grid.cell_of(laid.mines.front()))], 0);
}

TEST(RowPattern, TheOrderOfTheFindsAndTheNumberOfThreadsChangeNothing) {
  const Laid laid = laid_along({}, 7);
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  base::set_thread_count(1);
  const std::string one = to_json(find_row_pattern(laid.finds, laid.ground).value(), crs, "{}");
  base::set_thread_count(2);
  std::vector<PatternFind> turned(laid.finds.rbegin(), laid.finds.rend());
  const std::string two = to_json(find_row_pattern(turned, laid.ground).value(), crs, "{}");
  base::set_thread_count(0);
  EXPECT_EQ(one, two);
}

TEST(RowPattern, TooFewFindsAreRefusedInWords) {
  const SearchedGround ground{geo::Grid::covering({0, 0, 100, 100}, 2), std::vector<float>(2500, 0)};
  const auto refused = find_row_pattern({{"F-1", {10, 10}, mineaction::Device::ap_mine}}, ground);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "evidence.too_few_finds");
}

TEST(RowChart, PlacesBesideABentLineComeBackFromTheirCoordinates) {
  const RowChart chart = RowChart::arc({100, 200}, 1.1, 0.004, 100, 100);
  for (const double s : {-90.0, -13.7, 0.0, 42.0, 99.0, 130.0}) {
    for (const double n : {-30.0, 0.0, 17.5}) {
      const RowChart::Local at = chart.local(chart.at(s, n));
      EXPECT_NEAR(at.s, s, 0.05);
      EXPECT_NEAR(at.n, n, 0.05);
    }
  }
}

TEST(PitchLaw, MinesThatWereLiftedDoNotDoubleThePitch) {
  base::Random random(5);
  std::vector<Gap> gaps;
  double since = 0;
  for (int place = 0; place < 160; ++place) {
    since += random.normal(5, 0.3);
    if (random.chance(0.6)) {
      gaps.push_back({since, 1.0});
      since = 0;
    }
  }
  const PitchLaw law = fit_pitch(gaps, 0.3);
  EXPECT_NEAR(law.pitch_m, 5, 0.2);
  EXPECT_NEAR(law.presence, 0.6, 0.16);
  EXPECT_GT(law.log_ratio, 20);
}

}  // namespace
}  // namespace firmground::evidence
