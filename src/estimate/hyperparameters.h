#pragma once
#include "base/progress.h"
#include "estimate/laplace.h"

namespace firmground::estimate {

struct HyperFit {
  Hyperparameters best;
  double log_marginal = 0;
  int evaluations = 0;
};

/// Maximum of the marginal posterior of the hyperparameters by BFGS with analytic gradients, from `start`, inside wide
/// bounds. Stops when a step gains less than `enough` in log marginal.  Errors: those of Laplace::fit at the start.
base::Result<HyperFit> fit_hyperparameters(Laplace& laplace, const Hyperparameters& start, int most_evaluations,
                                           double enough);

}  // namespace firmground::estimate
