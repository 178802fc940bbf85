#include "estimate/scores.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace firmground::estimate {
namespace {

/// Four cells ranked .9 .8 .7 .1, items in the first and the third: precision 1 at the first, 2/3 at the second find.
TEST(Scores, HandRankedCells) {
  const Forecasts f{{0.9F, 0.8F, 0.7F, 0.1F}, {1, 0, 1, 0}};
  EXPECT_DOUBLE_EQ(average_precision(f), (1.0 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(auc(f), 0.75);
  EXPECT_NEAR(brier(f), (0.01 + 0.64 + 0.09 + 0.01) / 4, 1e-7);
  EXPECT_DOUBLE_EQ(weight_in_riskiest(f.p, {5, 0, 3, 0}, 0.25), 5.0 / 8);
  EXPECT_DOUBLE_EQ(area_for_weight(f.p, {5, 0, 3, 0}, 1.0), 0.75);
}

TEST(Scores, EqualForecastsRankNothing) {
  const Forecasts f{std::vector<float>(100, 0.3F), [] {
                      std::vector<std::uint8_t> y(100, 0);
                      std::fill_n(y.begin(), 30, std::uint8_t{1});
                      return y;
                    }()};
  EXPECT_DOUBLE_EQ(auc(f), 0.5);
  EXPECT_NEAR(average_precision(f), 0.3, 1e-12);
  EXPECT_NEAR(weight_in_riskiest(f.p, std::vector<float>(100, 1), 0.1), 0.1, 1e-12);
}

TEST(Scores, TrueProbabilitiesAreCalibratedAndDoubledLogitsAreNot) {
  base::Random random(9);
  Forecasts fair;
  Forecasts bold;
  for (int i = 0; i < 200000; ++i) {
    const double x = random.normal(-3, 1.5);
    const double p = 1 / (1 + std::exp(-x));
    const bool y = random.chance(p);
    fair.add(static_cast<float>(p), y);
    bold.add(static_cast<float>(1 / (1 + std::exp(-2 * x))), y);
  }
  EXPECT_NEAR(calibration_slope(fair), 1, 0.02);
  EXPECT_NEAR(calibration_slope(bold), 0.5, 0.02);
  EXPECT_LT(expected_calibration_error(fair), 0.003);
  EXPECT_GT(expected_calibration_error(bold), 0.02);
  EXPECT_LT(log_score(fair), log_score(bold));
}

TEST(Scores, AreUndefinedWithoutBothOutcomes) {
  const Forecasts f{{0.1F, 0.2F}, {0, 0}};
  EXPECT_TRUE(std::isnan(auc(f)));
  EXPECT_TRUE(std::isnan(average_precision(f)));
  EXPECT_TRUE(std::isnan(calibration_slope(f)));
}

}  // namespace
}  // namespace firmground::estimate
