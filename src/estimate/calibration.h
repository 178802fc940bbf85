#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "estimate/field_fit.h"

namespace firmground::estimate {

/// What the model's forecasts of ground it has not seen must be corrected by: eta ~ N(shift + slope m, spread^2 v)
/// where the model says N(m, v) (eq. 19). Identity when the Gaussian field were the truth; belts are no Gaussian field.
struct Calibration {
  double shift = 0;
  double slope = 1;
  double spread = 1;
};

/// A search that the model had to forecast without seeing it or its block.
struct HeldOutSearch {
  double mean;
  double variance;
  double detection;  ///< P(found | present)
  bool found;
};

/// Most likely correction given weak priors around the identity (shift sd 0.7, log slope sd 0.3, log spread sd 0.5,
/// never above 0).
Calibration fit_calibration(std::span<const HeldOutSearch> searches);

/// Forecasts of every observation by fits that left out its block (1 km or 20 cells; `folds` groups of blocks).
base::Result<std::vector<HeldOutSearch>> forecast_held_out(FieldFitter& fitter, const HazardModel& model,
                                                           const geo::Grid& grid, const Hyperparameters& hyper,
                                                           int folds);

}  // namespace firmground::estimate
