#pragma once
#include "drawn_ground.h"
#include "estimate/class_posterior.h"
#include "field_sampler.h"

namespace firmground::oracle {

/// A number of the fit beside the exact one, with the Monte Carlo standard error of their difference.
struct Pair {
  double fitted = 0;
  double exact = 0;
  double error = 0;
};

/// Fit and exact posterior over a set of cells.
struct Agreement {
  Pair cells_left;        ///< expected number of cells that still hold an item
  Pair p05, p95;          ///< its quantiles over the draws of field and effects
  double sd_ratio = 0;    ///< of log intensities, fit / exact, mean over cells
  double mean_shift = 0;  ///< (fit - exact) / exact sd, mean over cells
  double apart = 0;       ///< |P(any left) - exact P|, mean over cells
  std::size_t cells = 0;
};

struct Comparison {
  Agreement searched;    ///< cells searched without a find
  Agreement unsearched;  ///< cells never searched
  SamplerReport sampler;
};

/// Product's fit (means and probabilities by its CellPredictor, quantiles by its draws) beside the sampler's, at the
/// ground's hyperparameters and count law.  Errors: those of both.  Cost: the sampler's, see sample_field.
base::Result<Comparison> compare(const DrawnGround& ground, const SamplerOptions& options);

}  // namespace firmground::oracle
