#include "estimate/class_posterior.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "estimate/class_parts.h"
#include "estimate/event_learning.h"
#include "estimate/propensity.h"
#include "estimate/record_context.h"
#include "estimate/report_evidence.h"

namespace firmground::estimate {

namespace {

constexpr int kShareSteps = 20;
constexpr int kDetectionSteps = 50;
constexpr double kLongRangeOfExtent = 0.2;

std::size_t table_index(int share, int detection) {
  return static_cast<std::size_t>(share) * (kDetectionSteps + 1) + static_cast<std::size_t>(detection);
}

bool left_out(const EstimateOptions& options, std::uint32_t cell) {
  return !options.leave_out.empty() && options.leave_out[cell] != 0;
}

}  // namespace

double short_reach_m(const geo::Grid& grid) {
  return std::max(600.0, 6 * grid.cell_m);
}

Hyperparameters first_guess(const evidence::Observations& observations) {
  Hyperparameters guess{std::log(10 * observations.grid.cell_m), std::log(2.5), std::log(0.7), 2.5};
  if (observations.mode != "presence-only") {  // events have factors of their own (eq. 6)
    guess.log_patchiness = 0;
  }
  return guess;
}

std::vector<PositiveCell> cells_with_finds(const std::vector<evidence::SearchedCell>& searched,
                                           const EstimateOptions& options, std::vector<std::uint32_t>& at) {
  std::vector<PositiveCell> positive;
  for (const evidence::SearchedCell& cell : searched) {
    if (cell.found > 0 && !left_out(options, cell.cell)) {
      positive.push_back({static_cast<double>(cell.share), static_cast<double>(cell.detection), cell.found});
      at.push_back(cell.cell);
    }
  }
  return positive;
}

CountLaw law_ahead(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects,
                   std::vector<PositiveCell> positive, const std::vector<std::uint32_t>& at) {
  const std::vector<double> weight = likeness_to_unsearched(observations, effects, at);
  double sum = 0;
  double squares = 0;
  for (const double w : weight) {
    sum += w;
    squares += w * w;
  }
  for (std::size_t i = 0; i < positive.size(); ++i) {
    positive[i].weight = weight[i] * sum / squares;
  }
  return fit_count_law(positive);
}

std::vector<Observation> list_of(const evidence::Observations& observations, std::size_t which,
                                 const EstimateOptions& options, const SearchTable& searches) {
  std::vector<Observation> list;
  if (observations.mode == "presence-only") {
    for (std::uint32_t cell = 0; cell < observations.grid.size(); ++cell) {
      if (observations.inside[cell] != 0 && !left_out(options, cell)) {
        list.push_back({cell, true, false, 1, 0});
      }
    }
    return list;
  }
  for (const evidence::SearchedCell& cell : observations.searched[which]) {
    if (!left_out(options, cell.cell)) {
      list.push_back(observation_of(cell, searches));
    }
  }
  // Items met outside searched land (spot tasks, accidents) are left to the reader: without a model of who was there to
  // meet them they would be finds without effort, and two hundred of them raised the remaining total by half on
  // invented countries.
  std::stable_sort(list.begin(), list.end(),
                   [](const Observation& a, const Observation& b) { return a.cell < b.cell; });
  return list;
}

std::vector<Observation> thinned(const std::vector<Observation>& list, const geo::Grid& grid, std::int64_t most) {
  if (static_cast<std::int64_t>(list.size()) <= most) {
    return list;
  }
  const auto block_cells = static_cast<std::uint32_t>(std::max(4.0, 2000 / grid.cell_m));
  const auto block_of = [&](std::uint32_t cell) {
    const std::uint32_t column = cell % static_cast<std::uint32_t>(grid.columns) / block_cells;
    const std::uint32_t row = cell / static_cast<std::uint32_t>(grid.columns) / block_cells;
    return row * (static_cast<std::uint32_t>(grid.columns) / block_cells + 1) + column;
  };
  std::vector<std::int64_t> load(static_cast<std::size_t>(block_of(static_cast<std::uint32_t>(grid.size() - 1))) + 2,
                                 0);
  for (const Observation& o : list) {
    ++load[block_of(o.cell)];
  }
  std::vector<std::uint32_t> order(load.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  base::Random random(0x5eed, 17);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.index(i)]);
  }
  std::vector<std::uint8_t> taken(load.size(), 0);
  std::int64_t used = 0;
  for (const std::uint32_t block : order) {
    if (load[block] > 0 && used + load[block] <= most) {
      taken[block] = 1;
      used += load[block];
    }
  }
  std::vector<Observation> result;
  for (const Observation& o : list) {
    if (taken[block_of(o.cell)] != 0) {
      result.push_back(o);
    }
  }
  return result;
}

double long_range(const geo::Grid& grid) {
  const double extent = std::max(grid.columns, grid.rows) * grid.cell_m;
  return std::clamp(kLongRangeOfExtent * extent, 40 * grid.cell_m, std::max(30'000.0, 60 * grid.cell_m));
}

ModelOptions model_options(const evidence::Observations& observations, std::size_t which, std::int32_t step,
                           double reach_m) {
  ModelOptions options;
  options.ordnance_class = evidence::kOrdnanceClasses[which];
  options.short_step_cells = step;
  options.long_range_m = long_range(observations.whole());
  options.reach_m = reach_m;
  return options;
}

void scale_edges(const HazardModel& model, const std::vector<double>& prior, ClassPosterior& posterior) {
  posterior.variance_scale.resize(static_cast<std::size_t>(model.short_lattice.active));
  for (std::size_t i = 0; i < posterior.variance_scale.size(); ++i) {
    posterior.variance_scale[i] = static_cast<float>(posterior.short_variance / prior[i]);
  }
}

double spread_of_effects(const HazardModel& model, const std::vector<double>& border, const RegionShare* share) {
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (std::size_t i = 0; i < model.observations.size(); ++i) {
    if (model.observations[i].report || (share != nullptr && share->owns_observation[i] == 0)) {
      continue;
    }
    count += 1;
    double value = 0;
    for (std::size_t e = 0; e < model.effects.size(); ++e) {
      value += effect_at(model.effects[e], model.basis[i * model.effects.size() + e], border.data());
    }
    sum += value;
    squares += value * value;
  }
  std::array<double, 3> sums = {sum, squares, count};
  if (share != nullptr) {
    share->sum(sums);
  }
  const double n = std::max(1.0, sums[2]);
  return std::max(0.0, sums[1] / n - sums[0] / n * (sums[0] / n));
}

double shared_error(const CountLaw& law, const std::vector<evidence::SearchedCell>& searched) {
  double sum = 0;
  for (const evidence::SearchedCell& cell : searched) {
    sum += static_cast<double>(cell.detection);
  }
  const double detection = searched.empty() ? 1.0 : sum / static_cast<double>(searched.size());
  return std::hypot(law.mean_error, std::sqrt((1 - detection) / (detection * (kDetectionTrial + 1))));
}

ClassPosterior::MoreDraws joint_draws(const FieldFitter& fitter, std::uint64_t seed, std::uint64_t first_stream,
                                      std::size_t draws, double error, const ClassPosterior& posterior) {
  const auto n = posterior.model.latent();
  const std::size_t p = posterior.model.border();
  ClassPosterior::MoreDraws result;
  result.latent.resize(n * draws);
  result.border.resize(p * draws);
  result.count.resize(draws);
  constexpr std::size_t kBatch = 10;
  std::vector<double> white;
  for (std::size_t begin = 0; begin < draws; begin += kBatch) {
    const std::size_t count = std::min(kBatch, draws - begin);
    white.resize(n * count);
    for (std::size_t d = 0; d < count; ++d) {
      base::Random random(seed, first_stream + begin + d);
      for (std::size_t i = 0; i < n; ++i) {
        white[d * n + i] = random.normal();
      }
      std::vector<double> border(p);
      for (double& value : border) {
        value = random.normal();
      }
      posterior.fit.schur->solve_upper(border);
      for (std::size_t j = 0; j < p; ++j) {
        result.border[j * draws + begin + d] = static_cast<float>(posterior.fit.border[j] + border[j]);
      }
      result.count[begin + d] = static_cast<float>(std::exp(error * random.normal() - 0.5 * error * error));
    }
    fitter.factor().sample(white, static_cast<sparse::Index>(count));
    for (std::size_t d = 0; d < count; ++d) {
      double* latent = white.data() + d * n;
      for (std::size_t j = 0; j < p; ++j) {
        const double moved = static_cast<double>(result.border[j * draws + begin + d]) - posterior.fit.border[j];
        const double* spread = posterior.fit.spread.value.data() + j * n;
        for (std::size_t i = 0; i < n; ++i) {
          latent[i] -= spread[i] * moved;
        }
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t d = 0; d < count; ++d) {
        result.latent[i * draws + begin + d] = static_cast<float>(posterior.fit.latent[i] + white[d * n + i]);
      }
    }
  }
  return result;
}

namespace {

void draw_all(const FieldFitter& fitter, const EstimateOptions& options, std::size_t which, double error,
              ClassPosterior& posterior) {
  ClassPosterior::MoreDraws draws = joint_draws(fitter, options.seed, draw_stream(which, 0),
                                                static_cast<std::size_t>(options.draws), error, posterior);
  posterior.latent_draws = std::move(draws.latent);
  posterior.border_draws = std::move(draws.border);
  posterior.count_draws = std::move(draws.count);
  if (options.closer.surveys) {
    posterior.more_draws = joint_draws(fitter, options.seed, draw_stream(which, kMoreDraws),
                                       static_cast<std::size_t>(options.closer.surveys->draws), error, posterior);
  }
}

}  // namespace

void set_places(const geo::Grid& grid, const std::vector<evidence::SearchedCell>& searched,
                const EstimateOptions& options, std::size_t which, ClassPosterior& posterior) {
  const double width_m = std::max(posterior.model.short_lattice.spacing_m, std::exp(posterior.hyper.log_short_range_m));
  posterior.place_cells = static_cast<std::int32_t>(std::lround(std::min(width_m / grid.cell_m, 1e6)));
  std::vector<std::uint32_t> found;
  std::vector<std::uint32_t> place;
  const auto columns = static_cast<std::uint32_t>(grid.columns);
  const auto side = static_cast<std::uint32_t>(posterior.place_cells);
  for (const evidence::SearchedCell& cell : searched) {
    if (cell.found > 0 && !left_out(options, cell.cell)) {
      found.push_back(cell.found);
      place.push_back(cell.cell / columns / side * columns + cell.cell % columns / side);
    }
  }
  if (!options.learnt) {
    posterior.law.by_place = posterior.law_ahead.by_place = variation_between_places(found, place);
  }
  posterior.place_factors = place_factors(posterior.law, options.seed, which);
  posterior.missed = std::make_shared<MissedFactors>(options.seed, posterior.ordnance_class);
}

std::int32_t step_within(const evidence::Observations& observations, const std::vector<Observation>& list,
                         double reach_m, std::int64_t most_nodes) {
  std::vector<std::uint8_t> mask(observations.grid.size(), 0);
  for (const Observation& o : list) {
    mask[o.cell] = 1;
  }
  const std::vector<float> away = geo::distance_transform(observations.grid, mask);
  std::int64_t active = 0;
  for (const float a : away) {
    active += a <= static_cast<float>(reach_m) ? 1 : 0;
  }
  std::int64_t step = 3;
  while (active / (step * step) > most_nodes) {
    ++step;
  }
  return static_cast<std::int32_t>(step);
}

void expect_recorded(const RecordedHazard& recorded, HazardModel& model) {
  for (Observation& o : model.observations) {
    o.recorded = recorded.empty() ? 0 : recorded[o.cell];
  }
}

namespace {

/// Records of minefields tell of mines: their hazard adds to that of the fields.
void believe_records(const evidence::Observations& observations, const LearntClass* learnt, ClassPosterior& posterior) {
  if (!observations.records || posterior.events || posterior.ordnance_class != evidence::OrdnanceClass::mines) {
    return;
  }
  if (learnt != nullptr) {
    posterior.findable = learnt->findable;
    posterior.recorded =
        RecordedHazard(recorded_hazard(*observations.records, posterior.findable, observations.grid.size()));
    expect_recorded(posterior.recorded, posterior.model);
    return;
  }
  std::vector<std::uint32_t> cells;
  std::vector<std::uint8_t> found;
  for (const Observation& o : posterior.model.observations) {
    if (!o.report) {
      cells.push_back(o.cell);
      found.push_back(o.found ? 1 : 0);
    }
  }
  const evidence::RecordFields& records = *observations.records;
  const std::vector<float> ground = likelihood_of_ground(observations, posterior.model.effects, cells, found);
  posterior.findable = findable_in_context(records, ground);
  posterior.recorded = RecordedHazard(recorded_hazard(records, posterior.findable, observations.grid.size()));
  expect_recorded(posterior.recorded, posterior.model);
}

}  // namespace

SearchTable::SearchTable(const CountLaw& law) {
  table_.resize(table_index(kShareSteps, kDetectionSteps) + 1);
  for (int s = 0; s <= kShareSteps; ++s) {
    for (int d = 0; d <= kDetectionSteps; ++d) {
      const double share = std::max(0.02, static_cast<double>(s) / kShareSteps);
      const double detection = std::clamp(static_cast<double>(d) / kDetectionSteps, 0.01, 0.995);
      const double of_presence = detection_of_presence(law, share, detection);
      // With presence 1 the remaining mean is left / (1 - d).
      const double left = remaining_after_nothing(law, share, detection, 1.0).mean * (1 - of_presence);
      table_[table_index(s, d)] = {static_cast<float>(of_presence), static_cast<float>(left)};
    }
  }
}

const SearchMeaning& SearchTable::at(float share, float detection) const {
  const auto s = static_cast<int>(std::lround(share * kShareSteps));
  const auto d = static_cast<int>(std::lround(detection * kDetectionSteps));
  return table_[table_index(std::clamp(s, 0, kShareSteps), std::clamp(d, 0, kDetectionSteps))];
}

Observation observation_of(const evidence::SearchedCell& cell, const SearchTable& searches) {
  return {cell.cell, false, cell.found > 0, searches.at(cell.share, cell.detection).detection_of_presence, 0, 0};
}

std::vector<float> place_factors(const CountLaw& law, std::uint64_t seed, std::size_t which) {
  const double variance = std::log1p(law.by_place);
  constexpr std::size_t kFactors = 4096;
  base::Random random(seed, 500 + which);
  std::vector<float> factors;
  factors.reserve(kFactors);
  for (std::size_t i = 0; i < kFactors; ++i) {
    factors.push_back(static_cast<float>(std::exp(std::sqrt(variance) * random.normal() - 0.5 * variance)));
  }
  return factors;
}

namespace {

struct FitStart {
  std::vector<double> latent, border;
};

/// Hyperparameters from a coarser lattice and at most a share of the blocks: their likelihood is flat where the two
/// differ.
base::Result<FitStart> learn_on_coarse_lattice(const evidence::Observations& observations,
                                               const std::vector<Observation>& list, ModelOptions of_coarse,
                                               const EstimateOptions& options, const EventHistory* history,
                                               ClassPosterior& posterior, EventLaw& law) {
  of_coarse.effects = posterior.model.effects;
  HazardModel coarse =
      make_model(observations, thinned(list, observations.grid, options.most_hyper_searches), of_coarse);
  expect_recorded(posterior.recorded, coarse);
  std::optional<EventLearning> events;
  if (history != nullptr) {
    events.emplace(EventLearning{
        *history, make_model(observations, thinned(list, observations.grid, kMostCellsOfLaw), of_coarse)});
  }
  FG_TRY(const HyperFit learned,
         learn_stretched(observations, events ? &*events : nullptr, posterior.hyper, coarse, law));
  posterior.hyper = learned.best;
  return FitStart{interpolated(coarse, learned.fit.latent, posterior.model), learned.fit.border};
}

/// The model of the searches and, where reports tell, of the blocks that nobody searched, which are set aside.
Meetings lay_out(const evidence::Observations& observations, std::size_t which, std::vector<Observation> list,
                 const ModelOptions& of_model, const EstimateOptions& options, ClassPosterior& posterior) {
  UnsearchedBlocks blocks;
  const bool learnt = options.reports && options.learnt && !(*options.learnt)[which].meeting_rate.empty();
  if (learnt || reports_tell(observations, which, options)) {
    blocks = unsearched_blocks(observations, which, of_model.reach_m, options.leave_out);
    list.insert(list.end(), blocks.list.begin(), blocks.list.end());
  }
  posterior.model = make_model(observations, std::move(list), of_model);
  return set_aside(std::move(blocks.beside_searches), posterior.model);
}

/// What people met joins the fit, at the rate that it or an earlier one learned.
void hear_reports(const evidence::Observations& observations, const FieldFitter& fitter, const Meetings& meetings,
                  const LearntClass* learnt, ClassPosterior& posterior) {
  posterior.meeting_rate = learnt != nullptr ? learnt->meeting_rate
                                             : learn_meetings(observations, fitter, meetings, nullptr, posterior.model);
  posterior.reports = give_back(observations, posterior.meeting_rate, meetings, nullptr, posterior.model);
}

}  // namespace

base::Result<std::unique_ptr<ClassPosterior>> fit_class(const evidence::Observations& observations, std::size_t which,
                                                        const EstimateOptions& options) {
  auto posterior = std::make_unique<ClassPosterior>();
  posterior->ordnance_class = evidence::kOrdnanceClasses[which];
  std::optional<EventHistory> history;
  EventLaw law;
  if (observations.mode == "presence-only") {
    posterior->events.emplace();
    history.emplace(observations.reports[which], years_of(observations.reports[which], observations.until));
  }
  std::vector<std::uint32_t> with_finds;
  const LearntClass* learnt = options.learnt ? &(*options.learnt)[which] : nullptr;
  const std::vector<PositiveCell> positive = cells_with_finds(observations.searched[which], options, with_finds);
  posterior->law = learnt != nullptr ? learnt->law : fit_count_law(positive);
  posterior->searches = std::make_shared<SearchTable>(posterior->law);
  const std::vector<Observation> list = list_of(observations, which, options, *posterior->searches);
  const double reach_m = short_reach_m(observations.grid);

  posterior->hyper = first_guess(observations);
  const std::int32_t step = step_within(observations, list, reach_m, options.most_nodes);
  ModelOptions fine_options = model_options(observations, which, step, reach_m);
  fine_options.search_worth = options.left_out.search_worth;
  if (learnt != nullptr) {
    fine_options.effects = learnt->effects;
  }
  const Meetings meetings = lay_out(observations, which, list, fine_options, options, *posterior);
  believe_records(observations, learnt, *posterior);
  const HazardModel& model = posterior->model;
  posterior->law_ahead =
      learnt != nullptr ? learnt->law_ahead : law_ahead(observations, model.effects, positive, with_finds);
  const double range_m = long_range(observations.grid);
  FitStart start;
  if (learnt != nullptr) {
    posterior->hyper = learnt->hyper;
  } else if (options.hyper) {
    posterior->hyper = (*options.hyper)[which];
  } else {
    const ModelOptions coarse = model_options(observations, which, std::max(kCoarseStep, step), reach_m);
    FG_TRY(start, learn_on_coarse_lattice(observations, list, coarse, options, history ? &*history : nullptr,
                                          *posterior, law));
  }
  if (history) {
    expect_events(*history, law, observations.grid.size(), *posterior);
  }
  stretch_field(observations, posterior->hyper.stretch, posterior->model);
  FieldFitter fitter(model, range_m);
  FG_TRY(const std::vector<double> prior, fitter.prior_variance(posterior->hyper));
  if (!start.border.empty()) {
    fitter.start_at(std::move(start.latent), std::move(start.border));
  }
  if (!meetings.met.empty()) {
    FG_TRY_VOID(fitter.fit(posterior->hyper, FieldFitter::Want::mode,
                           {.bound = std::max(options.settled, fitter.roughly()), .roughly = true}));
    hear_reports(observations, fitter, meetings, learnt, *posterior);
  }
  FG_TRY(posterior->fit, fitter.fit(posterior->hyper, FieldFitter::Want::mode, to_the_end(options.settled)));
  posterior->covariance = fitter.posterior_covariance();
  posterior->weights = fitter.weights();
  if (options.keep) {
    posterior->shared_covariance = fitter.covariance_with_shared(static_cast<std::size_t>(model.short_lattice.active));
  }
  posterior->short_variance =
      interior_variance(model.short_lattice.spacing_m, std::exp(posterior->hyper.log_short_range_m),
                        std::exp(posterior->hyper.log_short_sd));
  posterior->long_variance =
      interior_variance(model.long_lattice.spacing_m, range_m, std::exp(posterior->hyper.log_long_sd));
  posterior->effect_variance = spread_of_effects(model, posterior->fit.border, nullptr);
  scale_edges(model, prior, *posterior);
  set_places(observations.grid, observations.searched[which], options, which, *posterior);
  draw_all(fitter, options, which, shared_error(posterior->law_ahead, observations.searched[which]), *posterior);
  return posterior;
}

}  // namespace firmground::estimate
