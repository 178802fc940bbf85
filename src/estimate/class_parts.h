#pragma once
#include <cstdint>
#include <vector>

#include "estimate/class_posterior.h"
#include "estimate/count_law.h"
#include "estimate/estimate.h"
#include "estimate/field_fit.h"
#include "estimate/hazard_model.h"

/// What the fit of one class is made of, wherever it is fitted: in the whole (class_posterior.cpp) or by regions
/// (region_posterior.cpp).
namespace firmground::estimate {

/// Hyperparameters are learned on a lattice of at least this step, in cells.
inline constexpr std::int32_t kCoarseStep = 5;
/// Nats of the bound at which a fit has settled: far below what tens of thousands of searches decide.
inline constexpr double kSettled = 0.1;
/// The last fit of a class goes on until also one report far from all else has said what it has to say.
constexpr Settled to_the_end(double bound) {
  return {.bound = bound, .mode = 0.001, .weights = 0.005 * bound};
}
/// The stream of random numbers of a class's joint draw.
constexpr std::uint64_t draw_stream(std::size_t which, std::uint64_t draw) {
  return (std::uint64_t{which} + 1) << 32U | draw;
}
/// Where the draws of closer looks begin (options.closer.surveys).
inline constexpr std::uint64_t kMoreDraws = 1ULL << 31U;
/// The short field lives this far round observations.
double short_reach_m(const geo::Grid& grid);
/// Where learning hyperparameters starts.
Hyperparameters first_guess(const evidence::Observations& observations);

/// Cells with finds, for the count law; `at` gets where they lie.
std::vector<PositiveCell> cells_with_finds(const std::vector<evidence::SearchedCell>& searched,
                                           const EstimateOptions& options, std::vector<std::uint32_t>& at);

/// The count law of ground like that never searched: each cell with finds weighs as its like there (eq. 21), all
/// together as many as that sample is worth (Kish 1965: (sum w)^2 / sum w^2).
CountLaw law_ahead(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects,
                   std::vector<PositiveCell> positive, const std::vector<std::uint32_t>& at);

/// The observations of a class, ascending cells.
std::vector<Observation> list_of(const evidence::Observations& observations, std::size_t which,
                                 const EstimateOptions& options, const SearchTable& searches);

/// Whole blocks of about 2 km until the budget is used, spread by a fixed shuffle: hyperparameters are about how ground
/// hangs together, so neighbours must stay together.
std::vector<Observation> thinned(const std::vector<Observation>& list, const geo::Grid& grid, std::int64_t most);

/// Long enough to carry regional differences, short enough to be learned: a fifth of the country's width, 2 to 30 km
/// (in cells on coarse grids).
double long_range(const geo::Grid& country);

ModelOptions model_options(const evidence::Observations& observations, std::size_t which, std::int32_t step,
                           double reach_m);

/// The finest lattice step whose active nodes stay within the budget.
std::int32_t step_within(const evidence::Observations& observations, const std::vector<Observation>& list,
                         double reach_m, std::int64_t most_nodes);

void scale_edges(const HazardModel& model, const std::vector<double>& prior, ClassPosterior& posterior);

/// Variance of the fitted effects over the observed cells, of all regions with `share`.
double spread_of_effects(const HazardModel& model, const std::vector<double>& border, const RegionShare* share);

/// Standard error of the log of what all draws share: the mean count of an occupied cell, and detection (eq. 22).
double shared_error(const CountLaw& law, const std::vector<evidence::SearchedCell>& searched);

/// Squares as wide as the range hold about as much independent field as there is (eq. 27); the counts of the cells in
/// one have something in common too (eq. 28).
void set_places(const geo::Grid& grid, const std::vector<evidence::SearchedCell>& searched,
                const EstimateOptions& options, std::size_t which, ClassPosterior& posterior);

/// Joint draws: border from its posterior, latent given it (eq. 18), and the factor on counts of standard error
/// `error`. Each draw has a stream of random numbers of its own, from `first_stream` on.  `posterior`: with its model
/// and fit.
ClassPosterior::MoreDraws joint_draws(const FieldFitter& fitter, std::uint64_t seed, std::uint64_t first_stream,
                                      std::size_t draws, double error, const ClassPosterior& posterior);

/// Hazard of minefield records, by cell (empty: none), into the observations.
void expect_recorded(const RecordedHazard& recorded, HazardModel& model);

}  // namespace firmground::estimate
