#include "evidence/explained_elsewhere.h"

#include <gtest/gtest.h>

namespace firmground::evidence {
namespace {

TEST(ExplainedElsewhere, AddsUpTheOtherSourcesAlone) {
  const std::vector<RecordsExplained> by_source = {{{100, 0}}, {{1, 2}}, {{0.5, 0}}};
  EXPECT_EQ(explained_elsewhere(by_source, 0), (RecordsExplained{{1.5, 2}}));
}

TEST(ExplainedElsewhere, ManyRecordsWeighAsAFew) {
  const std::vector<RecordsExplained> by_source = {{{0, 0}, {0, 0}}, {{30, 10}, {2, 1}}};
  const RecordsExplained elsewhere = explained_elsewhere(by_source, 0);
  EXPECT_DOUBLE_EQ(elsewhere[0][0], 4.5);
  EXPECT_DOUBLE_EQ(elsewhere[0][1], 1.5);
  EXPECT_EQ(elsewhere[1], (std::vector<double>{2, 1}));
}

TEST(ExplainedElsewhere, IsEmptyBeforeAnySourceWasLookedAt) {
  EXPECT_TRUE(explained_elsewhere({{}, {}, {}}, 1).empty());
}

}  // namespace
}  // namespace firmground::evidence
