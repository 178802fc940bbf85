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

/// Events a year that the ground of each observed cell lets expect.
std::vector<double> intensities(const HazardModel& model, const FieldFit& fit) {
  std::vector<double> result;
  result.reserve(model.observations.size());
  for (std::size_t i = 0; i < model.observations.size(); ++i) {
    double eta = fit.border[0];
    for (std::size_t e = 0; e < model.effects.size(); ++e) {
      const BasisPlace& place = model.basis[i * model.effects.size() + e];
      const double* value = fit.border.data() + model.effects[e].first_column + place.knot;
      eta += static_cast<double>(place.left) * value[0] + static_cast<double>(place.right) * value[1];
    }
    const CellDesign& design = model.design[i];
    for (std::size_t k = 0; k < design.node.size(); ++k) {
      if (design.node[k] >= 0) {
        eta += static_cast<double>(design.weight[k]) * fit.latent[static_cast<std::size_t>(design.node[k])];
      }
    }
    result.push_back(std::exp(eta));
  }
  return result;
}

}  // namespace

base::Result<HyperFit> learn_hyperparameters(const EventHistory* history, double long_range_m,
                                             const Hyperparameters& guess, HazardModel& model, EventLaw& law) {
  const auto learn = [&](const Hyperparameters& start) {
    FieldFitter fitter(model, long_range_m);
    return fit_hyperparameters(fitter, start, kMostEvaluations, kEnough);
  };
  if (history == nullptr) {
    return learn(guess);
  }
  std::vector<std::uint32_t> cells;
  cells.reserve(model.observations.size());
  for (const Observation& o : model.observations) {
    cells.push_back(o.cell);
  }
  const std::size_t beyond = cells.empty() ? 0 : std::size_t{cells.back()} + 1;
  count_events(history->counts(law, beyond), history->exposure(law), law, model);
  FG_TRY(const HyperFit first, learn(guess));
  law = history->learned(cells, intensities(model, first.fit));
  count_events(history->counts(law, beyond), history->exposure(law), law, model);
  return learn(first.best);
}

base::Result<HyperFit> learn_stretched(const evidence::Observations& observations, const EventHistory* history,
                                       const Hyperparameters& guess, HazardModel& model, EventLaw& law) {
  const double range_m = long_range(observations.whole());
  FG_TRY(HyperFit plain, learn_hyperparameters(history, range_m, guess, model, law));
  if (history != nullptr || observations.line == nullptr) {
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
