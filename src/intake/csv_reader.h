#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace firmground::intake {

/// Comma-separated text by RFC 4180, row after row, without copying: cells are views into the text, except quoted ones
/// that hold doubled quotes. A header with more semicolons or tabs than commas says that these separate the cells.
/// Blank lines are passed over.
class CsvReader {
 public:
  /// REQUIRES: the text outlives the reader.
  explicit CsvReader(std::string_view text);

  /// False at the end. After true: cells() and row().
  bool next();
  const std::vector<std::string_view>& cells() const { return cells_; }
  /// 0 for the header, then 1, 2 ... (a line break inside quotes does not begin a new row).
  std::int64_t row() const { return row_; }
  /// The quote that was opened in the current row is never closed: the file is cut off.
  bool unclosed_quote() const { return unclosed_quote_; }
  /// The current row is ended by the end of the text, not by a line break.
  bool cut_at_end() const { return cut_at_end_; }
  /// Share of the text that was read.
  double share() const { return text_.empty() ? 1.0 : static_cast<double>(at_) / static_cast<double>(text_.size()); }

 private:
  void read_cell();
  void read_quoted_cell();

  std::string_view text_;
  std::size_t at_ = 0;
  char separator_ = ',';
  std::int64_t row_ = -1;
  bool row_ended_ = false;
  bool unclosed_quote_ = false;
  bool cut_at_end_ = false;
  std::vector<std::string_view> cells_;
  std::deque<std::string>
      unquoted_;  ///< texts of cells that had doubled quotes; a deque, because views into them must stay
  std::size_t unquoted_used_ = 0;
};

/// Byte offset of the first byte that is not UTF-8; npos when the whole text is (Unicode 15, table 3-7).
std::size_t first_invalid_utf8(std::string_view text);

}  // namespace firmground::intake
