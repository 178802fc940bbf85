#include "estimate/record_context.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace firmground::estimate {
namespace {

/// Records of one cell each: half lie in the west, where ground is ten times as likely to be mined.
evidence::RecordFields records_in_both_halves(double log_ratio_west, double log_ratio_east) {
  evidence::RecordFields fields;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const bool west = i < 20;
    const bool searched = i % 2 == 0;
    fields.records.push_back(
        {"R-" + std::to_string(i), "archive", 0.5, 0.5, searched ? (west ? log_ratio_west : log_ratio_east) : 0});
    fields.shares.push_back({i, i, 0.8F});
  }
  return fields;
}

std::vector<float> ground_of_both_halves() {
  std::vector<float> ground(40, 0.2F);
  std::fill(ground.begin(), ground.begin() + 20, 2.0F);
  return ground;
}

TEST(RecordContext, ARecordNobodyCheckedIsBelievedMoreOnGroundLikeThatOfTrueOnes) {
  const auto findable = findable_in_context(records_in_both_halves(4, -4), ground_of_both_halves());
  EXPECT_GT(findable[1], 0.8);
  EXPECT_LT(findable[39], 0.2);
  EXPECT_GT(findable[0], findable[1]) << "what was found counts too";
  EXPECT_LT(findable[38], findable[39]);
}

TEST(RecordContext, GroundDecidesLittleWhereRecordsOnPoorGroundProveTrueAsOften) {
  const auto alike = findable_in_context(records_in_both_halves(4, 4), ground_of_both_halves());
  const auto apart = findable_in_context(records_in_both_halves(4, -4), ground_of_both_halves());
  EXPECT_LT(alike[1] - alike[39], 0.5 * (apart[1] - apart[39]));
}

TEST(RecordContext, WithoutSearchedRecordsReconciliationStands) {
  const auto findable = findable_in_context(records_in_both_halves(0, 0), ground_of_both_halves());
  EXPECT_EQ(findable, std::vector<double>(40, 0.5));
}

TEST(RecordContext, HazardsOfRecordsAddAsTheirFieldsWouldMissTogether) {
  evidence::RecordFields fields;
  fields.records = {{"A", "", 0.9, 0.8, 1}, {"B", "", 0.5, 0.4, 1}};
  fields.shares = {{3, 0, 0.5F}, {3, 1, 0.25F}};
  const std::vector<float> hazard = recorded_hazard(fields, {0.8, 0.4}, 5);
  EXPECT_NEAR(std::exp(-static_cast<double>(hazard[3])), (1 - 0.4) * (1 - 0.1), 1e-6);
  EXPECT_EQ(hazard[2], 0);
}

TEST(RecordContext, GroundLikeThatOfFindsIsLikelier) {
  evidence::Observations o;
  o.grid = {50, 0, 100, 100, 100};
  o.inside.assign(o.grid.size(), 1);
  evidence::CovariateField line{"distance to the former line of contact", "m", {}, false, {}};
  std::vector<std::uint32_t> cells;
  std::vector<std::uint8_t> found;
  base::Random random(5);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const bool west = cell % 100 < 50;
    line.value.push_back(west ? 0.0F : 1000.0F);
    cells.push_back(cell);
    found.push_back(random.chance(west ? 0.3 : 0.03) ? 1 : 0);
  }
  o.covariates.push_back(line);
  const std::vector<float> ground =
      likelihood_of_ground(o, {{line.name, "m", {0, 1000}, {0.5, 0.5}, false, {}, 1}}, cells, found);
  EXPECT_NEAR(ground[0], 0.3 / 0.165, 0.15);
  EXPECT_NEAR(ground[99], 0.03 / 0.165, 0.05);
}

}  // namespace
}  // namespace firmground::estimate
