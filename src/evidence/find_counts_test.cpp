#include "evidence/find_counts.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace firmground::evidence {
namespace {

/// Three drops in ten meet something, and what they meet is spread over decades.
std::vector<Drop> drops() {
  std::vector<Drop> made;
  for (int i = 0; i < 2000; ++i) {
    Drop drop;
    drop.hectares_searched = 1;
    drop.finds = i % 10 < 3 ? static_cast<float>(std::pow(10.0, 2.0 * (i % 101) / 100)) : 0;
    drop.unevenness = 0.7F;
    made.push_back(drop);
  }
  return made;
}

TEST(FindCounts, TheShareOfTemplatesThatMeetSomethingByChanceIsLearnt) {
  const FindCounts counts(drops());
  EXPECT_NEAR(counts.psi(1, 0), 0.3, 0.02);
  EXPECT_LT(counts.psi(0.1F, 0), counts.psi(1, 0));
  EXPECT_GT(counts.psi(4, 0), counts.psi(1, 0));
}

TEST(FindCounts, TheNullIsHeavyTailedSoThatManyFindsProveLittleMoreThanSome) {
  const FindCounts counts(drops());
  // A Poisson null of the same mean would make 60 finds e^100 times likelier with the field; this one stays in reason.
  EXPECT_GT(counts.log_ratio(60, 80, 1, 0), 0.5);
  EXPECT_LT(counts.log_ratio(60, 80, 1, 0), 5);
  // And one find where eighty were expected speaks against the field.
  EXPECT_LT(counts.log_ratio(1, 80, 1, 0), 0);
}

TEST(FindCounts, GroundSearchedInVainSpeaksAgainstAFieldTheMoreTheBetterItWasSearched) {
  const FindCounts counts(drops());
  const double little = counts.log_ratio(0, 2, 0.02F, 0);
  const double half = counts.log_ratio(0, 40, 0.5F, 0);
  EXPECT_LT(half, little);
  EXPECT_LT(half, -1);
  EXPECT_GT(counts.log_ratio(0, 1000, 1, 0), -6);  // never ruled out: rows may lie beside the drawn strip
}

TEST(FindCounts, FieldsEndSoFindsAllRoundTheOutlineSpeakAgainstIt) {
  const FindCounts counts(drops());
  EXPECT_GT(counts.log_ring_ratio(30, 1, 0.5F), 0.5);
  EXPECT_LT(counts.log_ring_ratio(15, 30, 0.5F), 0);
  EXPECT_EQ(counts.log_ring_ratio(0, 0, 0.5F), 0);
}

TEST(FindCounts, FindsOnOneSideOfTheOutlineAreANeighbours) {
  const FindCounts counts(drops());
  const std::array<float, FindCounts::kBlocks> effort = {10, 10, 10, 10, 10, 10};
  const std::array<float, FindCounts::kBlocks> even = {10, 9, 11, 10, 10, 10};
  const std::array<float, FindCounts::kBlocks> one_side = {20, 0, 20, 0, 20, 0};
  EXPECT_NEAR(FindCounts::unevenness(even, effort), 0, 0.01);
  EXPECT_NEAR(FindCounts::unevenness(one_side, effort), std::log(2.0), 1e-6);
  EXPECT_GT(counts.log_spread_ratio(FindCounts::unevenness(even, effort), 60), 1);
  EXPECT_LT(counts.log_spread_ratio(FindCounts::unevenness(one_side, effort), 60), -1);
  EXPECT_EQ(counts.log_spread_ratio(0, 1), 0);
}

}  // namespace
}  // namespace firmground::evidence
