#pragma once
#include <cstdint>
#include <vector>

#include "evidence/fine_search.h"
#include "geo/grid.h"

namespace firmground::estimate {

/// What can be seen of finds and search from small cells, for one class of ordnance.
struct FineView {
  geo::Grid grid;                         ///< the cells, and room round them
  std::vector<float> effort;              ///< by cell: chance that an item there was found
  std::vector<evidence::FineFind> finds;  ///< within kFindReach_m + kRunReach_m of whatever is asked about
};

/// Finds bear on cells as far as this.
inline constexpr double kFindReach_m = 250;
/// The run of a find is told from others as far as this.
inline constexpr double kRunReach_m = 60;
/// Search bears on cells as far as this.
inline constexpr double kSearchReach_m = 75;

/// Columns of fine_columns().
inline constexpr std::size_t kNearColumns = 6;
inline constexpr std::size_t kFineColumns = kNearColumns + 4;
/// Nearest finds at which the near columns have their knots; beyond the last they are zero.
inline constexpr double kNearKnots_m[kNearColumns + 1] = {3, 8, 16, 32, 64, 128, 256};

/// What the chance of an item in small cells is told from (docs/methods/hazard-field.md, eq. 45): hat functions of the
/// log distance to the nearest find; finds along their own rows, in a narrow and in a wide strip; how thickly they lie
/// round about; search in vain close by.  Result: cells x kFineColumns.
/// REQUIRES: cells of view.grid at least kSearchReach_m from its edge, or with no ground beyond it.
/// Cost: O(grid + finds^2 + cells x finds).
std::vector<float> fine_columns(const FineView& view, const std::vector<std::uint32_t>& cells);

}  // namespace firmground::estimate
