#include "base/error.h"

#include <gtest/gtest.h>

namespace firmground::base {
namespace {

Result<int> refuse() {
  return fail("base.file_unreadable", {{"file", "finds.csv"}, {"reason", "no such file"}});
}

Result<int> passes_on() {
  FG_TRY(const int value, refuse());
  return value + 1;
}

TEST(Error, NamesTheFileAndSaysWhatToDo) {
  const auto result = passes_on();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "base.file_unreadable");
  EXPECT_NE(result.error().message.find("finds.csv"), std::string::npos);
  EXPECT_NE(to_text(result.error()).find("Remedy: "), std::string::npos);
  EXPECT_EQ(to_text(result.error()).find('{'), std::string::npos);
}

}  // namespace
}  // namespace firmground::base
