#include "evidence/find_counts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace firmground::evidence {
namespace {

constexpr double kCells = 100;

/// `inside` finds spread evenly over an outline of 100 cells, `ring` in each part of its ring, all searched.
FoundUnder found(float inside, float ring = 0, float effort = 1) {
  FoundUnder made;
  for (std::size_t p = 0; p < kParts; ++p) {
    made.effort[p] = effort * static_cast<float>(kCells) / kInnerParts;
    made.finds[p] = p < kInnerParts ? inside / kInnerParts : ring;
  }
  return made;
}

/// Three drops in ten meet something, what they meet is spread over decades, lies on one side and goes on beyond.
std::vector<Drop> drops() {
  std::vector<Drop> made;
  for (int i = 0; i < 2000; ++i) {
    Drop drop{found(0), 0};
    if (i % 10 < 3) {
      const auto finds = static_cast<float>(std::pow(10.0, 2.0 * (i % 101) / 100));
      drop.found.finds[i % 2 == 0 ? 0 : kInnerParts - 1] = finds;
      drop.found.finds[kInnerParts + static_cast<std::size_t>(i % 4)] = finds / 2;
      drop.found.av_finds = i % 3 == 0 ? finds : 0;
    }
    made.push_back(drop);
  }
  return made;
}

double ratio(const FindCounts& counts, const FoundUnder& what, double mines, Laid laid = Laid::any) {
  return counts.log_ratio(what, mines, kCells, 0, laid);
}

TEST(FindCounts, TheShareOfTemplatesThatMeetSomethingByChanceIsLearnt) {
  const FindCounts counts(drops());
  EXPECT_NEAR(counts.psi(1, 0), 0.3, 0.02);
  EXPECT_LT(counts.psi(0.1, 0), counts.psi(1, 0));
  EXPECT_GT(counts.psi(4, 0), counts.psi(1, 0));
}

TEST(FindCounts, SoIsHowTheFindsOfOthersLie) {
  const FindCounts counts(drops());
  EXPECT_LT(counts.clumping(), 0.5);
  EXPECT_GE(counts.going_on(), 0.2);
  EXPECT_NEAR(counts.kinds()[0], 1.0 / 3, 0.05);
  EXPECT_GT(counts.kinds()[1], counts.kinds()[2]);
}

TEST(FindCounts, TheNullIsHeavyTailedSoThatManyFindsOnOneSideProveLittle) {
  const FindCounts counts(drops());
  FoundUnder one_side = found(0, 8);
  one_side.finds[0] = 60;
  // A Poisson null of the same mean would make 60 finds e^100 times likelier with the field.
  EXPECT_LT(ratio(counts, one_side, 80), 1);
  EXPECT_GT(ratio(counts, found(60), 80), 4);
  // And one find where eighty were expected speaks against the field.
  FoundUnder one = found(0);
  one.finds[2] = 1;
  EXPECT_LT(ratio(counts, one, 80), 0);
}

TEST(FindCounts, GroundSearchedInVainSpeaksAgainstAFieldTheMoreTheBetterItWasSearched) {
  const FindCounts counts(drops());
  const double little = ratio(counts, found(0, 0, 0.02F), 80);
  const double half = ratio(counts, found(0, 0, 0.5F), 80);
  EXPECT_LT(half, little);
  EXPECT_LT(half, -1);
  EXPECT_GT(ratio(counts, found(0), 1000), -6);  // never ruled out: rows may lie beside the drawn strip
  EXPECT_EQ(ratio(counts, found(0, 0, 0), 80), 0);
}

TEST(FindCounts, FieldsEndSoFindsAllRoundTheOutlineSpeakAgainstIt) {
  const FindCounts counts(drops());
  EXPECT_GT(ratio(counts, found(40), 60), ratio(counts, found(40, 5), 60) + 1);
}

TEST(FindCounts, FindsOfTheKindThatARecordNamesSpeakForItAndOthersAgainst) {
  const FindCounts counts(drops());
  FoundUnder av = found(24);
  av.av_finds = 24;
  EXPECT_GT(ratio(counts, av, 30, Laid::av), ratio(counts, av, 30));
  EXPECT_LT(ratio(counts, av, 30, Laid::ap), ratio(counts, av, 30) - 1);
}

}  // namespace
}  // namespace firmground::evidence
