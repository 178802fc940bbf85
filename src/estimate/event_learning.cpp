#include "estimate/event_learning.h"

#include <algorithm>
#include <cmath>

#include "estimate/class_parts.h"

namespace firmground::estimate {

namespace {

constexpr int kMostEvaluations = 14;
constexpr double kEnough = 0.2;           ///< nats
constexpr double kWorthStretching = 1.0;  ///< nats

/// Each event weighted by its age (eq. 6).
void count_events(const std::vector<float>& counts, double exposure, const EventLaw& law, HazardModel& model) {
  model.event_shape = law.shape;
  for (Observation& o : model.observations) {
    o.detection = static_cast<float>(exposure);
    o.count = counts[o.cell];
  }
}

void count_by_law(const EventHistory& history, const EventLaw& law, HazardModel& model) {
  const std::size_t beyond = model.observations.empty() ? 0 : std::size_t{model.observations.back().cell} + 1;
  count_events(history.counts(law, beyond), history.exposure(law), law, model);
}

/// Fits of the field everywhere, with the hyperparameters of another fit.
class Everywhere {
 public:
  /// `model` and `events` outlive it.
  Everywhere(EventLearning& events, double long_range_m, const HazardModel& model)
      : events_(events), long_range_m_(long_range_m), model_(model) {
    cells_.reserve(events.everywhere.observations.size());
    for (const Observation& o : events.everywhere.observations) {
      cells_.push_back(o.cell);
    }
  }

  /// What the ground of each observed cell says.  `near`: a fit of the model.
  base::Result<std::vector<LogRate>> ground(const EventHistory& known, const EventLaw& law, const HyperFit& near) {
    HazardModel& everywhere = events_.everywhere;
    count_by_law(known, law, everywhere);
    FieldFitter fitter(everywhere, long_range_m_);
    fitter.start_at(interpolated(model_, near.fit.latent, everywhere), near.fit.border);
    FG_TRY_VOID(fitter.fit(near.best, FieldFitter::Want::mode));
    std::vector<LogRate> ground(cells_.size());
    for (std::size_t i = 0; i < ground.size(); ++i) {
      const Predicted rate = fitter.predicted(i);
      ground[i] = {rate.mean, rate.variance};
    }
    return ground;
  }

  base::Result<EventLaw> law(const EventLaw& start, const HyperFit& near) {
    FG_TRY(const std::vector<LogRate> all, ground(events_.history, start, near));
    std::vector<double> intensity(all.size());
    std::transform(all.begin(), all.end(), intensity.begin(), [](const LogRate& rate) { return std::exp(rate.mean); });
    return events_.history.learned(cells_, intensity);
  }

  /// The law with the power of the ground (eq. 63).
  base::Result<EventLaw> with_power(EventLaw law, const HyperFit& near) {
    const int years = events_.history.kept_back();
    if (years == 0) {
      return law;
    }
    FG_TRY(const std::vector<LogRate> before, ground(events_.history.without_last(years), law, near));
    law.power = events_.history.power(law, cells_, before);
    FG_TRY(const std::vector<LogRate> all, ground(events_.history, law, near));
    law.log_level = log_level_of(law.power, all);
    return law;
  }

 private:
  EventLearning& events_;
  double long_range_m_;
  const HazardModel& model_;
  std::vector<std::uint32_t> cells_;
};

}  // namespace

base::Result<HyperFit> learn_hyperparameters(EventLearning* events, double long_range_m, const Hyperparameters& guess,
                                             HazardModel& model, EventLaw& law) {
  const auto learn = [&](const Hyperparameters& start) {
    FieldFitter fitter(model, long_range_m);
    return fit_hyperparameters(fitter, start, kMostEvaluations, kEnough);
  };
  if (events == nullptr) {
    return learn(guess);
  }
  Everywhere everywhere(*events, long_range_m, model);
  count_by_law(events->history, law, model);
  FG_TRY(const HyperFit first, learn(guess));
  FG_TRY(law, everywhere.law(law, first));
  count_by_law(events->history, law, model);
  FG_TRY(HyperFit last, learn(first.best));
  FG_TRY(law, everywhere.with_power(law, last));
  return last;
}

base::Result<HyperFit> learn_stretched(const evidence::Observations& observations, EventLearning* events,
                                       const Hyperparameters& guess, HazardModel& model, EventLaw& law) {
  const double range_m = long_range(observations.whole());
  FG_TRY(HyperFit plain, learn_hyperparameters(events, range_m, guess, model, law));
  if (events != nullptr || observations.line == nullptr) {
    return plain;
  }
  Hyperparameters best = plain.best;
  double highest = plain.evidence_bound + kWorthStretching;
  for (const double ratio : {1.5, 2.25}) {
    HazardModel stretched = model;
    stretch_field(observations, ratio, stretched);
    FieldFitter fitter(stretched, range_m);
    fitter.start_at(plain.fit.latent, plain.fit.border);
    const auto fit = fitter.fit(plain.best, FieldFitter::Want::mode);
    if (!fit || fit->evidence_bound < highest) {
      break;
    }
    highest = fit->evidence_bound;
    best.stretch = ratio;
  }
  if (best.stretch == 1) {
    return plain;
  }
  stretch_field(observations, best.stretch, model);
  return learn_hyperparameters(nullptr, range_m, best, model, law);
}

void expect_events(const EventHistory& history, const EventLaw& law, std::size_t cells, ClassPosterior& posterior) {
  posterior.events = {law, history.exposure(law), history.counts(law, cells)};
  count_events(posterior.events->count, posterior.events->exposure, law, posterior.model);
}

}  // namespace firmground::estimate
