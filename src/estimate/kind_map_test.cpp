#include "estimate/kind_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/estimate.h"

namespace firmground::estimate {
namespace {

/// 80 x 60 cells of 50 m: a belt across the middle, AP mines in its north and AV mines in its south, searched in part.
evidence::Observations mixed_belt() {
  evidence::Observations o;
  o.grid = {50, 0, 60, 80, 60};
  o.inside.assign(o.grid.size(), 1);
  o.inside[0] = 0;
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  base::Random random(8);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t column = cell % 80;
    const std::uint32_t row = cell / 80;
    road.value.push_back(static_cast<float>(row) * 50);
    if (column < 50 && column % 10 < 6 && o.inside[cell] != 0) {
      o.processed[cell] = 1;
      const bool belt = row >= 26 && row < 34;
      const std::uint32_t mines = belt && random.chance(0.7) ? 1 + static_cast<std::uint32_t>(random.poisson(2)) : 0;
      const std::uint32_t erw = random.chance(0.02) ? 1U : 0U;
      o.searched[0].push_back({cell, 1.0F, 0.9F, mines});
      o.searched[1].push_back({cell, 1.0F, 0.9F, erw});
      if (mines > 0) {
        o.kinds[0].cells.push_back({cell, {row < 30 ? mines : 0, row < 30 ? 0 : mines, 0}});
        o.kinds[0].stated += mines;
      }
      o.kinds[1].unstated += erw;
    }
  }
  o.covariates.push_back(road);
  return o;
}

EstimateOptions with_map() {
  EstimateOptions options;
  options.kinds = KindUse::map;
  return options;
}

const std::vector<float>& band(const EstimateResult& result, const std::string& name) {
  const geo::Raster& raster = *result.kind_raster;
  const auto at = std::find(raster.band_names.begin(), raster.band_names.end(), name) - raster.band_names.begin();
  return raster.bands.at(static_cast<std::size_t>(at));
}

TEST(KindMap, KindsAreCoherentWithTheirClassInEveryCell) {
  const auto result = estimate(mixed_belt(), with_map());
  ASSERT_TRUE(result) << base::to_text(result.error());
  const auto& any = band(*result, "probability_mines");
  const auto& items = band(*result, "items_mines");
  EXPECT_TRUE(std::isnan(band(*result, "probability_av_mines")[0])) << "outside the area of interest";
  for (std::size_t cell = 1; cell < any.size(); ++cell) {
    float kinds = 0;
    float kinds_any = 0;
    for (const char* kind : {"ap_mines", "av_mines", "improvised"}) {
      const float p = band(*result, std::string("probability_") + kind)[cell];
      const float n = band(*result, std::string("items_") + kind)[cell];
      ASSERT_GE(p, 0);
      ASSERT_LE(p, any[cell] * (1 + 1e-5F));
      ASSERT_LE(p, n * (1 + 1e-5F));
      kinds += n;
      kinds_any += p;
    }
    ASSERT_NEAR(kinds, items[cell], 1e-5F * items[cell]) << "the kinds add up to the class";
    ASSERT_GE(kinds_any, any[cell] * (1 - 1e-5F)) << "an item is of some kind";
  }
}

TEST(KindMap, WhatWasFoundBesideGoesOnAsItsKind) {
  const auto result = estimate(mixed_belt(), with_map());
  ASSERT_TRUE(result);
  const geo::Grid& grid = result->hazard.raster.grid;
  const std::size_t north = grid.index(47, 26);
  const std::size_t south = grid.index(47, 33);
  EXPECT_GT(band(*result, "items_ap_mines")[north], 2 * band(*result, "items_av_mines")[north]);
  EXPECT_GT(band(*result, "items_av_mines")[south], 2 * band(*result, "items_ap_mines")[south]);
}

TEST(KindMap, TotalsAndPolygonsAddUp) {
  PolygonCells polygon{"HA-1", 8 * 10 * 2500.0, {}};
  const evidence::Observations ground = mixed_belt();
  for (std::int32_t row = 26; row < 34; ++row) {
    for (std::int32_t column = 60; column < 70; ++column) {
      polygon.cells.push_back({static_cast<std::uint32_t>(ground.grid.index(column, row)), 1.0F});
    }
  }
  const auto result = estimate(ground, with_map(), {polygon});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->kinds.size(), 2U);
  const ClassKinds& mines = result->kinds[0];
  EXPECT_EQ(mines.stated, ground.kinds[0].stated);
  ASSERT_EQ(mines.kinds.size(), 3U);
  double items = 0;
  for (const KindTotals& kind : mines.kinds) {
    EXPECT_LE(kind.totals.items_p05, kind.totals.items_mean);
    EXPECT_GE(kind.totals.items_p95, kind.totals.items_mean);
    items += kind.totals.items_mean;
  }
  double of_class = 0;
  for (const float n : band(*result, "items_mines")) {
    of_class += std::isnan(n) ? 0 : static_cast<double>(n);
  }
  EXPECT_NEAR(items, of_class, 1e-5 * of_class);

  const PolygonEstimate& p = result->polygons.at(0);
  ASSERT_EQ(p.kinds.size(), 3U) << "ERW states no kind and is not told";
  double in_polygon = 0;
  for (const geo::CellShare& cell : polygon.cells) {
    in_polygon += static_cast<double>(band(*result, "items_mines")[cell.cell]);
  }
  double of_kinds = 0;
  for (const KindOfPolygon& kind : p.kinds) {
    EXPECT_LE(kind.probability_any, 1 - p.probability_none + 1e-9);
    EXPECT_LE(kind.probability_any, kind.items_mean + 1e-9);
    of_kinds += kind.items_mean;
  }
  EXPECT_NEAR(of_kinds, in_polygon, 1e-5 * in_polygon);
  for (const KindOfPolygon& kind : p.kinds) {
    EXPECT_LE(kind.items_p05, kind.items_p95);
    EXPECT_LE(kind.items_p95, 1.2 * p.items_p95) << "a kind is hardly more than all";
    EXPECT_TRUE(kind.probability_any > 0.9 || kind.items_p05 == 0) << "what may not be there may be none";
  }
  EXPECT_LT(p.kinds[0].items_p05, p.kinds[0].items_mean);
  EXPECT_GT(p.kinds[0].items_p95, p.kinds[0].items_mean) << "AP mines, with their interval";
  EXPECT_GT(p.kinds[0].probability_any, p.kinds[2].probability_any) << "AP mines were found beside, no IEDs";
}

TEST(KindMap, FindsThatDoNotSayWhatTheyAreMakeNoShares) {
  const evidence::Observations ground = mixed_belt();
  ASSERT_GT(ground.kinds[1].unstated, 0U);
  const auto result = estimate(ground, with_map());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kinds[1].unstated, ground.kinds[1].unstated);
  EXPECT_EQ(result->kinds[1].stated, 0U);
  EXPECT_TRUE(result->kinds[1].kinds.empty());
  EXPECT_TRUE(std::isnan(band(*result, "items_submunitions")[100])) << "not told, never 0";
  EXPECT_FALSE(std::isnan(band(*result, "items_erw")[100]));
}

TEST(KindMap, TheFiveBandsAreWhatTheyAreWithoutIt) {
  EstimateOptions left_out;
  left_out.kinds = KindUse::left_out;
  const auto with = estimate(mixed_belt(), with_map());
  const auto without = estimate(mixed_belt(), left_out);
  ASSERT_TRUE(with && without);
  EXPECT_TRUE(without->kinds.empty());
  for (std::size_t b = 0; b < 5; ++b) {
    const auto& one = with->hazard.raster.bands[b];
    const auto& other = without->hazard.raster.bands[b];
    EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)), 0) << "band " << b;
  }
}

TEST(KindMap, GivesTheSameBytesOnOneAndTwoThreads) {
  base::set_thread_count(1);
  const auto one = estimate(mixed_belt(), with_map());
  base::set_thread_count(2);
  const auto two = estimate(mixed_belt(), with_map());
  base::set_thread_count(0);
  ASSERT_TRUE(one && two);
  for (std::size_t b = 0; b < one->kind_raster->bands.size(); ++b) {
    const auto& a = one->kind_raster->bands[b];
    EXPECT_EQ(std::memcmp(a.data(), two->kind_raster->bands[b].data(), a.size() * sizeof(float)), 0) << "band " << b;
  }
  EXPECT_EQ(one->kinds[0].kinds[1].totals.items_p95, two->kinds[0].kinds[1].totals.items_p95);
}

}  // namespace
}  // namespace firmground::estimate
