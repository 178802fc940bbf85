#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "evidence/observations.h"
#include "geo/overlay.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// Items of one class found at one place.
struct FineFind {
  geo::Xy position;
  double count = 1;
};

/// Where was searched and what was found, for looking at single pieces of ground in cells much smaller than those of
/// the country.  The same releases and finds count as for place_effort().  Cost: O(n log n) to make.
/// REQUIRES: the snapshot outlives it.
class FineSearch {
 public:
  FineSearch(const mineaction::Snapshot& snapshot, const ObserveOptions& options);

  /// By cell, the chance that an item of the class lying there was found by what is recorded:
  /// 1 - product over releases of (1 - share x coverage x detection); 0 = not searched, as far as is known.
  /// docs/methods/hazard-field.md, eq. 44.  Cost: linear in the cells that releases touch.
  std::vector<float> effort(const geo::Grid& grid, OrdnanceClass ordnance_class) const;
  /// Finds in the box, in the order of the register.
  std::vector<FineFind> finds(const geo::Box& box, OrdnanceClass ordnance_class) const;

 private:
  std::vector<const mineaction::LandRelease*> releases_;
  std::vector<geo::BoxIndex> release_index_;  ///< one
  std::array<std::vector<FineFind>, kOrdnanceClasses.size()> finds_;
  std::vector<geo::BoxIndex> find_index_;  ///< by class
};

/// The ground that a grid covers.
geo::Box box_of(const geo::Grid& grid);

}  // namespace firmground::evidence
