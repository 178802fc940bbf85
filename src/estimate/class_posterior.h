#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "estimate/count_law.h"
#include "estimate/estimate.h"
#include "estimate/event_history.h"
#include "estimate/field_fit.h"
#include "estimate/hazard_model.h"
#include "estimate/missed_factors.h"
#include "estimate/record_context.h"

namespace firmground::estimate {

/// What a search of given share and detection means for a class's count law; few distinct ones, so they are tabulated.
struct SearchMeaning {
  float detection_of_presence;
  float left_factor;  ///< E[N; nothing found | any]: remaining mean = presence x left_factor / (1 - presence x
                      ///< detection_of_presence)
};

class SearchTable {
 public:
  explicit SearchTable(const CountLaw& law);
  const SearchMeaning& at(float share, float detection) const;

 private:
  std::vector<SearchMeaning> table_;
};

/// Presence-only: the intensity is of events in a year, and a cell's own factor of it is gamma with shape `law.shape`
/// plus its weighted events and rate `law.shape` plus what the exposure expects (eq. 6).
struct PastEvents {
  EventLaw law;
  double exposure = 1;       ///< years, each weighted by its age
  std::vector<float> count;  ///< by cell, each event weighted by its age
};

/// One class, fitted: its posterior in the form that prediction needs. Immutable.
struct ClassPosterior {
  evidence::OrdnanceClass ordnance_class = evidence::OrdnanceClass::mines;
  std::optional<PastEvents> events;  ///< presence-only
  HazardModel model;
  Hyperparameters hyper;
  FieldFit fit;
  CountLaw law;        ///< of searched ground
  CountLaw law_ahead;  ///< of ground like that never searched
  std::shared_ptr<const SearchTable> searches;
  std::vector<double> findable;    ///< by record, in its context (eq. 26); empty: no records
  RecordedHazard recorded;         ///< that minefield records add (eq. 25)
  std::vector<double> covariance;  ///< posterior, at model.pattern, given the border
  std::vector<float>
      variance_scale;  ///< per short node: interior prior variance / its own prior variance (edges of the lattice)
  double short_variance = 0;  ///< prior, interior
  double long_variance = 0;
  double effect_variance = 0;       ///< spread of the fitted effects over observed cells
  std::vector<float> latent_draws;  ///< latent x draws, a node's draws side by side
  std::vector<float> border_draws;  ///< border x draws
  std::vector<float> count_draws;   ///< per draw: factor on the number of items
  /// More of the same, apart from those: for what needs a finer view of few polygons (options.closer.surveys).
  struct MoreDraws {
    std::vector<float> latent, border, count;
  };
  MoreDraws more_draws;
  std::int32_t place_cells = 1;      ///< side of the squares that hold one independent value of short field and counts
  std::vector<double> weights;       ///< of the observations in the last factorisation
  std::vector<double> meeting_rate;  ///< coefficients (eq. 50); empty: what people met is no evidence
  std::int64_t reports = 0;          ///< blocks where people met an item, and which the fit was told
  sparse::DenseMatrix shared_covariance;  ///< of long field and border; only with options.keep
  std::vector<float> place_factors;  ///< a power of two of them, mean 1: what the items per cell of a place are worth
  std::shared_ptr<const MissedFactors> missed;
};

using Posteriors = std::vector<std::unique_ptr<ClassPosterior>>;

/// What a search found, as the field sees it.
Observation observation_of(const evidence::SearchedCell& cell, const SearchTable& searches);
/// Factors by place, the same for the same seed (eq. 28).
std::vector<float> place_factors(const CountLaw& law, std::uint64_t seed, std::size_t which);

/// Fits one class.  `which` = 0, 1.  Errors: estimate.no_convergence, sparse.*.
base::Result<std::unique_ptr<ClassPosterior>> fit_class(const evidence::Observations& observations, std::size_t which,
                                                        const EstimateOptions& options);

}  // namespace firmground::estimate
