#pragma once
#include <vector>

#include "geo/geometry.h"

namespace firmground::evidence {

/// A direction in which the finds line up, and how it bends.
struct RowStart {
  double heading = 0;    ///< radians, counter-clockwise from east, [0, pi)
  double curvature = 0;  ///< 1/m, to the left
  geo::Xy best;          ///< find round which they line up best
  double score = 0;  ///< log ratio of neighbours that line up to within metres, to those that do within tens of them
};

/// The best few of all headings and gentle bends, best first: each pair of near finds votes (docs/methods/
/// row-patterns.md, eq. 3).  Cost: 500 passes over the pairs; pairs are those of the 40 nearest within 100 m, of at
/// most 500 finds.
std::vector<RowStart> row_starts(const std::vector<geo::Xy>& finds, geo::Xy middle, std::size_t most);

}  // namespace firmground::evidence
