#pragma once
#include <string>
#include <vector>

#include "evidence/row_pattern.h"
#include "report/picture.h"

namespace firmground::report {

/// What a sketch of rows shows beside the pattern itself; metres in the programme CRS.
struct PatternGround {
  std::string title;  ///< "task T-12"
  geo::PlanarGeometry outline;
  evidence::SearchedGround searched;
  std::vector<geo::Xy> finds;
  int epsg = 0;
};

/// Finds, rows, missing positions with their radius, ground searched, mines expected per ground: a map without which
/// nobody would trust the list. Ground of which nothing is said is hatched.  Cost: linear in cells.
Picture pattern_sketch(const evidence::RowPattern& pattern, const PatternGround& ground, double width, double height);

/// The sketch with the rows and the first positions as tables, as one page that needs nothing else.
std::string pattern_page(const evidence::RowPattern& pattern, const PatternGround& ground, const geo::Crs& crs,
                         const std::vector<std::string>& notes, const std::string& stamp);

}  // namespace firmground::report
