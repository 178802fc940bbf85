#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "estimate/estimate.h"

namespace firmground::estimate {
namespace {

constexpr std::int32_t kSide = 96;
constexpr std::int32_t kSquare = 4;

/// Squares of 4 x 4 cells, a third of them mined. Survey went to two in three: a half of those were cleared whatever
/// they held, of the others those where nothing was found were reduced, and the rest lies there still.
struct Surveyed {
  evidence::Observations observations;
  std::vector<std::uint8_t> never_surveyed;  ///< cells
  double mined = 0;                          ///< share of these that holds mines
};

Surveyed surveyed_ground(std::uint64_t seed) {
  Surveyed ground;
  evidence::Observations& o = ground.observations;
  o.grid = {50, 0, kSide, kSide, kSide};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  evidence::CovariateField outcome{"how land was released", "", {}, true, {"cleared", "nothing found"}};
  outcome.tells_outcome = true;
  outcome.value.assign(o.grid.size(), 0);
  base::Random random(seed);
  ground.never_surveyed.assign(o.grid.size(), 0);
  double open = 0;
  double mined_open = 0;
  for (std::int32_t top = 0; top < kSide; top += kSquare) {
    for (std::int32_t left = 0; left < kSide; left += kSquare) {
      const double chance = random.chance(0.33) ? 0.35 : 0.01;
      const bool to_clear = random.chance(0.33);
      const bool to_survey = !to_clear && random.chance(0.5);
      std::vector<evidence::SearchedCell> cells;
      cells.reserve(std::size_t{kSquare} * kSquare);
      for (std::int32_t k = 0; k < kSquare * kSquare; ++k) {
        cells.push_back({static_cast<std::uint32_t>((top + k / kSquare) * kSide + left + k % kSquare), 1.0F, 0.9F,
                         random.chance(chance) ? 2U : 0U});
      }
      const bool emptied =
          to_survey && std::all_of(cells.begin(), cells.end(), [](const auto& c) { return c.found == 0; });
      for (const evidence::SearchedCell& cell : cells) {
        if (to_clear || emptied) {
          o.processed[cell.cell] = 1;
          o.searched[0].push_back(cell);
          outcome.value[cell.cell] = emptied ? 1 : 0;
        } else if (!to_survey) {
          ground.never_surveyed[cell.cell] = 1;
          open += 1;
          mined_open += cell.found > 0 ? 1 : 0;
        }
      }
    }
  }
  std::sort(o.searched[0].begin(), o.searched[0].end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  o.covariates.push_back(std::move(outcome));
  ground.mined = mined_open / open;
  return ground;
}

/// Mean P(any) over true share, of ground that no survey went to.
double forecast_to_truth(const Surveyed& ground) {
  const evidence::Observations& o = ground.observations;
  EstimateOptions options;
  options.draws = 20;
  const auto result = estimate(o, options);
  EXPECT_TRUE(result) << base::to_text(result.error());
  double sum = 0;
  double cells = 0;
  for (std::size_t cell = 0; cell < o.grid.size(); ++cell) {
    if (ground.never_surveyed[cell] != 0) {
      sum += static_cast<double>(result->hazard.raster.bands[0][cell]);
      cells += 1;
    }
  }
  return sum / cells / ground.mined;
}

TEST(ReleaseOutcome, LandReducedBecauseNothingWasFoundIsNoSampleOfTheRest) {
  constexpr std::uint64_t kFirst = 3;
  constexpr std::uint64_t kGrounds = 6;
  double told = 0;
  double not_told = 0;
  for (std::uint64_t seed = kFirst; seed < kFirst + kGrounds; ++seed) {
    Surveyed ground = surveyed_ground(seed);
    told += forecast_to_truth(ground) / kGrounds;
    ground.observations.covariates.clear();
    not_told += forecast_to_truth(ground) / kGrounds;
  }
  EXPECT_NEAR(told, 1, 0.15);
  EXPECT_LT(not_told, 0.75) << "the test's ground must show the bias";
}

}  // namespace
}  // namespace firmground::estimate
