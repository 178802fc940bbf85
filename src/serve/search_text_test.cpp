#include "serve/search_text.h"

#include <gtest/gtest.h>

namespace firmground::serve {
namespace {

TEST(SearchText, NamesAreComparedWithoutMarksAndCapitals) {
  EXPECT_EQ(folded("Ağdam"), "agdam");
  EXPECT_EQ(folded("ŞƏKİ Qışlaq"), "seki qislaq");
  EXPECT_EQ(folded("КИЕВ"), folded("киев"));
  EXPECT_EQ(folded("ԵՐԵՎԱՆ"), folded("երեվան"));
  EXPECT_EQ(folded("თბილისი"), "თბილისი");
  EXPECT_EQ(folded("HA-12"), "ha-12");
}

}  // namespace
}  // namespace firmground::serve
