#pragma once
#include <string>
#include <vector>

#include "report/picture.h"
#include "report/situation.h"

/// What the page and the PDF show alike: key figures, charts with their table twins, definitions.
namespace firmground::report {

/// A key figure with all that is needed to quote it.
struct Figure {
  std::string id;
  std::string title;   ///< "Share of the estimated contaminated area cleared"
  std::string value;   ///< "14.2 %", or "not known"
  std::string basis;   ///< numerator and denominator: "166,012 ha of 1,166,702 ha", or why it is not known
  std::string detail;  ///< parts: "1,021 killed, 2,379 injured"
  std::string date;    ///< "10 November 2020 to 31 December 2025"
  std::string how;     ///< how it is computed
};

std::vector<Figure> key_figures(const Situation& situation);

/// A chart and the numbers it draws.
struct Exhibit {
  Picture picture;
  std::string note;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

Exhibit released_by_year(const Situation& situation, double width, double height);
Exhibit finds_by_year(const Situation& situation, double width, double height);
Exhibit casualties_by_year(const Situation& situation, double width, double height);
Exhibit funding_by_year(const Situation& situation, double width, double height);
Exhibit land_by_district(const Situation& situation, double width);
Exhibit accuracy_by_source(const Situation& situation, double width);

/// A term and what it means here, for the end of the report.
struct Definition {
  std::string term;
  std::string meaning;
};

/// How each key figure is computed, and the words of land release (IMAS 07.11, 04.10).
std::vector<Definition> definitions(const Situation& situation);

/// "Mine action situation report: Invented Country", the period and date of information below it.
std::string report_title(const Situation& situation);
std::string report_scope(const Situation& situation);
/// "31 December 2025", "December 2025", "2025".
std::string long_date(const base::Date& date);

}  // namespace firmground::report
