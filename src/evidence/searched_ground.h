#pragma once
#include <vector>

#include "geo/grid.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// Where mines were looked for in one piece of ground, finely: per cell the chance that a mine lying there was found.
struct SearchedGround {
  geo::Grid grid;
  std::vector<float> effort;  ///< grid.size() entries in [0, 1); 0 = not searched, as far as is known

  /// 0 outside the grid.
  double at(geo::Xy p) const {
    const std::int64_t cell = grid.cell_of(p);
    return cell < 0 ? 0 : static_cast<double>(effort[static_cast<std::size_t>(cell)]);
  }
  /// Integral of the effort in square metres.
  double effective_m2() const;
  /// A find shows that the ground around it was looked at, whatever was reported of it.
  void show_finds(const std::vector<geo::Xy>& finds);
};

/// Effort = 1 - product over releases of (1 - share x coverage x detection of mines), as in record-reconciliation.md,
/// eq. 1.  A release whose coverage is not stated counts as covered whole.  Cost: linear in the cells touched.
SearchedGround searched_ground(const mineaction::Snapshot& snapshot, const geo::Box& box, double cell_m);

}  // namespace firmground::evidence
