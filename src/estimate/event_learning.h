#pragma once
#include "base/error.h"
#include "estimate/class_posterior.h"
#include "estimate/event_history.h"
#include "estimate/hyperparameters.h"

namespace firmground::estimate {

/// Of so many observed cells at most (whole blocks) the law of events is learned: most cells never hold any, so it
/// takes far more than hyperparameters do.
inline constexpr std::int64_t kMostCellsOfLaw = 400'000;

/// What the law of events is learned from.
struct EventLearning {
  const EventHistory& history;
  HazardModel everywhere;  ///< the model of hyperparameters, on all its cells
};

/// Hyperparameters of a model by marginal likelihood. With events (else null) twice: first by the law as it stands,
/// then by the law that foretells best with the fields that these hyperparameters give everywhere; `model` and `law`
/// are left so. The law's power of the ground is learned last, from fields that are fitted without the last years (eq.
/// 63). Errors: those of fit_hyperparameters() and FieldFitter::fit().
base::Result<HyperFit> learn_hyperparameters(EventLearning* events, double long_range_m, const Hyperparameters& guess,
                                             HazardModel& model, EventLaw& law);

/// The same with the stretch of the short field, where a former line of contact is known: of 1, 1.5 and 2.25 (eq. 57)
/// the most likely at the hyperparameters learned without, and they anew with it.  Presence-only: not stretched.
base::Result<HyperFit> learn_stretched(const evidence::Observations& observations, EventLearning* events,
                                       const Hyperparameters& guess, HazardModel& model, EventLaw& law);

/// Puts the events of the past into the observations of a posterior's model and into its own.  `cells`: of the grid.
void expect_events(const EventHistory& history, const EventLaw& law, std::size_t cells, ClassPosterior& posterior);

}  // namespace firmground::estimate
