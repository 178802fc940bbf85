#include "report/interval.h"

#include <gtest/gtest.h>

#include <cmath>

namespace firmground::report {
namespace {

constexpr double kPi = 3.14159265358979323846;

TEST(Interval, BetaDistributionAgreesWithItsClosedForms) {
  for (const double x : {0.001, 0.1, 0.37, 0.5, 0.83, 0.999}) {
    EXPECT_NEAR(beta_distribution(0.5, 0.5, x), 2 / kPi * std::asin(std::sqrt(x)), 1e-12);  // the arcsine law
    EXPECT_NEAR(beta_distribution(1, 1, x), x, 1e-14);
    EXPECT_NEAR(beta_distribution(3, 1, x), x * x * x, 1e-13);
    EXPECT_NEAR(beta_distribution(1, 4, x), 1 - std::pow(1 - x, 4), 1e-13);
  }
}

// Quantiles by mpmath (30 digits, bisection of its own regularised incomplete beta function).
TEST(Interval, JeffreysIntervalAgreesWithThirtyDigitArithmetic) {
  struct Case {
    std::int64_t hits, trials;
    double p05, p95;
  };
  for (const Case& c :
       {Case{1, 10, 0.0178919880557478, 0.330562803260135}, Case{31, 120, 0.197283063775243, 0.32789987160229},
        Case{250, 1000, 0.228027409466144, 0.273039735130286}, Case{3, 4, 0.349292783413325, 0.953992811096308}}) {
    const Interval interval = jeffreys_interval(c.hits, c.trials);
    EXPECT_NEAR(interval.p05, c.p05, 1e-11) << c.hits << " of " << c.trials;
    EXPECT_NEAR(interval.p95, c.p95, 1e-11) << c.hits << " of " << c.trials;
  }
}

TEST(Interval, RecordsNeverOrAlwaysConfirmedKeepTheBoundItself) {
  EXPECT_EQ(jeffreys_interval(0, 12).p05, 0);
  EXPECT_GT(jeffreys_interval(0, 12).p95, 0.1);
  EXPECT_EQ(jeffreys_interval(12, 12).p95, 1);
  EXPECT_LT(jeffreys_interval(12, 12).p05, 0.9);
}

TEST(Interval, MoreSearchedRecordsNarrowTheInterval) {
  const Interval few = jeffreys_interval(5, 20);
  const Interval many = jeffreys_interval(50, 200);
  EXPECT_LT(many.p95 - many.p05, few.p95 - few.p05);
}

}  // namespace
}  // namespace firmground::report
