#include "estimate/statement_ratios.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/estimate.h"
#include "evidence/drawn_statements_testing.h"

namespace firmground::estimate {
namespace {

using evidence::DrawnSquare;
using mineaction::Device;
using mineaction::HazardType;

constexpr std::int32_t kSide = 160;

/// 8 x 8 km, half of it searched in stripes of 200 m.
struct Drawn {
  evidence::Observations observations;
  mineaction::Snapshot snapshot;
  std::vector<double> hazard;  ///< by cell

  Drawn() {
    observations.grid = {50, 0, kSide, kSide, kSide};
    observations.inside.assign(observations.grid.size(), 1);
    observations.processed.assign(observations.grid.size(), 0);
    observations.mode = "effort";
    observations.snapshot_hash = "drawn";
    hazard.assign(observations.grid.size(), 0.04);
  }
  /// A polygon of a class, whose hazard is so many times that of the ground about it.
  void say(HazardType type, Device device, const DrawnSquare& square, double times) {
    snapshot.hazards.push_back(evidence::drawn_hazard(type, device, square, observations.grid));
    for (std::int32_t row = square.row; row < square.row + square.side; ++row) {
      for (std::int32_t column = square.column; column < square.column + square.side; ++column) {
        hazard[observations.grid.index(column, row)] *= times;
      }
    }
  }
  evidence::Observations searched(std::uint64_t seed) {
    base::Random random(seed);
    for (std::uint32_t cell = 0; cell < hazard.size(); ++cell) {
      if (cell / kSide / 4 % 2 == 0) {
        observations.processed[cell] = 1;
        const bool holds = random.chance(1 - std::exp(-hazard[cell]));
        observations.searched[0].push_back({cell, 1.0F, 0.95F, holds && random.chance(0.95) ? 1U : 0U});
      }
    }
    observations.covariates.push_back(
        *evidence::survey_statements(snapshot, observations.grid, observations.processed, {}));
    return observations;
  }
};

/// A hundred polygons of a good source, of a bad one, and five cancelled ones that nobody searched.
constexpr double kGood = 5;
constexpr double kBad = 1;
evidence::Observations two_sources(std::uint64_t seed) {
  Drawn drawn;
  base::Random random(seed, 7);
  for (std::int32_t row = 0; row < 16; ++row) {
    for (std::int32_t column = 0; column < 16; ++column) {
      const DrawnSquare square{10 * column + 2, 10 * row + 2, 6};
      const double of_polygon = std::exp(random.normal(-0.125, 0.5));
      const std::int32_t source = (row + 3 * column) % 4;
      if (source == 0) {
        drawn.say(HazardType::confirmed, Device::ap_mine, square, kGood * of_polygon);
      } else if (source == 1) {
        drawn.say(HazardType::suspected, Device::uxo, square, kBad * of_polygon);
      }
    }
  }
  for (std::int32_t column = 0; column < 5; ++column) {
    drawn.snapshot.land_releases.push_back(
        evidence::drawn_release(mineaction::Outcome::cancelled, mineaction::Method::nts, mineaction::Date(2021, 1, 1),
                                {10 * column + 1, 5, 2}, drawn.observations.grid));
  }
  return drawn.searched(seed);
}

EstimateResult estimated(const evidence::Observations& observations) {
  auto result = estimate(observations, {});
  EXPECT_TRUE(result) << base::to_text(result.error());
  return std::move(*result);
}

const StatementRatio& ratio_of(const EstimateResult& result, const std::string& statement) {
  const auto& all = result.hazard.statements;
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.statement == statement; });
  EXPECT_NE(at, all.end()) << statement;
  return *at;
}

TEST(StatementRatios, AreRecoveredForAGoodSourceAndForABadOne) {
  const EstimateResult result = estimated(two_sources(1));
  const StatementRatio& good = ratio_of(result, "CHA, mines named");
  EXPECT_LT(good.p05, kGood);
  EXPECT_GT(good.p95, kGood);
  EXPECT_GT(good.ratio, 3);
  EXPECT_EQ(good.searched, 64U);
  const StatementRatio& bad = ratio_of(result, "SHA, ERW named");
  EXPECT_LT(bad.p05, kBad);
  EXPECT_GT(bad.p95, kBad);
  EXPECT_LT(bad.p95, good.p05) << "the sources are told apart";
}

TEST(StatementRatios, ARatioThatNoSearchTellsIsWhatWasAssumedAndSaysSo) {
  const EstimateResult result = estimated(two_sources(1));
  const StatementRatio& cancelled = ratio_of(result, "cancelled without a search");
  EXPECT_EQ(cancelled.searched, 0U);
  EXPECT_NEAR(cancelled.ratio, 0.4, 0.01);
  const std::vector<std::string> words = in_words(result.hazard.statements);
  ASSERT_EQ(words.size(), 3U);
  EXPECT_NE(words[2].find("assumed, as none of its 5 polygons was searched later"), std::string::npos) << words[2];
  EXPECT_NE(words[1].find("learned from the 64 of its 64 polygons that"), std::string::npos) << words[1];
}

TEST(StatementRatios, GroundNobodySearchedIsTheMoreHazardousTheBetterItsSource) {
  const evidence::Observations observations = two_sources(1);
  const EstimateResult result = estimated(observations);
  std::array<double, 3> sum{};
  std::array<double, 3> cells{};
  for (std::uint32_t cell = 0; cell < observations.processed.size(); ++cell) {
    const auto said = evidence::statement_value(observations.covariates[0].value[cell]);
    if (observations.processed[cell] == 0) {
      const std::size_t group = !said ? 0 : said->of_class == 3 ? 2 : 1;
      sum[group] += static_cast<double>(result.hazard.raster.bands[0][cell]);
      cells[group] += 1;
    }
  }
  EXPECT_GT(sum[2] / cells[2], 3 * sum[0] / cells[0]);
  EXPECT_LT(sum[1] / cells[1], 1.5 * sum[0] / cells[0]);
}

/// 3,600 cells of the class lie in one polygon, or in a hundred of 36.
double log_width(bool one_polygon) {
  Drawn drawn;
  if (one_polygon) {
    drawn.say(HazardType::confirmed, Device::ap_mine, {40, 40, 60}, 5);
  } else {
    for (std::int32_t k = 0; k < 100; ++k) {
      drawn.say(HazardType::confirmed, Device::ap_mine, {16 * (k % 10) + 2, 16 * (k / 10) + 2, 6}, 5);
    }
  }
  const EstimateResult result = estimated(drawn.searched(3));
  const StatementRatio& ratio = ratio_of(result, "CHA, mines named");
  EXPECT_EQ(ratio.searched, one_polygon ? 1U : 100U);
  return std::log(ratio.p95 / ratio.p05) / (2 * 1.645);
}

TEST(StatementRatios, APolygonOfManyCellsIsOneFact) {
  EXPECT_GT(log_width(true), 0.6) << "from one polygon little is learned about the next";
  EXPECT_LT(log_width(false), 0.25);
}

TEST(StatementRatios, AreTheSameBytesOnAnyThreadCount) {
  const EstimateResult one = estimated(two_sources(2));
  base::set_thread_count(1);
  const EstimateResult other = estimated(two_sources(2));
  base::set_thread_count(0);
  EXPECT_EQ(one.hazard.raster.bands, other.hazard.raster.bands);
  ASSERT_EQ(one.hazard.statements.size(), other.hazard.statements.size());
  for (std::size_t k = 0; k < one.hazard.statements.size(); ++k) {
    EXPECT_EQ(one.hazard.statements[k].ratio, other.hazard.statements[k].ratio);
  }
}

}  // namespace
}  // namespace firmground::estimate
