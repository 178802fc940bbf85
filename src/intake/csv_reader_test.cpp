#include "intake/csv_reader.h"

#include <gtest/gtest.h>

namespace firmground::intake {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view text) {
  CsvReader reader(text);
  Rows rows;
  while (reader.next()) {
    rows.emplace_back(reader.cells().begin(), reader.cells().end());
  }
  return rows;
}

TEST(CsvReader, QuotesProtectCommasQuotesAndLineBreaks) {
  EXPECT_EQ(rows_of("a,b\n\"1,2\",\"say \"\"no\"\"\"\n\"two\nlines\",x\n"),
            (Rows{{"a", "b"}, {"1,2", "say \"no\""}, {"two\nlines", "x"}}));
}

TEST(CsvReader, ManyQuotedCellsOfOneRowKeepTheirText) {
  std::string row;
  for (int i = 0; i < 40; ++i) {
    row += "\"a\"\"" + std::to_string(i) + "\",";
  }
  const Rows rows = rows_of("h\n" + row + "\n");
  ASSERT_EQ(rows.at(1).size(), 41U);
  EXPECT_EQ(rows[1][0], "a\"0");
  EXPECT_EQ(rows[1][39], "a\"39");
}

TEST(CsvReader, EveryLineEndingAndAByteOrderMarkAreUnderstood) {
  const Rows expected = {{"a", "b"}, {"1", ""}, {"", "2"}};
  EXPECT_EQ(rows_of("a,b\n1,\n,2\n"), expected);
  EXPECT_EQ(rows_of("a,b\r\n1,\r\n,2\r\n"), expected);
  EXPECT_EQ(rows_of("\xEF\xBB\xBF"
                    "a,b\r1,\r,2"),
            expected);
}

TEST(CsvReader, TheHeaderTellsTheSeparator) {
  EXPECT_EQ(rows_of("a;b\n1,5;2\n"), (Rows{{"a", "b"}, {"1,5", "2"}}));
  EXPECT_EQ(rows_of("a\tb\n1,5\t2\n"), (Rows{{"a", "b"}, {"1,5", "2"}}));
}

TEST(CsvReader, ACutFileIsNoticed) {
  CsvReader cut("a,b\n1,\"2");
  EXPECT_TRUE(cut.next());
  EXPECT_FALSE(cut.unclosed_quote());
  EXPECT_TRUE(cut.next());
  EXPECT_TRUE(cut.unclosed_quote());
  CsvReader whole("a,b\n1,2\n");
  while (whole.next()) {
  }
  EXPECT_FALSE(whole.cut_at_end());
}

TEST(CsvReader, TextBehindAClosingQuoteIsKeptNotLost) {
  EXPECT_EQ(rows_of("a,b\n\"x\"y,\"p\"\"q\"r\n"), (Rows{{"a", "b"}, {"xy", "p\"qr"}}));
}

TEST(Utf8, TheFirstWrongByteIsFound) {
  EXPECT_EQ(first_invalid_utf8("Ağdərə Մարտակերտ 한"), std::string_view::npos);
  EXPECT_EQ(first_invalid_utf8("ab\xFF"), 2U);
  EXPECT_EQ(first_invalid_utf8("\xC0\xAF"), 0U);          // overlong
  EXPECT_EQ(first_invalid_utf8("a\xED\xA0\x80"), 1U);     // surrogate
  EXPECT_EQ(first_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // beyond Unicode
  EXPECT_EQ(first_invalid_utf8("ab\xE2\x82"), 2U);        // cut
}

}  // namespace
}  // namespace firmground::intake
