#include "register/checks/folded_name.h"

#include <gtest/gtest.h>

#include "mineaction/code_lists.h"

namespace firmground::registry::checks {
namespace {

TEST(FoldedName, OneVillageIsOneNameInEveryScriptOfTheRegion) {
  EXPECT_EQ(folded_name("Ağdam"), "agdam");
  EXPECT_EQ(folded_name("АГДАМ"), "agdam");
  EXPECT_EQ(folded_name("  Ag-dam "), "agdam");
  EXPECT_EQ(folded_name("Füzuli"), "fuzuli");
  EXPECT_EQ(folded_name("Физули"), "fizuli");  // one letter from Füzuli: the edit distance finds it
  EXPECT_EQ(folded_name("თბილისი"), "tbilisi");
  EXPECT_EQ(folded_name("Գորիս"), "goris");
  EXPECT_EQ(folded_name("Шуша"), folded_name("Şuşa"));
  EXPECT_EQ(folded_name("İsmayıllı"), "ismayilli");
}

TEST(FoldedName, DifferentVillagesStayDifferent) {
  EXPECT_NE(folded_name("Yuxarı Əylis"), folded_name("Aşağı Əylis"));
  EXPECT_NE(folded_name("Team 11"), folded_name("Team 12"));
}

TEST(LooksOfId, AnIdTypedOnACyrillicKeyboardLooksTheSame) {
  EXPECT_EQ(looks_of_id("HA-12"), looks_of_id("НА-12"));  // the second is Cyrillic
  EXPECT_EQ(looks_of_id("HA-12"), looks_of_id(" ha_12 "));
  EXPECT_EQ(looks_of_id("HO-10"), looks_of_id("H0-1O"));
  EXPECT_NE(looks_of_id("HA-12"), looks_of_id("HA-13"));
}

TEST(WithoutBlanks, InvisibleBlanksComeOffToo) {
  EXPECT_EQ(without_blanks(" \tNPA \xC2\xA0\xE2\x80\x8B"), "NPA");
  EXPECT_EQ(without_blanks(""), "");
  EXPECT_EQ(without_blanks(" \n "), "");
}

TEST(EditsBetween, CountsAsTheCodeListsDoAndStopsAtTheLimit) {
  const std::vector<std::string> words = {"agdam", "agadm", "agdamm", "gdam", "fuzuli", "fizuli", "", "a"};
  for (const std::string& a : words) {
    for (const std::string& b : words) {
      for (const std::size_t limit : {0U, 1U, 2U, 9U}) {
        EXPECT_EQ(edits_between(a, b, limit), std::min(mineaction::edit_distance(a, b), limit + 1)) << a << " " << b;
      }
    }
  }
}

}  // namespace
}  // namespace firmground::registry::checks
