#include "estimate/without_evidence.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "base/parallel.h"
#include "estimate/confirmed_ground.h"
#include "estimate/fast_exp.h"
#include "estimate/normal_nodes.h"
#include "estimate/patchiness.h"
#include "estimate/prediction.h"

namespace firmground::estimate {

namespace {

/// A change smaller than both is not told.
constexpr double kItemsChange = 0.1;
constexpr double kProbabilityChange = 0.05;
/// Cells predicted at a time.
constexpr std::size_t kChunk = 1024;

/// Groups of evidence: the first three are not covariates of the ground.
enum Group : std::size_t { near_by, region, records, first_covariate };

/// How a class's predictors move when the effects of some covariates are nought.
struct Shift {
  std::vector<double> border, latent;  ///< empty: nothing moves
};

/// Mean of the other parameters given that the effects' are 0, about the fit: the normal approximation's own answer.
Shift shift_without(const ClassPosterior& posterior, const sparse::DenseMatrix& covariance,
                    const std::vector<std::size_t>& columns) {
  Shift shift;
  const std::size_t k = columns.size();
  if (k == 0) {
    return shift;
  }
  sparse::DenseMatrix block(k, k);
  std::vector<double> pull(k);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      block(i, j) = covariance(columns[i], columns[j]);
    }
    pull[i] = -posterior.fit.border[columns[i]];
  }
  sparse::DenseCholesky(std::move(block)).solve(pull);
  shift.border.assign(covariance.rows, 0.0);
  for (std::size_t i = 0; i < covariance.rows; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      shift.border[i] += covariance(i, columns[j]) * pull[j];
    }
  }
  shift.latent.assign(posterior.fit.latent.size(), 0.0);
  for (std::size_t j = 0; j < shift.border.size(); ++j) {
    const double moved = shift.border[j];
    for (std::size_t i = 0; i < shift.latent.size(); ++i) {
      shift.latent[i] -= posterior.fit.spread(i, j) * moved;
    }
  }
  return shift;
}

double shift_of_cell(const Shift& shift, const HazardModel& model, const LogIntensity& at, std::size_t i) {
  if (shift.border.empty()) {
    return 0;
  }
  double sum = shift.border[0];
  const std::size_t effects = model.effects.size();
  for (std::size_t e = 0; e < effects; ++e) {
    sum += effect_at(model.effects[e], at.basis[i * effects + e], shift.border.data());
  }
  for (std::size_t k = 0; k < 8; ++k) {
    if (at.design[i].node[k] >= 0) {
      sum += static_cast<double>(at.design[i].weight[k]) * shift.latent[static_cast<std::size_t>(at.design[i].node[k])];
    }
  }
  return sum;
}

/// What a polygon holds under one assumption.
struct Holding {
  double items = 0;
  std::vector<double> none;  ///< by draw: P(no item)
};

/// P(no item).  `in_vain`: how likely the polygon is confirmed if it holds nothing, over if it holds some (eq. 70); 1:
/// nothing is said of it as a whole.
double probability_none(const Holding& holding, double in_vain) {
  double sum = 0;
  double likelihood = 0;
  for (const double p : holding.none) {
    const double of_draw = 1 - (1 - in_vain) * p;
    likelihood += of_draw;
    sum += of_draw * p;
  }
  return sum / likelihood;
}

/// Expected items of a cell whose log intensity is normal (as CellPredictor::finish_cell()).
double items_expected(double mean, double variance, double recorded, double patchiness, const OwnSearch& own) {
  const double sd = std::sqrt(std::max(variance, 0.0));
  double any = 0;
  double items = 0;
  for (const NormalNode& node : nodes_of(rule_for(sd))) {
    const double p = presence_at(mean + sd * node.at, patchiness, recorded);
    const double unseen = 1 - p * static_cast<double>(own.detected);
    any += node.weight * p * static_cast<double>(own.missed) / unseen;
    items += node.weight * p * static_cast<double>(own.left) / unseen;
  }
  return std::max(any, items);
}

/// One class: what moves with each group, and where its predictor is.
struct ClassWithout {
  const ClassPosterior* posterior;
  CellPredictor predictor;
  std::vector<Shift> shifts;  ///< by group
};

class Work {
 public:
  Work(const Posteriors& posteriors, const evidence::Observations& observations, const EstimateOptions& options);
  void tell(const PolygonCells& polygon, PolygonEstimate& told) const;

 private:
  std::vector<Holding> holdings(const PolygonCells& polygon) const;
  void add_cells(const ClassWithout& of_class, const std::vector<std::uint32_t>& cells,
                 const std::vector<float>& shares, std::vector<Holding>& held) const;
  void add_cell(const ClassWithout& of_class, std::uint32_t cell, float share, std::size_t i,
                const std::array<const LogIntensity*, 3>& at, std::vector<Holding>& held) const;
  std::string records_in_words(const PolygonCells& polygon) const;
  std::string in_words(std::size_t group, const PolygonCells& polygon) const;

  double in_vain(const PolygonCells& polygon) const;

  const evidence::Observations& observations_;
  std::size_t draws_;
  double confirmed_in_vain_;
  NumberedCells confirmed_;            ///< cells of areas that eq. 70 speaks of
  std::size_t statements_ = SIZE_MAX;  ///< group
  std::vector<std::string> groups_;    ///< names of covariates from `first_covariate` on
  std::vector<ClassWithout> classes_;
};

Work::Work(const Posteriors& posteriors, const evidence::Observations& observations, const EstimateOptions& options)
    : observations_(observations),
      draws_(static_cast<std::size_t>(options.draws)),
      confirmed_in_vain_(options.left_out.confirmed_in_vain),
      confirmed_(observations.grid.size()),
      groups_(first_covariate) {
  for (const ConfirmedArea& area : confirmed_areas_unfound(observations)) {
    for (const std::uint32_t cell : area.cells) {
      confirmed_.add(cell);
    }
  }
  std::map<std::string, std::size_t> group_of;
  for (const evidence::CovariateField& field : observations.covariates) {
    if (field.from != evidence::CovariateSource::ground) {
      group_of[field.name] = records;
    } else if (!field.tells_outcome && group_of.try_emplace(field.name, groups_.size()).second) {
      statements_ = field.statements ? groups_.size() : statements_;
      groups_.push_back(field.name);
    }
  }
  for (const auto& posterior : posteriors) {
    classes_.push_back({posterior.get(), CellPredictor(*posterior, observations, options), {}});
    const sparse::DenseMatrix covariance = posterior->fit.schur->inverse();
    std::vector<std::vector<std::size_t>> columns(groups_.size());
    for (const SmoothEffect& effect : posterior->model.effects) {
      const auto group = group_of.find(effect.name);
      for (std::size_t k = 0; group != group_of.end() && k < effect.knots.size(); ++k) {
        columns[group->second].push_back(effect.first_column + k);
      }
    }
    for (const auto& of_group : columns) {
      classes_.back().shifts.push_back(shift_without(*posterior, covariance, of_group));
    }
  }
}

void Work::add_cell(const ClassWithout& of_class, std::uint32_t cell, float share, std::size_t i,
                    const std::array<const LogIntensity*, 3>& at, std::vector<Holding>& held) const {
  const OwnSearch own = of_class.predictor.own_search(cell);
  const ClassPosterior& posterior = *of_class.posterior;
  if (own.found != nullptr) {  // what is left follows from what was found, whatever else is known
    const Remaining left = remaining_after_finds(posterior.law, static_cast<double>(own.found->share),
                                                 static_cast<double>(own.found->detection), own.found->found);
    for (Holding& holding : held) {
      holding.items += static_cast<double>(share) * std::max(left.mean, left.probability);
      for (double& none : holding.none) {
        none *= 1 - static_cast<double>(share) * left.probability;
      }
    }
    return;
  }
  const float recorded = posterior.recorded.empty() ? 0 : posterior.recorded[cell];
  const double patchiness = posterior.hyper.patchiness();
  std::vector<float> intensity(draws_);
  for (std::size_t g = 0; g <= groups_.size(); ++g) {  // the last: with everything
    const LogIntensity& from = *at[g == near_by ? 1 : g == region ? 2 : 0];
    const double shift = g < groups_.size() ? shift_of_cell(of_class.shifts[g], posterior.model, from, i) : 0;
    const float by_records = g == records ? 0 : recorded;
    held[g].items += static_cast<double>(share) * items_expected(from.mean[i] + shift, from.variance[i],
                                                                 static_cast<double>(by_records), patchiness, own);
    const float* eta = from.eta.data() + i * draws_;
    const auto moved = static_cast<float>(shift);
    for (std::size_t m = 0; m < draws_; ++m) {
      intensity[m] = eta[m] + moved;
    }
    to_hazard(intensity, patchiness, 4.0F);
    if (g != records) {
      of_class.predictor.add_recorded(cell, intensity);
    }
    for (std::size_t m = 0; m < draws_; ++m) {
      const float p = 1 - fast_exp(-std::min(intensity[m], 80.0F));
      held[g].none[m] *= static_cast<double>(1 - share * p * own.missed / (1 - p * own.detected));
    }
  }
}

void Work::add_cells(const ClassWithout& of_class, const std::vector<std::uint32_t>& cells,
                     const std::vector<float>& shares, std::vector<Holding>& held) const {
  LogIntensity all;
  LogIntensity no_near;
  LogIntensity no_region;
  of_class.predictor.log_intensity(cells, {}, all);
  of_class.predictor.log_intensity(cells, {.near_by = false}, no_near);
  of_class.predictor.log_intensity(cells, {.region = false}, no_region);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    add_cell(of_class, cells[i], shares[i], i, {&all, &no_near, &no_region}, held);
  }
}

/// By group, and last with everything.
std::vector<Holding> Work::holdings(const PolygonCells& polygon) const {
  std::vector<Holding> held(groups_.size() + 1, Holding{0, std::vector<double>(draws_, 1.0)});
  std::vector<geo::CellShare> inside;
  for (const geo::CellShare& touched : polygon.cells) {
    if (observations_.inside[touched.cell] != 0) {
      inside.push_back(touched);
    }
  }
  std::sort(inside.begin(), inside.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  std::vector<std::uint32_t> cells;
  std::vector<float> shares;
  for (std::size_t begin = 0; begin < inside.size(); begin += kChunk) {
    cells.clear();
    shares.clear();
    for (std::size_t i = begin; i < std::min(inside.size(), begin + kChunk); ++i) {
      cells.push_back(inside[i].cell);
      shares.push_back(inside[i].share);
    }
    for (const ClassWithout& of_class : classes_) {
      add_cells(of_class, cells, shares, held);
    }
  }
  return held;
}

/// "the minefield record R-12 of batch A", the one with most to say of the polygon, and how many besides.
std::string Work::records_in_words(const PolygonCells& polygon) const {
  std::map<std::uint32_t, double> says;
  for (const ClassWithout& of_class : classes_) {
    if (!observations_.records || of_class.posterior->findable.empty()) {
      continue;
    }
    for (const geo::CellShare& touched : polygon.cells) {
      for (const evidence::RecordShare& share : observations_.records->at(touched.cell)) {
        says[share.record] +=
            of_class.posterior->findable[share.record] * static_cast<double>(touched.share * share.probability);
      }
    }
  }
  if (says.empty()) {
    return "the minefield records";
  }
  const auto most =
      std::max_element(says.begin(), says.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const evidence::RecordedField& record = observations_.records->records[most->first];
  const std::size_t others = says.size() - 1;
  return fmt::format("the minefield record {}{}{}{}", record.record_id, record.source.empty() ? "" : " of ",
                     record.source,
                     others == 0 ? "" : fmt::format(" and {} more {}", others, others == 1 ? "record" : "records"));
}

std::string Work::in_words(std::size_t group, const PolygonCells& polygon) const {
  switch (group) {
    case near_by: return "the finds and searches near by";
    case region: return "what is known of the region";
    case records: return records_in_words(polygon);
    default: return "the " + groups_[group];
  }
}

/// Of a polygon that lies in confirmed areas for the most part.
double Work::in_vain(const PolygonCells& polygon) const {
  double share = 0, confirmed = 0;
  for (const geo::CellShare& touched : polygon.cells) {
    share += static_cast<double>(touched.share);
    confirmed += confirmed_.has(touched.cell) ? static_cast<double>(touched.share) : 0;
  }
  return 2 * confirmed > share ? confirmed_in_vain_ : 1;
}

void Work::tell(const PolygonCells& polygon, PolygonEstimate& told) const {
  const std::vector<Holding> held = holdings(polygon);
  const double in_vain = this->in_vain(polygon);
  const Holding& all = held.back();
  if (!(all.items > 0)) {
    return;
  }
  std::vector<std::pair<double, WithoutEvidence>> changes;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    // Differences are laid on what the polygon is told to hold: both are of the same draws.
    // Without its statement a confirmed area is not weighed; with it items are weighed as they are told.
    const bool unweighed = in_vain < 1 && g == statements_;
    const double times = held[g].items / (unweighed ? told.items_mean : all.items);
    const double more = probability_none(held[g], unweighed ? 1 : in_vain) - probability_none(all, in_vain);
    if (std::abs(std::log(times)) < std::log1p(kItemsChange) && std::abs(more) < kProbabilityChange) {
      continue;
    }
    changes.emplace_back(std::abs(std::log(times)),
                         WithoutEvidence{in_words(g, polygon), std::clamp(told.probability_none + more, 0.0, 1.0),
                                         told.items_mean * times});
  }
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < std::min(changes.size(), kMostGroups); ++i) {
    told.without.push_back(std::move(changes[i].second));
  }
}

}  // namespace

void tell_without_evidence(const Posteriors& posteriors, const evidence::Observations& observations,
                           const EstimateOptions& options, const std::vector<PolygonCells>& polygons,
                           PolygonRange wanted, std::vector<PolygonEstimate>& told) {
  FG_CHECK(observations.mode == "effort" && wanted.first + wanted.count <= polygons.size() &&
           told.size() == polygons.size());
  const Work work(posteriors, observations, options);
  constexpr std::size_t kGrain = 8;
  base::parallel_for(wanted.count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t p = wanted.first + begin; p < wanted.first + end; ++p) {
      work.tell(polygons[p], told[p]);
    }
  });
}

}  // namespace firmground::estimate
