#pragma once
#include <span>

#include "estimate/hazard_model.h"
#include "estimate/likelihood.h"

namespace firmground::estimate {

/// What is the same for all observations of a model.
struct CommonLaw {
  double patchiness = 0;
  double event_shape = 0;
  double search_worth = 1;
  bool roughly = false;  ///< with nine nodes whatever the spread, for what is to be settled again
};

/// What an observation says about the log intensity eta of its cell.
Term term_of(const Observation& observation, double eta, const CommonLaw& law);

/// What observations say on average, each over the Gaussian marginal of its eta, searches as many times as they are
/// worth; as long as they are.
struct MeanTerms {
  std::span<double> value;
  std::span<double> slope;
  std::span<double> observed;
  std::span<double> by_patchiness;  ///< d value / d log patchiness; empty: not asked for
};

/// By quadrature, as fine as each sd wants (normal_nodes.h).  eta, sd: mean and standard deviation of each.  Cost: some
/// 50 ns for a search without finds or a block where nobody met anything, which go through vector code, three times
/// that where the field is vague; ten times these for the others.
void find_mean_terms(std::span<const Observation> observations, std::span<const double> eta, std::span<const double> sd,
                     const CommonLaw& law, const MeanTerms& out);

}  // namespace firmground::estimate
