#include "estimate/propensity.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace firmground::estimate {
namespace {

/// 100 x 100 cells; people search one cell in two beside the road (west) and one in twenty far from it (east).
evidence::Observations searched_beside_the_road() {
  evidence::Observations o;
  o.grid = {50, 0, 100, 100, 100};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  base::Random random(5);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const bool west = cell % 100 < 50;
    road.value.push_back(west ? 0.0F : 1000.0F);
    o.processed[cell] = random.chance(west ? 0.5 : 0.05) ? 1 : 0;
  }
  o.covariates.push_back(road);
  return o;
}

std::vector<SmoothEffect> step_effect() {
  return {{"distance to roads", "m", {0, 1000}, {0.5, 0.5}, false, {}, 1}};
}

TEST(Propensity, ARareSearchStandsForAllTheGroundNobodySearched) {
  const evidence::Observations ground = searched_beside_the_road();
  const std::vector<double> weight = likeness_to_unsearched(ground, step_effect(), {0, 99});
  // Odds (1 - p) / p are 1 in the west and 19 in the east: means of 1 over the two cells leave .1 and 1.9.
  EXPECT_NEAR(weight[1] / weight[0], 19, 2);
  EXPECT_NEAR(weight[0] + weight[1], 2, 1e-9);
}

TEST(Propensity, WhereEverythingWasSearchedAllCellsWeighTheSame) {
  evidence::Observations ground = searched_beside_the_road();
  ground.processed.assign(ground.grid.size(), 1);
  EXPECT_EQ(likeness_to_unsearched(ground, step_effect(), {0, 99}), (std::vector<double>{1, 1}));
}

TEST(Propensity, TheShareOfLandSearchedIsNoCauseOfSearching) {
  evidence::Observations ground = searched_beside_the_road();
  ground.covariates[0].tells_effort = true;
  EXPECT_EQ(likeness_to_unsearched(ground, step_effect(), {0, 99}), (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace firmground::estimate
