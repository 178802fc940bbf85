#include "estimate/confirmed_ground.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "estimate/estimate.h"
#include "evidence/drawn_statements_testing.h"

namespace firmground::estimate {
namespace {

using evidence::DrawnSquare;

constexpr std::int32_t kSide = 120;
constexpr DrawnSquare kOpen = {90, 20, 6};       ///< confirmed, and nobody searched it
constexpr DrawnSquare kCancelled = {90, 50, 6};  ///< confirmed, and cancelled since
constexpr DrawnSquare kMet = {90, 80, 6};        ///< confirmed, and somebody met an item in it
constexpr DrawnSquare kSuspected = {90, 100, 6};
constexpr DrawnSquare kFound = {20, 40, 6};    ///< confirmed, and items were found in it
constexpr DrawnSquare kInVain = {52, 100, 4};  ///< confirmed, and searched in vain

std::vector<std::uint32_t> cells_of(const DrawnSquare& square) {
  std::vector<std::uint32_t> cells;
  for (std::int32_t row = square.row; row < square.row + square.side; ++row) {
    for (std::int32_t column = square.column; column < square.column + square.side; ++column) {
      cells.push_back(static_cast<std::uint32_t>(row * kSide + column));
    }
  }
  return cells;
}

/// 6 x 6 km, the western half searched but for every fourth stripe of 200 m; items in a belt in the middle of it.
evidence::Observations ground(bool cancelled = true) {
  evidence::Observations o;
  o.grid = {50, 0, kSide, kSide, kSide};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  base::Random random(5);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t row = cell / kSide;
    if (cell % kSide < 60 && row / 4 % 4 != 0) {
      o.processed[cell] = 1;
      const bool holds = random.chance(row > 30 && row < 60 ? 0.3 : row < 95 ? 0.02 : 0);
      o.searched[0].push_back({cell, 1.0F, 0.9F, holds && random.chance(0.9) ? 1U : 0U});
    }
  }
  o.reports[0].push_back({cells_of(kMet)[8], 1, 2015});
  mineaction::Snapshot said;
  for (const DrawnSquare& square : {kOpen, kCancelled, kMet, kFound, kInVain}) {
    said.hazards.push_back(
        evidence::drawn_hazard(mineaction::HazardType::confirmed, mineaction::Device::ap_mine, square, o.grid));
  }
  said.hazards.push_back(
      evidence::drawn_hazard(mineaction::HazardType::suspected, mineaction::Device::ap_mine, kSuspected, o.grid));
  if (cancelled) {
    said.land_releases.push_back(evidence::drawn_release(mineaction::Outcome::cancelled, mineaction::Method::nts,
                                                         mineaction::Date(2022, 1, 1), kCancelled, o.grid));
  }
  o.covariates.push_back(*evidence::survey_statements(said, o.grid, o.processed, {}));
  return o;
}

PolygonCells polygon_of(const DrawnSquare& square) {
  PolygonCells polygon{"", 0, {}};
  for (const std::uint32_t cell : cells_of(square)) {
    polygon.cells.push_back({cell, 1.0F});
  }
  return polygon;
}

EstimateResult estimated(const evidence::Observations& o, double in_vain, int draws = 100) {
  EstimateOptions options;
  options.draws = draws;
  options.left_out.confirmed_in_vain = in_vain;
  options.closer.polygons = {0, 1};
  options.closer.surveys = SurveySettings{};
  std::vector<PolygonCells> polygons;
  for (const DrawnSquare& square : {kOpen, kCancelled, kMet, kSuspected, kFound, kInVain}) {
    polygons.push_back(polygon_of(square));
  }
  auto result = estimate(o, options, polygons);
  EXPECT_TRUE(result) << base::to_text(result.error());
  return std::move(*result);
}

TEST(ConfirmedGround, HoldsNothingAsRarelyAsItsConfirmationHasIt) {
  const EstimateResult before = estimated(ground(), 1, 1000);
  const EstimateResult now = estimated(ground(), 0.2, 1000);
  for (const std::size_t p : {0UL, 5UL}) {
    const double some = 1 - before.polygons[p].probability_none;
    ASSERT_GT(some, 0.01);
    ASSERT_LT(some, 0.9);
    const double told = 1 - now.polygons[p].probability_none;
    EXPECT_GT(told, some * 1.1);
    EXPECT_LE(told, some / (0.2 + 0.8 * some) + 0.02) << "as much as if it surely held some or none in each draw";
    EXPECT_GT(now.polygons[p].items_mean, before.polygons[p].items_mean);
  }
}

TEST(ConfirmedGround, TheMapTellsWhatItsPolygonsTell) {
  const EstimateResult now = estimated(ground(), 0.2, 1000);
  double expected = 0;
  double likeliest = 0;
  for (const std::uint32_t cell : cells_of(kOpen)) {
    expected += static_cast<double>(now.hazard.raster.bands[1][cell]);
    likeliest = std::max(likeliest, static_cast<double>(now.hazard.raster.bands[0][cell]));
  }
  EXPECT_NEAR(now.polygons[0].items_mean / expected, 1, 1e-4);
  EXPECT_GE(1 - now.polygons[0].probability_none, likeliest - 0.02);
  EXPECT_LE(1 - now.polygons[0].probability_none, now.polygons[0].items_mean);
}

/// Means are worked out without draws (71); joint draws weighed by (70) give the same.
TEST(ConfirmedGround, MeansAreThoseOfWeighedDraws) {
  const EstimateResult before = estimated(ground(), 1, 4000);
  const EstimateResult now = estimated(ground(), 0.2, 4000);
  EXPECT_GT(now.polygons[0].items_mean, 1.1 * before.polygons[0].items_mean);
  const double drawn = std::accumulate(now.polygons[0].predicted.begin(), now.polygons[0].predicted.end(), 0.0) /
                       std::accumulate(before.polygons[0].predicted.begin(), before.polygons[0].predicted.end(), 0.0);
  EXPECT_NEAR(now.polygons[0].items_mean / before.polygons[0].items_mean / drawn, 1, 0.1);
}

TEST(ConfirmedGround, SurveysAreOfTheSameGround) {
  const EstimateResult before = estimated(ground(), 1);
  const EstimateResult now = estimated(ground(), 0.2);
  ASSERT_FALSE(before.surveys.empty());
  ASSERT_FALSE(now.surveys.empty());
  const double times = now.polygons[0].items_mean / before.polygons[0].items_mean;
  EXPECT_GT(times, 1.1);
  EXPECT_NEAR(now.surveys[0].items / before.surveys[0].items / times, 1, 0.15);
}

TEST(ConfirmedGround, OtherGroundIsLeftAsItIs) {
  const EstimateResult before = estimated(ground(), 1);
  const EstimateResult now = estimated(ground(), 0.2);
  for (const std::size_t p : {1UL, 2UL, 3UL, 4UL}) {
    EXPECT_EQ(now.polygons[p].probability_none, before.polygons[p].probability_none) << p;
    EXPECT_EQ(now.polygons[p].items_mean, before.polygons[p].items_mean) << p;
  }
  std::vector<std::uint8_t> weighed(now.hazard.raster.grid.size(), 0);
  for (const DrawnSquare& square : {kOpen, kInVain}) {
    for (const std::uint32_t cell : cells_of(square)) {
      weighed[cell] = 1;
    }
  }
  for (std::size_t band = 0; band < now.hazard.raster.bands.size(); ++band) {
    for (std::size_t cell = 0; cell < weighed.size(); ++cell) {
      if (weighed[cell] == 0) {
        ASSERT_EQ(now.hazard.raster.bands[band][cell], before.hazard.raster.bands[band][cell]) << band << " " << cell;
      }
    }
  }
}

TEST(ConfirmedGround, WhatIsAssumedIsSaid) {
  EXPECT_EQ(assumed_of_confirmed(ground(), {}),
            "Confirmed hazardous areas (CHA) in which nothing was found are judged as wholes, too: ground that holds "
            "nothing is taken to be confirmed 0.2 times as often as ground that holds some. That figure is assumed.");
  EstimateOptions as_written;
  as_written.left_out.confirmed_in_vain = 1;
  EXPECT_EQ(assumed_of_confirmed(ground(), as_written), "");
  evidence::Observations of_events = ground();
  of_events.mode = "presence-only";
  EXPECT_EQ(assumed_of_confirmed(of_events, {}), "");
}

TEST(ConfirmedGround, ACancellationTakesItBack) {
  const EstimateResult standing = estimated(ground(false), 0.2);
  EXPECT_GT(standing.polygons[1].items_mean, estimated(ground(false), 1).polygons[1].items_mean);
  const auto areas = [](const evidence::Observations& o) { return confirmed_areas_of(o).size(); };
  EXPECT_EQ(areas(ground(false)), areas(ground()) + 1);
  EXPECT_EQ(confirmed_areas_unfound(ground()).size(), 2U) << "the open one and the one searched in vain";
}

}  // namespace
}  // namespace firmground::estimate
