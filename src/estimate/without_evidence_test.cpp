#include "estimate/without_evidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "estimate/estimate.h"

namespace firmground::estimate {
namespace {

/// 90 x 60 cells of 50 m. Strips in the west and the middle are searched; ordnance lies in clumps, more of it in
/// suspected ground; a record speaks of a field in the east.
evidence::Observations ground() {
  evidence::Observations o;
  o.grid = {50, 0, 60, 90, 60};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  evidence::CovariateField statement{
      "survey statement", "", std::vector<float>(o.grid.size(), 0), true, {"no hazardous area", "SHA", "CHA"}};
  base::Random random(4);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t column = cell % 90;
    const std::uint32_t row = cell / 90;
    const bool suspected = (column / 9 + row / 9) % 3 == 0;
    statement.value[cell] = suspected ? 1 : 0;
    const bool clump = column > 20 && column < 32 && row > 10 && row < 22;
    if (column < 60 && (row / 4) % 2 == 0) {
      o.processed[cell] = 1;
      const double p = clump ? 0.5 : suspected ? 0.12 : 0.02;
      o.searched[0].push_back(
          {cell, 1.0F, 0.9F, random.chance(p) ? 1 + static_cast<std::uint32_t>(random.poisson(1)) : 0});
      o.searched[1].push_back({cell, 1.0F, 0.9F, random.chance(0.01) ? 1U : 0U});
    }
  }
  o.covariates.push_back(std::move(statement));
  o.records.emplace();
  o.records->records.push_back({"R-1", "batch A", 0.9, 0.8, 0});
  for (std::uint32_t row = 30; row < 34; ++row) {
    for (std::uint32_t column = 70; column < 78; ++column) {
      o.records->shares.push_back({row * 90 + column, 0, 0.5F});
    }
  }
  return o;
}

PolygonCells polygon(const char* id, std::uint32_t column, std::uint32_t row, std::uint32_t columns,
                     std::uint32_t rows) {
  PolygonCells result{id, columns * rows * 2500.0, {}};
  for (std::uint32_t r = row; r < row + rows; ++r) {
    for (std::uint32_t c = column; c < column + columns; ++c) {
      result.cells.push_back({r * 90 + c, 1.0F});
    }
  }
  return result;
}

const std::vector<PolygonCells> kPolygons = {polygon("recorded", 70, 30, 8, 4), polygon("clump", 22, 12, 9, 4),
                                             polygon("suspected", 63, 18, 9, 9)};

EstimateResult estimated(const evidence::Observations& observations, EstimateOptions options = {}) {
  options.closer.polygons = {0, kPolygons.size()};
  options.closer.without_evidence = true;
  auto result = estimate(observations, options, kPolygons);
  EXPECT_TRUE(result) << base::to_text(result.error());
  return result ? std::move(*result) : EstimateResult{};
}

const WithoutEvidence* without(const PolygonEstimate& polygon, const std::string& words) {
  const auto at = std::find_if(polygon.without.begin(), polygon.without.end(),
                               [&](const WithoutEvidence& w) { return w.evidence == words; });
  return at == polygon.without.end() ? nullptr : &*at;
}

TEST(WithoutEvidence, ARecordIsWorthWhatAnEstimateWithoutItLacks) {
  const EstimateResult with = estimated(ground());
  const WithoutEvidence* told = without(with.polygons[0], "the minefield record R-1 of batch A");
  ASSERT_NE(told, nullptr);
  EXPECT_LT(told->items_mean, 0.7 * with.polygons[0].items_mean);
  EXPECT_GT(told->probability_none, with.polygons[0].probability_none);
  evidence::Observations unrecorded = ground();
  unrecorded.records.reset();
  const EstimateResult anew = estimated(unrecorded);
  // Nobody searched under the record, so that nothing else moves but for rounding.
  EXPECT_NEAR(told->items_mean, anew.polygons[0].items_mean, 0.03 * anew.polygons[0].items_mean);
  EXPECT_NEAR(told->probability_none, anew.polygons[0].probability_none, 0.03);
  EXPECT_EQ(without(with.polygons[1], "the minefield record R-1 of batch A"), nullptr) << "it does not reach there";
}

TEST(WithoutEvidence, FindsNearByAreWorthWhatAFitThatLeavesThemOutLacks) {
  const EstimateResult with = estimated(ground());
  const WithoutEvidence* told = without(with.polygons[1], "the finds and searches near by");
  ASSERT_NE(told, nullptr);
  EXPECT_LT(told->items_mean, with.polygons[1].items_mean);
  EstimateOptions options;
  options.hyper = {with.classes[0].hyper, with.classes[1].hyper};
  options.leave_out.assign(ground().grid.size(), 0);
  for (std::uint32_t row = 0; row < 34; ++row) {
    std::fill_n(options.leave_out.begin() + static_cast<std::ptrdiff_t>(row) * 90 + 8, 37, std::uint8_t{1});
  }
  const EstimateResult anew = estimated(ground(), options);
  // The region's level and the effects rest on these finds too, which "without" leaves as they are.
  const double ratio = told->items_mean / anew.polygons[1].items_mean;
  EXPECT_GT(ratio, 0.6);
  EXPECT_LT(ratio, 1.6);
}

TEST(WithoutEvidence, AStatementIsWorthWhatAFitWithoutItLacks) {
  const EstimateResult with = estimated(ground());
  const WithoutEvidence* told = without(with.polygons[2], "the survey statement");
  ASSERT_NE(told, nullptr);
  EXPECT_LT(told->items_mean, with.polygons[2].items_mean);
  evidence::Observations silent = ground();
  silent.covariates.clear();
  const EstimateResult anew = estimated(silent);
  const double change = std::log(told->items_mean / with.polygons[2].items_mean);
  const double change_anew = std::log(anew.polygons[2].items_mean / with.polygons[2].items_mean);
  EXPECT_LT(change_anew, -0.1);
  EXPECT_NEAR(change, change_anew, 0.5 * std::abs(change_anew));
}

TEST(WithoutEvidence, IsToldOnlyWhereItIsAskedForAndMatters) {
  EstimateOptions options;
  const auto plain = estimate(ground(), options, kPolygons);
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->polygons[0].without.empty());
  for (const PolygonEstimate& told : estimated(ground()).polygons) {
    EXPECT_LE(told.without.size(), kMostGroups);
    for (const WithoutEvidence& w : told.without) {
      EXPECT_TRUE(std::abs(std::log(w.items_mean / told.items_mean)) >= std::log(1.1) - 1e-9 ||
                  std::abs(w.probability_none - told.probability_none) >= 0.05 - 1e-9)
          << w.evidence;
    }
  }
}

}  // namespace
}  // namespace firmground::estimate
