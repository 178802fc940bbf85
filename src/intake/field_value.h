#pragma once
#include "intake/issue_list.h"
#include "intake/raw_row.h"
#include "mineaction/kind.h"

namespace firmground::intake {

/// Reads the values of one field, row after row: text to its type, codes to their spelling, with the issues that a
/// person must see. A refused value is null and the row is refused.
class FieldReader {
 public:
  FieldReader(const mineaction::Kind& kind, const mineaction::Field& field, const ReadOptions& options);

  mineaction::Value read(const RawValue& raw, IssueList& issues);

 private:
  mineaction::Value read_text(std::string_view text, IssueList& issues);
  mineaction::Value read_number(std::string_view text, IssueList& issues) const;
  mineaction::Value read_date(std::string_view text, IssueList& issues) const;
  mineaction::Value read_boolean(std::string_view text, IssueList& issues) const;
  mineaction::Value read_code(std::string_view text, IssueList& issues);
  mineaction::Value checked_number(double number, std::string_view shown, IssueList& issues) const;
  bool says_unknown(std::string_view value) const;
  mineaction::Value missing(IssueList& issues) const;
  void refuse(IssueList& issues, std::string_view error, std::string_view value,
              base::ErrorArguments arguments = {}) const;

  const mineaction::Kind& kind_;
  const mineaction::Field& field_;
  const std::map<std::string, std::string>* translations_ = nullptr;
  mineaction::Date today_;
  bool check_future_ = false;
  std::string last_code_word_;  ///< files repeat few words many times
  const std::string* last_code_ = nullptr;
};

/// Without blanks (also no-break spaces) before and after.
std::string_view trimmed(std::string_view text);
/// A number as a file writes it, nothing else around it.
std::optional<double> parse_number(std::string_view text);
/// A cell that exchange guarded against spreadsheets ('=x) is what stands behind the quote.
std::string_view without_guard(std::string_view text);
/// "unknown", "n/a", "-" and their like.
bool is_word_for_unknown(std::string_view text);

}  // namespace firmground::intake
