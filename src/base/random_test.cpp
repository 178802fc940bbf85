#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace firmground::base {
namespace {

struct Moments {
  double mean;
  double variance;
};

template <typename Draw>
Moments moments(Draw draw) {
  constexpr int kDraws = 200000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = static_cast<double>(draw());
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws - mean * mean};
}

TEST(Random, SameSeedAndStreamGiveTheSameNumbers) {
  Random a(7, 3);
  Random b(7, 3);
  Random other(7, 4);
  EXPECT_EQ(a.bits(), b.bits());
  EXPECT_NE(a.bits(), other.bits());
}

// Tolerances: five standard errors of 200,000 draws.
TEST(Random, MomentsAreThoseOfTheLaws) {
  Random r(11);
  const Moments normal = moments([&] { return r.normal(); });
  EXPECT_NEAR(normal.mean, 0, 0.012);
  EXPECT_NEAR(normal.variance, 1, 0.02);
  const Moments gamma = moments([&] { return r.gamma(2.5, 2); });
  EXPECT_NEAR(gamma.mean, 5, 0.04);
  EXPECT_NEAR(gamma.variance, 10, 0.3);
  const Moments poisson = moments([&] { return r.poisson(123.4); });
  EXPECT_NEAR(poisson.mean, 123.4, 0.13);
  EXPECT_NEAR(poisson.variance, 123.4, 2.1);
  const Moments binomial = moments([&] { return r.binomial(300, 0.3); });
  EXPECT_NEAR(binomial.mean, 90, 0.1);
  EXPECT_NEAR(binomial.variance, 63, 1.1);
}

}  // namespace
}  // namespace firmground::base
