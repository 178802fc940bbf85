#include "serve/tile_cache.h"

#include <gtest/gtest.h>

namespace firmground::serve {
namespace {

TEST(TileCache, TheTileLookedAtLongestAgoIsForgottenFirst) {
  TileCache cache(3500);
  const auto tile = std::make_shared<const std::string>(std::string(1000, 't'));
  cache.keep("a", tile);
  cache.keep("b", tile);
  EXPECT_NE(cache.find("a"), nullptr);
  cache.keep("c", tile);
  EXPECT_NE(cache.find("a"), nullptr);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_NE(cache.find("c"), nullptr);
}

}  // namespace
}  // namespace firmground::serve
