#pragma once
#include <array>
#include <string>
#include <vector>

#include "estimate/class_parts.h"
#include "estimate/estimate.h"

namespace firmground::estimate {

/// What of one class is learned from the whole country and holds in each of its regions.
struct SharedLearning {
  bool observed = false;
  CountLaw law;
  CountLaw law_ahead;
  std::int32_t step = 0;              ///< of the short lattice, in cells
  std::vector<SmoothEffect> effects;  ///< where their knots lie
  std::vector<double> ground;         ///< coefficients of how likely ground is to be mined (eq. 26)
  Hyperparameters hyper;
  EventYears event_years;  ///< presence-only
  EventLaw event_law;
  bool reports = false;    ///< what people met outside searched land tells of it
  double count_error = 0;  ///< eq. 22
  std::int32_t place_cells = 1;
  std::vector<float> place_factors;
  HazardModel coarse;                 ///< its two lattices alone
  std::vector<double> coarse_latent;  ///< where the fit starts
  std::vector<double> coarse_border;
};
using SharedLearnings = std::array<SharedLearning, 2>;

/// Cells whose covariates learning looks at: observed ones, and samples of the ground.  Ascending.
std::vector<std::uint32_t> cells_to_learn_from(const evidence::Observations& country);

/// Count law, knots, and how likely ground is to be mined.  `country`: with covariates at cells_to_learn_from().
/// Errors: estimate.nothing_observed.
base::Result<SharedLearnings> learn_ground(const evidence::Observations& country, const EstimateOptions& options);

/// Then the rest, hyperparameters first of all, from at most options.most_hyper_searches cells of one class.
/// `findable`: by record, empty where there are none.  Errors: those of fit_hyperparameters().
base::Result<void> learn_fields(const evidence::Observations& country, std::size_t which,
                                const std::vector<double>& findable, const EstimateOptions& options,
                                SharedLearning& learning);

/// As bytes, for other processes.
std::string packed(const SharedLearnings& learnings);
SharedLearnings unpacked(const std::string& bytes);

}  // namespace firmground::estimate
