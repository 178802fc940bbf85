#include "estimate/kind_law.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace firmground::estimate {
namespace {

TEST(KindLaw, OfOneKindAloneEveryItemIs) {
  EXPECT_EQ(none_of_kind(1, 0.3, 5), 0);
  EXPECT_EQ(any_of_kind(1, 0.3, {3, 0.5}), 1);
  EXPECT_EQ(any_of_kind(0, 0.3, {3, 0.5}), 0);
}

TEST(KindLaw, ItemsForThemselvesAndItemsAllAlikeAreItsEnds) {
  EXPECT_NEAR(none_of_kind(0.3, 1e9, 4), std::pow(0.7, 4), 1e-6);
  EXPECT_NEAR(none_of_kind(0.3, 1e-9, 4), 0.7, 1e-6);
  // Two items: (1 - share) x P(the second is of another kind, as the first was).
  EXPECT_NEAR(none_of_kind(0.3, 2.0, 2), 0.7 * (2 * 0.7 + 1) / (2 + 1), 1e-12);
}

TEST(KindLaw, WhatTwoItemsMayBeAddsUpToOne) {
  const std::array share = {0.5, 0.2, 0.3};
  double sum = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      std::array<std::uint32_t, 3> count{};
      ++count[a];
      ++count[b];
      sum += std::exp(log_kinds(share, 0.7, count));
    }
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(log_kinds(share, 0.7, std::array<std::uint32_t, 3>{1, 0, 0}), std::log(0.5), 1e-12);
}

/// Term by term from the law as it is written down.
double by_terms(double share, double concentration, const CountLaw& law, int terms) {
  double weight = std::exp(-law.shape * std::log1p(law.mean / law.shape));
  double none = 1;
  double all = 0;
  double of_none = 0;
  for (int n = 1; n <= terms; ++n) {
    weight *= (n - 1 + law.shape) / n * law.mean / (law.mean + law.shape);
    none *= (concentration * (1 - share) + n - 1) / (concentration + n - 1);
    all += weight;
    of_none += weight * none;
  }
  return 1 - of_none / all;
}

TEST(KindLaw, AnyOfAKindIsAveragedOverTheNumber) {
  for (const double mean : {0.5, 3.0, 40.0, 900.0}) {
    for (const double share : {0.02, 0.3, 0.9}) {
      const CountLaw law{mean, 0.6};
      EXPECT_NEAR(any_of_kind(share, 0.4, law), by_terms(share, 0.4, law, 60'000), 2e-3) << mean << " " << share;
    }
  }
}

TEST(KindLaw, OfManyItemsKnownWellItIsThatOfTheirNumber) {
  EXPECT_NEAR(any_of_kind(0.1, 2, {5000, 400}), 1 - none_of_kind(0.1, 2, 5000), 1e-9);
}

TEST(KindChances, HoldTheirPromisesAtAndBetweenTheKnots) {
  const KindChances chances({3, 0.5}, 0.3);
  for (float mean = 1; mean < 300; mean *= 1.13F) {
    for (float share = 0; share <= 1; share += 0.037F) {
      const float any = chances.at(mean, share);
      ASSERT_GE(any, share * (1 - 1e-5F));
      ASSERT_LE(any, std::min(1.0F, share * mean) * (1 + 1e-5F));
      ASSERT_GE(any + chances.at(mean, 1 - share), 1 - 1e-5F) << "where there is any item it is of some kind";
      if (mean > 1.1F && mean < 150) {
        ASSERT_NEAR(any, any_of_kind(share, 0.3, with_positive_mean({3, 0.5}, mean)), 0.01);
      }
    }
  }
}

}  // namespace
}  // namespace firmground::estimate
