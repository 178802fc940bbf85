#include "mineaction/code_lists.h"

#include <gtest/gtest.h>

namespace firmground::mineaction {
namespace {

TEST(CodeLists, TheWordsOfOperatorsAreReadAsOneSpelling) {
  EXPECT_EQ(parse_device("AT mine"), Device::av_mine);
  EXPECT_EQ(parse_device("Antipersonnel"), Device::ap_mine);
  EXPECT_EQ(parse_device("  ap MINE "), Device::ap_mine);
  EXPECT_EQ(parse_device("booby-trap"), Device::booby_trap);
  EXPECT_EQ(parse_device("противотанковая мина"), Device::av_mine);
  EXPECT_EQ(parse_method("Technical_Survey"), Method::technical_survey);
  EXPECT_EQ(parse_outcome("Canceled"), Outcome::cancelled);
  EXPECT_EQ(parse_hazard_type("confirmed"), HazardType::confirmed);
  EXPECT_EQ(parse_sex("F"), Sex::female);
  EXPECT_EQ(parse_victim_outcome("wounded"), VictimOutcome::injured);
}

TEST(CodeLists, AWordThatIsNotInTheListIsNotGuessed) {
  EXPECT_FALSE(parse_device("AP mien"));
  EXPECT_FALSE(parse_device(""));
  EXPECT_FALSE(parse_outcome("done"));
  EXPECT_EQ(code_list("device").nearest("AP mien"), "AP mine");
  EXPECT_EQ(code_list("device").nearest("submuniton"), "submunition");
  EXPECT_EQ(code_list("outcome").nearest("claered"), "cleared");
}

TEST(CodeLists, UnknownIsAWordOfItsOwnAndNeverAMine) {
  EXPECT_EQ(parse_device("n/a"), Device::unknown);
  EXPECT_EQ(parse_device("-"), Device::unknown);
  EXPECT_FALSE(is_mine(Device::unknown));
  EXPECT_FALSE(is_erw(Device::unknown));
}

template <typename Enum, typename Parse>
void expect_list_matches(const char* name, std::size_t n, Parse parse) {
  ASSERT_EQ(code_list(name).values.size(), n) << name;
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_EQ(code_list(name).values[i].value, to_string(value));
    EXPECT_EQ(parse(to_string(value)), value);
  }
}

TEST(CodeLists, EveryEnumerationIsTheListOfTheSchema) {
  expect_list_matches<Device>("device", 10, parse_device);
  expect_list_matches<HazardType>("hazard-type", 2, parse_hazard_type);
  expect_list_matches<Outcome>("outcome", 3, parse_outcome);
  expect_list_matches<Method>("method", 8, parse_method);
  expect_list_matches<Sex>("sex", 3, parse_sex);
  expect_list_matches<VictimOutcome>("victim-outcome", 3, parse_victim_outcome);
}

TEST(CodeLists, EachListNamesItsSourceAndDateAndNoWordMeansTwoThings) {
  for (const CodeList& list : code_lists()) {
    EXPECT_FALSE(list.source.empty()) << list.name;
    EXPECT_EQ(list.date.size(), 10U) << list.name;
    for (const CodeValue& value : list.values) {
      EXPECT_FALSE(value.title.empty()) << value.value;
      EXPECT_FALSE(value.source.empty()) << value.value;
      EXPECT_EQ(value.date.size(), 10U) << value.value;
      EXPECT_EQ(*list.read(value.value), value.value);
      for (const std::string& alias : value.aliases) {
        ASSERT_NE(list.read(alias), nullptr) << alias;
        EXPECT_EQ(*list.read(alias), value.value) << alias;
      }
    }
  }
}

TEST(CodeLists, EditDistanceCountsSingleLetters) {
  EXPECT_EQ(edit_distance("finds", "finds"), 0U);
  EXPECT_EQ(edit_distance("find", "finds"), 1U);
  EXPECT_EQ(edit_distance("mien", "mine"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("CHA", "cha"), 0U);
}

}  // namespace
}  // namespace firmground::mineaction
