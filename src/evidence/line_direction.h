#pragma once
#include <vector>

#include "geo/grid.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// Where the former line of contact runs, seen from any place of the country: near by its own direction, further away
/// that of a longer part of it.
class LineDirection {
 public:
  /// From the lines of the reference layer `contact-line`, on nodes 600 m apart over the grid (or 30 cells, where that
  /// is more).  Cost: O(nodes x pieces of 250 m).
  LineDirection(const mineaction::Snapshot& snapshot, const geo::Grid& grid) : LineDirection(snapshot, grid, grid) {}
  /// As seen from a part of the country alone: what that of all the country says there.
  LineDirection(const mineaction::Snapshot& snapshot, const geo::Grid& country, const geo::Grid& part);

  /// No such line is known.
  bool empty() const { return node_.empty(); }
  /// Twice the angle of the direction, as a vector; its length, 0 to 1, says how far the line agrees with itself as
  /// seen from there.  REQUIRES: not empty().
  geo::Xy doubled_at(geo::Xy point) const;

 private:
  double west_m_ = 0, north_m_ = 0, spacing_m_ = 0;
  std::size_t columns_ = 0, rows_ = 0;
  std::vector<geo::Xy> node_;
};

}  // namespace firmground::evidence
