#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/country_map.h"
#include "estimate/fine_terms.h"
#include "estimate/hazard_estimate.h"
#include "evidence/fine_search.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// Numbers of items of a cell that holds any, and of how many of its small cells hold any: a zero-truncated negative
/// binomial number, spread by shares that are Dirichlet about their mean (docs/methods/hazard-field.md, eq. 47).
class Occupancy {
 public:
  /// `mean`: items of a cell that holds any.  Cost: O(largest number that is likely).
  Occupancy(double mean, double shape, double clump);
  /// P(a part with this share of the items holds any | the cell holds any), at most share x mean.
  double at(double share) const;

 private:
  double clump_;
  std::vector<double> chance_;  ///< of 1, 2, ... items
};

/// What is asked about one piece of ground.
struct FineQuestion {
  geo::Grid grid;                       ///< small cells, whole coarse cells of them
  std::vector<geo::CellShare> polygon;  ///< of these
  const evidence::RecordFields* records =
      nullptr;  ///< on this grid, in the order of the observations' ones; may be null
};

/// Of one class, by small cell; NaN outside the area of interest.
struct FineClass {
  evidence::OrdnanceClass ordnance_class = evidence::OrdnanceClass::mines;
  std::vector<float> probability;
  std::vector<float> items;
};

struct FineMap {
  geo::Raster raster;  ///< the bands of HazardBand
  std::vector<FineClass> classes;
  PolygonEstimate polygon;                 ///< without reasons
  std::optional<std::uint32_t> likeliest;  ///< coarse cell that the polygon touches and that is expected to hold most
  std::vector<double> polygon_items;       ///< by class
  /// By coarse cell of the window with ground, ascending: what it holds, over all classes (what the small cells sum
  /// to).
  std::vector<std::pair<std::uint32_t, double>> coarse_items;
};

/// Coarse cells that a fine grid lies over.
std::vector<std::uint32_t> coarse_cells_under(const geo::Grid& fine, const geo::Grid& coarse);

/// Spreads what the coarse posterior says remains in each cell over its small cells, draw by draw: by where searched
/// ground teaches that items lie (terms), by the minefield records that reach the cell, and by where was searched
/// already (eq. 44-47).  Small cells' expected items sum to the coarse ones; no P(any) is above the expected items.
/// `terms`: by OrdnanceClass.  REQUIRES: posteriors cover the coarse cells under question.grid; question.grid.cell_m
/// divides the coarse cell.  Same bytes on any thread count.
/// Cost: O(small cells x draws).
FineMap fine_map(const evidence::Observations& observations, const Posteriors& posteriors,
                 const EstimateOptions& options, const evidence::FineSearch& search,
                 const std::vector<FineTerms>& terms, const FineQuestion& question);

}  // namespace firmground::estimate
