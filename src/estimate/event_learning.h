#pragma once
#include "base/error.h"
#include "estimate/class_posterior.h"
#include "estimate/event_history.h"
#include "estimate/hyperparameters.h"

namespace firmground::estimate {

/// Hyperparameters of a model by marginal likelihood. With a history of events (else null) twice: first by the law as
/// it stands, then by the law that foretells best with the fields of that first fit; `model` and `law` are left so.
/// Errors: those of fit_hyperparameters().
base::Result<HyperFit> learn_hyperparameters(const EventHistory* history, double long_range_m,
                                             const Hyperparameters& guess, HazardModel& model, EventLaw& law);

/// The same with the stretch of the short field, where a former line of contact is known: of 1, 1.5 and 2.25 (eq. 57)
/// the most likely at the hyperparameters learned without, and they anew with it.  Presence-only: not stretched.
base::Result<HyperFit> learn_stretched(const evidence::Observations& observations, const EventHistory* history,
                                       const Hyperparameters& guess, HazardModel& model, EventLaw& law);

/// Puts the events of the past into the observations of a posterior's model and into its own.  `cells`: of the grid.
void expect_events(const EventHistory& history, const EventLaw& law, std::size_t cells, ClassPosterior& posterior);

}  // namespace firmground::estimate
