#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "estimate/numbered_cells.h"
#include "estimate/prediction.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// The cells of a confirmed hazardous area (CHA), ascending, of which it still speaks: not those that were cancelled
/// since, or that lie outside the area of interest.
struct ConfirmedArea {
  std::vector<std::uint32_t> cells;
};
/// Of a larger area nothing is said as a whole: it hardly ever holds nothing, and an update would tell all of it anew.
inline constexpr std::size_t kMostConfirmedCells = 2000;
/// All areas of at most kMostConfirmedCells, whatever was found in them.  Cost: O(cells of CHA).
std::vector<ConfirmedArea> confirmed_areas_of(const evidence::Observations& observations);
/// Those in which nothing was found or met.  Cost: O(cells of CHA + searched cells).
std::vector<ConfirmedArea> confirmed_areas_unfound(const evidence::Observations& observations);

/// What is assumed of CHA, in words; "" where there is none or nothing is. Covariates may be of a sample of the ground.
std::string assumed_of_confirmed(const evidence::Observations& observations, const EstimateOptions& options);

/// What a CHA says of its ground as a whole (docs/methods/hazard-field.md, eq. 70-72): who drew it had direct evidence,
/// so that it holds nothing at all is less likely than its cells, each by itself, have it.  An area in which anything
/// was found or met says no more, for it may have been drawn because of that.  Immutable.
class ConfirmedGround {
 public:
  /// Of the areas that hold any cell of `wanted` (flags by cell).  Nothing in presence-only mode and where observations
  /// are left out for validation.  REQUIRES: predictors are of all classes, reach all cells of these areas and outlive
  /// this.
  /// Cost: a prediction of the areas' cells, and some microseconds more for each.
  ConfirmedGround(const evidence::Observations& observations, const std::vector<CellPredictor>& predictors,
                  const EstimateOptions& options, const std::vector<std::uint8_t>& wanted);

  bool has(std::uint32_t cell) const { return cells_.has(cell); }
  /// What predictor `k` says of these cells, weighed: means as (71) has them, and in each draw what stands at the
  /// draw's rank in the weighed law of the area (72).  REQUIRES: as CellPredictor::predict(); `with_none` of the cells
  /// that has() is true of.
  void predict(std::size_t k, const std::vector<std::uint32_t>& cells, const std::vector<std::uint8_t>& with_none,
               ClassPrediction& out) const;

 private:
  const std::vector<CellPredictor>& predictors_;
  NumberedCells cells_;
  std::vector<std::uint32_t> area_;               ///< by number of the cell
  std::vector<std::vector<float>> odds_;          ///< by class and number of the cell: factor on the odds of any item
  std::vector<std::vector<std::uint16_t>> like_;  ///< by area and draw, the draw that stands for it
};

}  // namespace firmground::estimate
