#pragma once
#include "base/progress.h"
#include "estimate/field_fit.h"

namespace firmground::estimate {

struct HyperFit {
  Hyperparameters best;
  FieldFit fit;  ///< there, without gradient
  double evidence_bound = 0;
  int evaluations = 0;
};

/// Maximum of the marginal posterior of the hyperparameters by BFGS with analytic gradients, from `start`, inside wide
/// bounds. Stops when another step promises less than `enough` in log marginal, half of g' H^-1 g.  Errors: those of
/// FieldFitter::fit at the start.
base::Result<HyperFit> fit_hyperparameters(FieldFitter& fitter, const Hyperparameters& start, int most_evaluations,
                                           double enough);

}  // namespace firmground::estimate
