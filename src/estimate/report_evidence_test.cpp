#include "estimate/report_evidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "estimate/estimate.h"

namespace firmground::estimate {
namespace {

constexpr std::int32_t kColumns = 120;
constexpr std::int32_t kRows = 72;

/// 6 x 3.6 km: a belt of mines from west to east along which the western half was searched.
evidence::Observations ground() {
  evidence::Observations o;
  o.grid = {50, 0, kRows, kColumns, kRows};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  road.tells_people = true;
  base::Random random(5);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const auto column = static_cast<std::int32_t>(cell % kColumns);
    const auto row = static_cast<std::int32_t>(cell / kColumns);
    road.value.push_back(static_cast<float>(std::abs(column - 60)) * 50);
    const bool belt = row % 24 < 8;
    if (column < 60 && (column / 6) % 2 == 0) {
      o.processed[cell] = 1;
      o.searched[0].push_back({cell, 1.0F, 0.9F, random.chance(belt ? 0.3 : 0.01) ? 2U : 0U});
    }
  }
  o.covariates.push_back(road);
  return o;
}

std::uint32_t cell_at(std::int32_t column, std::int32_t row) {
  return static_cast<std::uint32_t>(row * kColumns + column);
}

/// People met mines along the belts between the strips that were searched, and in the far east at one place.
evidence::Observations with_reports(std::int32_t apart) {
  evidence::Observations o = ground();
  for (std::int32_t row = 1; row < kRows; row += 24) {
    for (std::int32_t column = 7; column < 60; column += apart) {
      if (o.processed[cell_at(column, row)] == 0) {
        o.reports[0].push_back({cell_at(column, row), 1, 2015});
      }
    }
  }
  o.reports[0].push_back({cell_at(110, 40), 1, 2020});
  std::sort(o.reports[0].begin(), o.reports[0].end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  return o;
}

EstimateResult estimated(const evidence::Observations& o, bool reports = true) {
  EstimateOptions options;
  options.reports = reports;
  options.settled = 1e-7;
  auto result = estimate(o, options);
  EXPECT_TRUE(result) << base::to_text(result.error());
  return std::move(*result);
}

float any_at(const EstimateResult& result, std::int32_t column, std::int32_t row) {
  return result.hazard.raster.bands[0][cell_at(column, row)];
}

TEST(UnsearchedBlocks, HoldEveryOpenCellOnce) {
  evidence::Observations o = with_reports(3);
  const UnsearchedBlocks blocks = unsearched_blocks(o, 0, 600, {});
  double cells = 0;
  std::size_t met = 0;
  for (const Observation& block : blocks.list) {
    EXPECT_TRUE(block.report);
    EXPECT_EQ(o.processed[block.cell], 0);
    cells += 9 * static_cast<double>(block.count);
    met += block.found ? 1 : 0;
  }
  EXPECT_NEAR(cells, static_cast<double>(o.grid.size() - o.searched[0].size()), 1e-3);
  EXPECT_GT(met, 10U);
  EXPECT_LE(met, o.reports[0].size());
  EXPECT_EQ(blocks.beside_searches.size(), blocks.list.size());
}

TEST(UnsearchedBlocks, AreWideFarAwayAndWhereAPlaceIsVague) {
  evidence::Observations o = ground();
  o.reports[0] = {{cell_at(8, 4), 1, 2015, true}};
  bool vague = false;
  bool far = false;
  for (const Observation& block : unsearched_blocks(o, 0, 600, {}).list) {
    vague = vague || (block.found && block.count > 1);
    far = far || (!block.found && block.count > 8.9F);
    EXPECT_LE(block.count, 9.0F);
  }
  EXPECT_TRUE(vague);
  EXPECT_TRUE(far);
}

TEST(Reports, RaiseTheGroundRoundThemAndLowerGroundWhereNobodyMetAny) {
  const evidence::Observations o = with_reports(3);
  const EstimateResult with = estimated(o);
  const EstimateResult without = estimated(o, false);
  ASSERT_EQ(with.classes.size(), 1U);
  EXPECT_EQ(with.classes[0].reports, static_cast<std::int64_t>(o.reports[0].size()));
  EXPECT_EQ(without.classes[0].reports, 0);
  EXPECT_EQ(with.classes[0].searched, static_cast<std::int64_t>(o.searched[0].size()));
  EXPECT_GT(any_at(with, 110, 40) / any_at(with, 98, 40), 2 * any_at(without, 110, 40) / any_at(without, 98, 40));
  EXPECT_LT(any_at(with, 110, 10), any_at(without, 110, 10));
}

TEST(Reports, TooFewToLearnFromChangeNoProbability) {
  evidence::Observations o = with_reports(3);
  o.reports[0].resize(5);
  const EstimateResult with = estimated(o);
  const EstimateResult without = estimated(o, false);
  EXPECT_EQ(with.classes[0].reports, 0);
  for (std::size_t cell = 0; cell < o.grid.size(); ++cell) {
    ASSERT_EQ(with.hazard.raster.bands[0][cell], without.hazard.raster.bands[0][cell]);
  }
}

TEST(Reports, AreNoSearches) {
  evidence::Observations o = with_reports(3);
  o.mode = "presence-only";
  EXPECT_FALSE(reports_tell(o, 0, {}));
  EXPECT_FALSE(reports_tell(o, 1, {}));
  o.mode = "effort";
  EXPECT_TRUE(reports_tell(o, 0, {}));
}

}  // namespace
}  // namespace firmground::estimate
