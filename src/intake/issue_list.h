#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "intake/source_file.h"

namespace firmground::intake {

enum class Severity : std::uint8_t { noted, refused };

/// The row at work, and every issue so far.
class IssueList {
 public:
  void start_row(std::int64_t row) {
    row_ = row;
    id_.clear();
    refusals_ = 0;
  }
  void set_id(std::string id) { id_ = std::move(id); }
  bool row_refused() const { return refusals_ > 0; }
  /// Issues of the current row that refuse it.
  std::size_t refusals() const { return refusals_; }

  /// One issue of the current row with the catalogue's text of `error`; {field} and {value} are filled in.
  void add(Severity severity, std::string_view error, std::string_view field, std::string value,
           base::ErrorArguments arguments = {});
  /// By row, in the order they were found.
  std::vector<Issue> take();

 private:
  std::int64_t row_ = 0;
  std::string id_;
  std::size_t refusals_ = 0;
  std::vector<Issue> issues_;
};

}  // namespace firmground::intake
