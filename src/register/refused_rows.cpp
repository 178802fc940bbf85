#include "register/refused_rows.h"

#include <map>
#include <string_view>

#include "intake/csv_reader.h"

namespace firmground::registry {

using intake::Issue;

namespace {

/// RFC 4180: always quoted, so that separators and line breaks inside do no harm.
std::string quoted_cell(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  return out + "\"";
}

/// Our own words never begin like a formula, but a value from the file might: a spreadsheet must not compute it.
std::string guarded_cell(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t").find(text.front()) != std::string_view::npos;
  return quoted_cell(formula ? "'" + text : text);
}

struct Reason {
  std::string because, what_to_do;
};

std::map<std::int64_t, Reason> reasons_by_row(const std::vector<Issue>& issues) {
  std::map<std::int64_t, Reason> reasons;
  for (const Issue& issue : issues) {
    if (issue.refused) {
      Reason& reason = reasons[issue.row];
      reason.because += (reason.because.empty() ? "" : " ") + issue.error;
      reason.what_to_do += (reason.what_to_do.empty() ? "" : " ") + issue.remedy;
    }
  }
  return reasons;
}

std::string rows_as_they_came(const std::string& bytes, const std::vector<Issue>& issues) {
  const auto reasons = reasons_by_row(issues);
  intake::CsvReader reader(bytes);
  std::string csv;
  while (reader.next()) {
    const auto reason = reasons.find(reader.row());
    if (reader.row() != 0 && reason == reasons.end()) {
      continue;
    }
    for (const std::string_view cell : reader.cells()) {
      csv += quoted_cell(cell) + ",";
    }
    csv += reader.row() == 0
               ? "refused_because,what_to_do\r\n"
               : quoted_cell(reason->second.because) + "," + quoted_cell(reason->second.what_to_do) + "\r\n";
  }
  return csv;
}

std::string reasons_only(const std::vector<Issue>& issues) {
  std::string csv = "row,id,field,value,error,remedy\r\n";
  for (const Issue& issue : issues) {
    if (issue.refused) {
      csv += std::to_string(issue.row);
      for (const std::string* text : {&issue.id, &issue.field, &issue.value, &issue.error, &issue.remedy}) {
        csv += "," + guarded_cell(*text);
      }
      csv += "\r\n";
    }
  }
  return csv;
}

}  // namespace

std::string refused_rows_csv(const std::string& file_name, const std::string& bytes, const std::vector<Issue>& issues) {
  return file_name.ends_with(".csv") ? rows_as_they_came(bytes, issues) : reasons_only(issues);
}

}  // namespace firmground::registry
