#include "estimate/count_law.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace firmground::estimate {
namespace {

/// Cells drawn from the law itself, searched as a clump: the oracle that knows no formula.
struct Drawn {
  double any = 0, found = 0, left_after_nothing = 0, nothing = 0, left_after_two = 0, two = 0, left_any_after_two = 0;
};

Drawn draw(const CountLaw& law, double share, double detection) {
  base::Random random(12);
  Drawn d;
  for (int i = 0; i < 400'000; ++i) {
    const std::int64_t n = random.poisson(random.gamma(law.shape, law.mean / law.shape));
    const double part = share > 0.995 ? 1 : random.beta(kClumpConcentration * share, kClumpConcentration * (1 - share));
    const std::int64_t y = random.binomial(n, part * detection);
    if (n == 0) {
      continue;
    }
    d.any += 1;
    d.found += y > 0 ? 1 : 0;
    if (y == 0) {
      d.nothing += 1;
      d.left_after_nothing += static_cast<double>(n);
    } else if (y == 2) {
      d.two += 1;
      d.left_after_two += static_cast<double>(n - 2);
      d.left_any_after_two += n > 2 ? 1 : 0;
    }
  }
  return d;
}

TEST(CountLaw, AgreesWithCellsDrawnFromIt) {
  const CountLaw law{4, 0.6, 0.1};
  for (const auto& [share, detection] : {std::pair{1.0, 0.9}, {0.6, 0.8}, {0.3, 0.95}}) {
    const Drawn d = draw(law, share, detection);
    // Monte Carlo error is below .004; the clump's 12 nodes cost up to 3 %.
    EXPECT_NEAR(detection_of_presence(law, share, detection), d.found / d.any, 0.02);
    // A cell known to hold items in which nothing was found: all its items are left.
    const Remaining nothing = remaining_after_nothing(law, share, detection, 1.0);
    EXPECT_NEAR(nothing.probability, 1, 1e-9);
    EXPECT_NEAR(nothing.mean, d.left_after_nothing / d.nothing, 0.06 * nothing.mean);
    const Remaining two = remaining_after_finds(law, share, detection, 2);
    EXPECT_NEAR(two.mean, d.left_after_two / d.two, 0.06 * two.mean + 0.02);
    EXPECT_NEAR(two.probability, d.left_any_after_two / d.two, 0.03);
  }
}

TEST(CountLaw, IsFoundAgainFromCellsWithFinds) {
  const CountLaw truth{5, 0.5, 0};
  base::Random random(3);
  std::vector<PositiveCell> cells;
  while (cells.size() < 4000) {
    const std::int64_t n = random.poisson(random.gamma(truth.shape, truth.mean / truth.shape));
    const std::int64_t y = random.binomial(n, 0.9);
    if (y > 0) {
      cells.push_back({1.0, 0.9, static_cast<std::uint32_t>(y)});
    }
  }
  const CountLaw fitted = fit_count_law(cells);
  EXPECT_NEAR(positive_mean(fitted), positive_mean(truth), 0.08 * positive_mean(truth));
}

TEST(CountLaw, ANegativeSearchNeverRaisesWhatRemains) {
  const CountLaw law{3, 0.4, 0.1};
  for (const double presence : {0.01, 0.3, 0.9}) {
    double before = presence * positive_mean(law);
    for (const double share : {0.2, 0.5, 1.0}) {
      const Remaining left = remaining_after_nothing(law, share, 0.9, presence);
      EXPECT_LE(left.mean, before * 1.0001);
      EXPECT_GE(left.mean, left.probability);
      before = left.mean;
    }
  }
}

TEST(CountLaw, DrawsFollowIt) {
  constexpr int kDraws = 40'000;
  // A common one, a heavy tail beyond the values that are kept, a mean too large for inversion, nearly Poisson.
  for (const CountLaw& law :
       {CountLaw{3, 0.6, 0}, CountLaw{30, 0.2, 0}, CountLaw{150, 2, 0}, CountLaw{4, 20, 0}, CountLaw{0.05, 0.5, 0}}) {
    base::Random random(4);
    PositiveCounts counts(law);
    std::vector<int> times(2000, 0);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const std::int64_t n = i % 2 == 0 ? counts.draw(random) : PositiveCounts(law).draw(random);
      ASSERT_GT(n, 0);
      sum += static_cast<double>(n);
      squares += static_cast<double>(n * n);
      times[static_cast<std::size_t>(std::min<std::int64_t>(n, 1999))] += 1;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(mean, positive_mean(law), 4 * std::sqrt((squares / kDraws - mean * mean) / kDraws)) << law.mean;
    const double none = std::pow(1 + law.mean / law.shape, -law.shape);
    double probability = none;
    double up_to = 0;
    int drawn = 0;
    for (int n = 1; n < 300; ++n) {
      probability *= (n - 1 + law.shape) / n * law.mean / (law.mean + law.shape);
      up_to += probability / (1 - none);
      drawn += times[static_cast<std::size_t>(n)];
      EXPECT_NEAR(static_cast<double>(drawn) / kDraws, up_to, 4.5 * 0.5 / std::sqrt(kDraws)) << law.mean << ", " << n;
    }
  }
}

TEST(CountLaw, TakesAnyPositiveMean) {
  for (const double shape : {0.05, 0.6, 1.0, 20.0}) {
    for (const double mean : {1.0001, 1.02, 2.0, 30.0, 5000.0}) {
      const CountLaw law = with_positive_mean({3, shape, 0.1}, mean);
      EXPECT_NEAR(positive_mean(law), mean, 1e-6 * mean) << shape;
      EXPECT_EQ(law.shape, shape);
    }
  }
}

}  // namespace
}  // namespace firmground::estimate
