#include "base/dates.h"

#include <gtest/gtest.h>

namespace firmground::base {
namespace {

TEST(Date, KeepsHowMuchWasKnown) {
  for (const char* text : {"2024-05-02", "2024-05", "1990"}) {
    const auto date = Date::parse(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(date->to_string(), text);
  }
  EXPECT_EQ(Date::parse("2024-02")->last_day(), Date(2024, 2, 29).first_day());
  EXPECT_EQ(Date::parse("1990")->last_day(), Date(1990, 12, 31).first_day());
}

TEST(Date, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2024-13", "2024-02-30", "02.05.2024", "-024", "2024-5-2", "2024-05-02T10:00", "20x4"}) {
    EXPECT_FALSE(Date::parse(text)) << text;
  }
}

}  // namespace
}  // namespace firmground::base
