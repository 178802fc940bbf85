#include "estimate/window_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "base/wide_vectors.h"
#include "estimate/blocks_since.h"
#include "estimate/class_parts.h"
#include "estimate/record_context.h"

namespace firmground::estimate {

namespace {

using sparse::DenseMatrix;
using sparse::transposed;
using Mask = std::vector<std::uint8_t>;

/// Held nodes have this much precision: they move by less than rounding.
constexpr double kHeld = 1e10;
constexpr double kNotYetKnown = 1e-3;  ///< weight that a block starts from
/// And one where people met an item: from next to nothing, one in vague ground would first be taken far beyond
/// where it ends, and come back slowly.
constexpr double kNewlyMet = 0.1;

/// Flags, and those at most `reach` places away along both axes.
Mask grown(const Mask& mask, std::int32_t columns, std::int32_t rows, std::int32_t reach) {
  const auto run = [reach](std::int32_t n, std::size_t stride, const std::uint8_t* from, std::uint8_t* to) {
    std::int32_t last = -reach - 1;
    for (std::int32_t i = 0; i < n + reach; ++i) {
      last = i < n && from[static_cast<std::size_t>(i) * stride] != 0 ? i : last;
      const std::int32_t at = i - reach;
      if (at >= 0 && last >= at - reach) {
        to[static_cast<std::size_t>(at) * stride] = 1;
      }
    }
  };
  const auto width = static_cast<std::size_t>(columns);
  Mask along(mask.size(), 0);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    run(columns, 1, mask.data() + row * width, along.data() + row * width);
  }
  Mask result(mask.size(), 0);
  for (std::size_t column = 0; column < width; ++column) {
    run(rows, width, along.data() + column, result.data() + column);
  }
  return result;
}

/// A lattice of the same places with only the flagged nodes.
Lattice part_of(const Lattice& whole, const Mask& mask) {
  Lattice part = whole;
  part.active = 0;
  for (std::size_t i = 0; i < part.node.size(); ++i) {
    part.node[i] = mask[i] != 0 && whole.node[i] >= 0 ? part.active++ : -1;
  }
  return part;
}

/// Places in a lattice of its nodes, in their order.
std::vector<std::size_t> places_of(const Lattice& lattice) {
  std::vector<std::size_t> places;
  places.reserve(static_cast<std::size_t>(lattice.active));
  for (std::size_t i = 0; i < lattice.node.size(); ++i) {
    if (lattice.node[i] >= 0) {
      places.push_back(i);
    }
  }
  return places;
}

DenseMatrix block(const DenseMatrix& from, const std::vector<std::size_t>& rows,
                  const std::vector<std::size_t>& columns) {
  DenseMatrix result(rows.size(), columns.size());
  for (std::size_t j = 0; j < columns.size(); ++j) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      result(i, j) = from(rows[i], columns[j]);
    }
  }
  return result;
}

void subtract(DenseMatrix& a, const DenseMatrix& b) {
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    a.value[i] -= b.value[i];
  }
}

/// to += four columns times their weights, one after the other.
FG_WIDE_VECTORS void add_four(const double* columns, std::size_t rows, const double* weight, double* to) {
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = to[i];
    sum += columns[i] * weight[0];
    sum += columns[rows + i] * weight[1];
    sum += columns[2 * rows + i] * weight[2];
    sum += columns[3 * rows + i] * weight[3];
    to[i] = sum;
  }
}

DenseMatrix product(const DenseMatrix& a, const DenseMatrix& b) {
  DenseMatrix c(a.rows, b.columns);
  for (std::size_t j = 0; j < b.columns; ++j) {
    std::size_t k = 0;
    for (; k + 4 <= a.columns; k += 4) {
      add_four(a.value.data() + k * a.rows, a.rows, b.value.data() + j * b.rows + k, c.value.data() + j * c.rows);
    }
    for (; k < a.columns; ++k) {
      const double w = b(k, j);
      for (std::size_t i = 0; i < a.rows; ++i) {
        c(i, j) += a(i, k) * w;
      }
    }
  }
  return c;
}

/// What turns draws of covariance `from` into draws of covariance `to`, with little change where these agree:
/// L_to L_from^-1.
DenseMatrix turning(const DenseMatrix& from, const DenseMatrix& to) {
  // L = to L^-T.
  const DenseMatrix lower = product(to, transposed(sparse::DenseCholesky(to).inverse_of_lower()));
  return product(lower, sparse::DenseCholesky(from).inverse_of_lower());
}

std::vector<std::size_t> sequence(std::size_t begin, std::size_t end) {
  std::vector<std::size_t> result;
  for (std::size_t i = begin; i < end; ++i) {
    result.push_back(i);
  }
  return result;
}

bool same(const evidence::SearchedCell& a, const evidence::SearchedCell& b) {
  return a.cell == b.cell && a.share == b.share && a.detection == b.detection && a.found == b.found;
}

/// Posterior covariance of the short field with that at `nodes`, given long field and border.
DenseMatrix columns_given_shared(const FieldFitter& fitter, const HazardModel& model,
                                 const std::vector<std::size_t>& nodes) {
  const std::size_t n = model.latent();
  const auto first = static_cast<std::size_t>(model.short_lattice.active);
  const auto solved = [&](const std::vector<std::size_t>& at) {
    DenseMatrix unit(n, at.size());
    for (std::size_t k = 0; k < at.size(); ++k) {
      unit(at[k], k) = 1;
    }
    if (!at.empty()) {
      fitter.factor().solve(unit.value, static_cast<sparse::Index>(at.size()));
    }
    return unit;
  };
  const std::vector<std::size_t> long_nodes = sequence(first, n);
  const std::vector<std::size_t> short_nodes = sequence(0, first);
  const DenseMatrix columns = solved(nodes);
  const DenseMatrix of_long = solved(long_nodes);
  const DenseMatrix among = sparse::DenseCholesky(block(of_long, long_nodes, sequence(0, long_nodes.size()))).inverse();
  DenseMatrix result = block(columns, short_nodes, sequence(0, nodes.size()));
  subtract(result, product(block(of_long, short_nodes, sequence(0, long_nodes.size())),
                           product(among, block(columns, long_nodes, sequence(0, nodes.size())))));
  return result;
}

/// A posterior's draws less its mode: short nodes, then what is shared.
struct Deviations {
  DenseMatrix of_short;   ///< nodes x draws
  DenseMatrix of_shared;  ///< long nodes and border x draws
};

Deviations deviations_of(const ClassPosterior& posterior) {
  const std::size_t draws = posterior.count_draws.size();
  const auto first = static_cast<std::size_t>(posterior.model.short_lattice.active);
  const std::size_t of_long = posterior.model.latent() - first;
  Deviations result{DenseMatrix(first, draws), DenseMatrix(of_long + posterior.model.border(), draws)};
  for (std::size_t m = 0; m < draws; ++m) {
    for (std::size_t i = 0; i < first; ++i) {
      result.of_short(i, m) = static_cast<double>(posterior.latent_draws[i * draws + m]) - posterior.fit.latent[i];
    }
    for (std::size_t k = 0; k < of_long; ++k) {
      result.of_shared(k, m) =
          static_cast<double>(posterior.latent_draws[(first + k) * draws + m]) - posterior.fit.latent[first + k];
    }
    for (std::size_t j = 0; j < posterior.model.border(); ++j) {
      result.of_shared(of_long + j, m) =
          static_cast<double>(posterior.border_draws[j * draws + m]) - posterior.fit.border[j];
    }
  }
  return result;
}

void set_draws(const Deviations& deviations, ClassPosterior& posterior) {
  const std::size_t draws = posterior.count_draws.size();
  const auto first = static_cast<std::size_t>(posterior.model.short_lattice.active);
  const std::size_t n = posterior.model.latent();
  posterior.latent_draws.resize(n * draws);
  posterior.border_draws.resize(posterior.model.border() * draws);
  for (std::size_t m = 0; m < draws; ++m) {
    for (std::size_t i = 0; i < n; ++i) {
      const double moved = i < first ? deviations.of_short(i, m) : deviations.of_shared(i - first, m);
      posterior.latent_draws[i * draws + m] = static_cast<float>(posterior.fit.latent[i] + moved);
    }
    for (std::size_t j = 0; j < posterior.model.border(); ++j) {
      posterior.border_draws[j * draws + m] =
          static_cast<float>(posterior.fit.border[j] + deviations.of_shared(n - first + j, m));
    }
  }
}

/// How the short field follows what is shared: rows of its nodes.
DenseMatrix following(const DenseMatrix& covariance, std::size_t nodes, const DenseMatrix& shared) {
  const DenseMatrix with_shared = block(covariance, sequence(0, nodes), sequence(0, shared.rows));
  return product(with_shared, sparse::DenseCholesky(shared).inverse());
}

}  // namespace

std::int32_t window_margin(const ClassState& kept, const geo::Grid& grid) {
  const double spacing_m = kept.step_cells * grid.cell_m;
  const double margin_m = std::clamp(3 * std::exp(kept.learnt.hyper.log_short_range_m), 4 * spacing_m, 20 * spacing_m);
  return static_cast<std::int32_t>(std::ceil(margin_m / spacing_m));
}

WindowFit::WindowFit(const EstimateState& state, const ClassState& kept, const Mask& wanted)
    : kept_(kept),
      seed_(state.seed),
      search_worth_(state.left_out.search_worth),
      grid_(state.grid),
      country_(state.whole()),
      long_range_m_(long_range(country_)),
      searches_(std::make_shared<SearchTable>(kept.learnt.law)),
      place_factors_(place_factors(kept.learnt.law, state.seed, static_cast<std::size_t>(kept.ordnance_class))),
      missed_(std::make_shared<MissedFactors>(state.seed, kept.ordnance_class)),
      whole_short_(make_lattice(grid_, kept.step_cells, {}, country_)),
      whole_long_(make_lattice(country_, long_step_cells(grid_, kept.step_cells, long_range_m_), {}, country_)) {
  const Hyperparameters& hyper = kept.learnt.hyper;
  short_variance_ =
      interior_variance(whole_short_.spacing_m, std::exp(hyper.log_short_range_m), std::exp(hyper.log_short_sd));
  long_variance_ = interior_variance(whole_long_.spacing_m, long_range_m_, std::exp(hyper.log_long_sd));
  whole_short_.active = 0;
  for (std::size_t i = 0; i < whole_short_.node.size(); ++i) {
    whole_short_.node[i] = kept.active[i] != 0 ? whole_short_.active++ : -1;
  }
  const std::int32_t step = kept.step_cells;
  fitted_.assign(whole_short_.node.size(), 0);
  for (std::int32_t row = 0; row < grid_.rows; ++row) {
    for (std::int32_t column = 0; column < grid_.columns; ++column) {
      if (wanted[grid_.index(column, row)] != 0) {
        const std::int32_t c = column / step;
        const std::int32_t r = row / step;
        for (const std::size_t at : {whole_short_.at(c, r), whole_short_.at(c + 1, r), whole_short_.at(c, r + 1),
                                     whole_short_.at(c + 1, r + 1)}) {
          fitted_[at] = 1;
        }
      }
    }
  }
  fitted_ = grown(fitted_, whole_short_.columns, whole_short_.rows, window_margin(kept, grid_));
  of_model_ = grown(fitted_, whole_short_.columns, whole_short_.rows, 2);
  find_rows();
  const std::int32_t per_long = long_step_cells(grid_, step, long_range_m_) / step;
  of_long_.assign(whole_long_.node.size(), 0);
  for (std::int32_t row = 0; row + 1 < whole_short_.rows; ++row) {
    for (std::int32_t column = 0; column + 1 < whole_short_.columns; ++column) {
      if (of_model_[whole_short_.at(column, row)] != 0) {
        const std::int32_t c = (whole_short_.first_column + column) / per_long;
        const std::int32_t r = (whole_short_.first_row + row) / per_long;
        for (const std::size_t at :
             {whole_long_.at(c, r), whole_long_.at(c + 1, r), whole_long_.at(c, r + 1), whole_long_.at(c + 1, r + 1)}) {
          of_long_[at] = 1;
        }
      }
    }
  }
  name_shared(part_of(whole_long_, of_long_));
}

/// Which of the shared unknowns the window knows: its long nodes, and the border.
void WindowFit::name_shared(const Lattice& long_part) {
  for (const std::size_t place : places_of(long_part)) {
    shared_.push_back(static_cast<std::size_t>(whole_long_.node[place]));
  }
  for (std::size_t j = 0; j < kept_.border.size(); ++j) {
    shared_.push_back(static_cast<std::size_t>(whole_long_.active) + j);
  }
  shared_covariance_ = block(kept_.shared_covariance, shared_, shared_);
}

/// The rows of cells that have a corner at a node that may move.
void WindowFit::find_rows() {
  const auto width = static_cast<std::size_t>(whole_short_.columns);
  const auto first = static_cast<std::size_t>(std::find(fitted_.begin(), fitted_.end(), 1) - fitted_.begin()) / width;
  const auto after = static_cast<std::size_t>(fitted_.rend() - std::find(fitted_.rbegin(), fitted_.rend(), 1));
  const auto last = (after + width - 1) / width;  // the row after the last one of nodes
  const auto step = static_cast<std::size_t>(kept_.step_cells);
  const auto columns = static_cast<std::size_t>(grid_.columns);
  first_cell_ = static_cast<std::uint32_t>((first == 0 ? 0 : first - 1) * step * columns);
  after_cells_ = static_cast<std::uint32_t>(std::min(last * step * columns, grid_.size()));
}

/// The part of a list of ascending cells that may lie in the window.
template <typename OfCell>
std::span<const OfCell> WindowFit::of_rows(const std::vector<OfCell>& list) const {
  const auto earlier = [](const OfCell& one, std::uint32_t cell) { return one.cell < cell; };
  const auto begin = std::lower_bound(list.begin(), list.end(), first_cell_, earlier);
  return {begin, std::lower_bound(begin, list.end(), after_cells_, earlier)};
}

std::size_t WindowFit::place_in_country(std::size_t place) const {
  const auto width = static_cast<std::size_t>(whole_short_.columns);
  const auto step = static_cast<std::size_t>(kept_.step_cells);
  const std::size_t of_country = (static_cast<std::size_t>(country_.columns) + step - 1) / step + 1;
  return (place / width + static_cast<std::size_t>(whole_short_.first_row)) * of_country + place % width +
         static_cast<std::size_t>(whole_short_.first_column);
}

bool WindowFit::in_window(std::uint32_t cell) const {
  const auto columns = static_cast<std::uint32_t>(grid_.columns);
  const auto c = static_cast<std::int32_t>(cell % columns) / kept_.step_cells;
  const auto r = static_cast<std::int32_t>(cell / columns) / kept_.step_cells;
  return fitted_[whole_short_.at(c, r)] != 0 || fitted_[whole_short_.at(c + 1, r)] != 0 ||
         fitted_[whole_short_.at(c, r + 1)] != 0 || fitted_[whole_short_.at(c + 1, r + 1)] != 0;
}

/// Everything of the posterior that no fit changes.
std::unique_ptr<ClassPosterior> WindowFit::posterior_on(const evidence::Observations& observations,
                                                        const std::vector<evidence::SearchedCell>& searched,
                                                        const std::vector<KeptBlock>& blocks,
                                                        const Lattice& short_lattice, RecordedHazard recorded) const {
  auto posterior = std::make_unique<ClassPosterior>();
  posterior->ordnance_class = kept_.ordnance_class;
  posterior->hyper = kept_.learnt.hyper;
  posterior->law = kept_.learnt.law;
  posterior->law_ahead = kept_.learnt.law_ahead;
  posterior->searches = searches_;
  posterior->findable = kept_.learnt.findable;
  posterior->recorded = std::move(recorded);
  std::vector<Observation> list;
  for (const evidence::SearchedCell& cell : of_rows(searched)) {
    if (in_window(cell.cell)) {
      list.push_back(observation_of(cell, *searches_));
      list.back().recorded = posterior->recorded.empty() ? 0 : posterior->recorded[cell.cell];
    }
  }
  for (const KeptBlock& block : of_rows(blocks)) {
    if (in_window(block.cell)) {
      const float of_records = posterior->recorded.empty() ? 0 : posterior->recorded[block.cell];
      list.push_back({block.cell, false, block.met != 0, block.rate, 0, of_records, true});
    }
  }
  posterior->model = model_on(observations, std::move(list), part_of(short_lattice, of_model_),
                              part_of(whole_long_, of_long_), kept_.learnt.effects, LongPairs::all);
  posterior->model.search_worth = search_worth_;
  stretch_field(observations, kept_.learnt.hyper.stretch, posterior->model, LongPairs::all);
  posterior->short_variance = short_variance_;
  posterior->long_variance = long_variance_;
  posterior->effect_variance = kept_.effect_variance;
  posterior->count_draws = kept_.count_draws;
  posterior->place_cells = kept_.place_cells;
  posterior->place_factors = place_factors_;
  posterior->missed = missed_;
  return posterior;
}

/// What the records, which are those of the whole estimate, add.
RecordedHazard WindowFit::recorded_in(const evidence::Observations& observations) const {
  return observations.records && !kept_.learnt.findable.empty()
             ? RecordedHazard(recorded_hazard(*observations.records, kept_.learnt.findable, grid_.size()))
             : RecordedHazard();
}

/// The kept mode at the nodes of a window's model; 0 where it has no node.
std::vector<double> WindowFit::latent_of(const HazardModel& model) const {
  std::vector<double> latent;
  latent.reserve(model.latent());
  for (const std::size_t place : places_of(model.short_lattice)) {
    const std::int32_t node = whole_short_.node[place];
    latent.push_back(node < 0 ? 0.0 : static_cast<double>(kept_.latent[static_cast<std::size_t>(node)]));
  }
  for (const std::size_t place : places_of(model.long_lattice)) {
    latent.push_back(static_cast<double>(kept_.latent[static_cast<std::size_t>(whole_short_.active) +
                                                      static_cast<std::size_t>(whole_long_.node[place])]));
  }
  return latent;
}

/// The short field's own prior, nodes beside the window held; of what is shared, what `shared_prior` says.
Surroundings WindowFit::surroundings(const HazardModel& model, const DenseMatrix& shared_prior) const {
  Surroundings around;
  around.latent = model.pattern;
  std::fill(around.latent.value.begin(), around.latent.value.end(), 0.0);
  const Hyperparameters& hyper = kept_.learnt.hyper;
  around.patchiness = hyper.patchiness();
  around.short_variance = short_variance_;
  std::vector<double> values;
  precision_values(model.short_field, model.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
                   std::exp(hyper.log_short_sd), values);
  for (std::size_t k = 0; k < values.size(); ++k) {
    around.latent.value[static_cast<std::size_t>(model.short_place[k])] += values[k];
  }
  const std::vector<std::size_t> places = places_of(model.short_lattice);
  const auto entry = [&](std::size_t i, std::size_t j) -> double& {
    return around.latent.value[static_cast<std::size_t>(
        around.latent.place(static_cast<sparse::Index>(i), static_cast<sparse::Index>(j)))];
  };
  for (std::size_t i = 0; i < places.size(); ++i) {
    entry(i, i) += fitted_[places[i]] != 0 ? 0.0 : kHeld;
  }
  const std::size_t first = places.size();
  const auto of_long = static_cast<std::size_t>(model.long_lattice.active);
  const std::size_t p = model.border();
  around.cross = DenseMatrix(model.latent(), p);
  around.border = DenseMatrix(p, p);
  for (std::size_t i = 0; i < of_long; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      entry(first + i, first + j) += shared_prior(i, j);
    }
    for (std::size_t j = 0; j < p; ++j) {
      around.cross(first + i, j) = shared_prior(i, of_long + j);
    }
  }
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t i = 0; i < p; ++i) {
      around.border(i, j) = shared_prior(of_long + i, of_long + j);
    }
  }
  around.latent_centre = latent_of(model);
  std::fill_n(around.latent_centre.begin(), first, 0.0);
  around.border_centre = kept_.border;
  around.latent_pull.assign(model.latent(), 0.0);
  around.border_pull.assign(p, 0.0);
  around.weight_offset.assign(model.observations.size(), 0.0);
  return around;
}

/// What the rest of the country knows of what is shared: all that is known of it, less what the window says (eq. 34).
base::Result<void> WindowFit::learn_outside(const ClassPosterior& posterior, const std::vector<double>& weight) {
  const std::size_t q = shared_.size();
  DenseMatrix faint(q, q);
  for (std::size_t i = 0; i < q; ++i) {
    faint(i, i) = 1;
  }
  const Surroundings alone = surroundings(posterior.model, faint);
  FieldFitter fitter(posterior.model, alone);
  FG_TRY_VOID(fitter.weigh(weight));
  const DenseMatrix by_window =
      fitter.covariance_with_shared(static_cast<std::size_t>(posterior.model.short_lattice.active));
  outside_ = sparse::DenseCholesky(shared_covariance_).inverse();
  subtract(outside_, sparse::DenseCholesky(by_window).inverse());
  for (std::size_t i = 0; i < q; ++i) {
    outside_(i, i) += 1;
  }
  return {};
}

void WindowFit::take_fit(const FieldFitter& fitter, ClassPosterior& posterior) const {
  posterior.fit = fitter.fit_so_far();
  posterior.covariance = fitter.posterior_covariance();
  posterior.weights = fitter.weights();
}

base::Result<std::unique_ptr<ClassPosterior>> WindowFit::look(const evidence::Observations& before) {
  auto posterior = posterior_on(before, kept_.seen, kept_.blocks, whole_short_, recorded_in(before));
  std::vector<double> weight;
  for (const evidence::SearchedCell& cell : of_rows(kept_.seen)) {
    if (in_window(cell.cell)) {
      weight.push_back(static_cast<double>(kept_.weight[static_cast<std::size_t>(&cell - kept_.seen.data())]));
    }
  }
  for (const KeptBlock& block : of_rows(kept_.blocks)) {
    if (in_window(block.cell)) {
      weight.push_back(static_cast<double>(block.weight));
    }
  }
  FG_TRY_VOID(learn_outside(*posterior, weight));
  before_around_ = surroundings(posterior->model, outside_);
  before_ = std::make_unique<FieldFitter>(posterior->model, before_around_);
  FG_TRY_VOID(before_->stand(latent_of(posterior->model), kept_.border, weight));
  said_before_ = before_->say();
  take_fit(*before_, *posterior);
  for (const std::size_t place : places_of(posterior->model.short_lattice)) {
    posterior->variance_scale.push_back(kept_.variance_scale[static_cast<std::size_t>(whole_short_.node[place])]);
  }
  draw_before(*posterior);
  return posterior;
}

/// The kept draws of the window's nodes.
void WindowFit::draw_before(ClassPosterior& posterior) const {
  const std::size_t draws = kept_.count_draws.size();
  const auto add = [&](std::size_t node) {
    const float* from = kept_.latent_draws.data() + node * draws;
    posterior.latent_draws.insert(posterior.latent_draws.end(), from, from + draws);
  };
  for (const std::size_t place : places_of(posterior.model.short_lattice)) {
    add(static_cast<std::size_t>(whole_short_.node[place]));
  }
  for (const std::size_t place : places_of(posterior.model.long_lattice)) {
    add(static_cast<std::size_t>(whole_short_.active) + static_cast<std::size_t>(whole_long_.node[place]));
  }
  posterior.border_draws = kept_.border_draws;
}

/// The gradient that keeps the window where it was as long as nothing new is said (eq. 35).
void WindowFit::pull(const HazardModel& before, const HazardModel& now, Surroundings& around) const {
  const std::vector<std::size_t> places = places_of(now.short_lattice);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::int32_t old = before.short_lattice.node[places[i]];
    if (fitted_[places[i]] == 0) {
      const std::int32_t node = whole_short_.node[places[i]];
      around.latent_pull[i] =
          node < 0 ? 0.0 : kHeld * static_cast<double>(kept_.latent[static_cast<std::size_t>(node)]);
    } else if (old >= 0) {
      const auto at = static_cast<std::size_t>(old);
      around.latent_pull[i] = said_before_.latent_prior[at] - said_before_.latent_slope[at];
    }
  }
  const std::size_t first = places.size();
  const auto first_before = static_cast<std::size_t>(before.short_lattice.active);
  for (std::size_t k = first; k < now.latent(); ++k) {
    around.latent_pull[k] = -said_before_.latent_slope[first_before + k - first];
  }
  for (std::size_t j = 0; j < around.border_pull.size(); ++j) {
    around.border_pull[j] = -said_before_.border_slope[j];
  }
}

/// Where the weights of the window's observations start: from what they were for those that say the same, whose
/// `offset` is what a fit that was not quite settled left between their weight and their curvature.
std::vector<double> WindowFit::weights_now(const std::vector<evidence::SearchedCell>& searched,
                                           const std::vector<KeptBlock>& blocks, const ClassPosterior& before,
                                           std::vector<double>& offset) const {
  std::vector<double> weight;
  std::size_t in_before = 0;  // among the observations of the window before
  const auto follow = [&](const auto& list, const auto& kept, auto earlier, auto alike, auto start) {
    std::size_t old = 0;
    for (const auto& one : list) {
      if (!in_window(one.cell)) {
        continue;
      }
      for (; old < kept.size() && earlier(kept[old], one); ++old) {
        in_before += in_window(kept[old].cell) ? 1 : 0;
      }
      if (old < kept.size() && alike(kept[old], one)) {
        offset[weight.size()] = before.weights[in_before] - said_before_.curvature[in_before];
        weight.push_back(before.weights[in_before]);
      } else {
        weight.push_back(start(one));
      }
    }
    for (; old < kept.size(); ++old) {
      in_before += in_window(kept[old].cell) ? 1 : 0;
    }
  };
  follow(
      of_rows(searched), of_rows(kept_.seen), [](const auto& a, const auto& b) { return a.cell < b.cell; }, same,
      [](const auto&) { return std::numeric_limits<double>::quiet_NaN(); });
  follow(
      of_rows(blocks), of_rows(kept_.blocks), in_order, [](const auto& a, const auto& b) { return !in_order(b, a); },
      [](const KeptBlock& block) { return block.met != 0 ? kNewlyMet : kNotYetKnown; });
  return weight;
}

base::Result<std::unique_ptr<ClassPosterior>> WindowFit::settle(const evidence::Observations& now,
                                                                const std::vector<KeptBlock>& blocks,
                                                                const ClassPosterior& before, std::size_t more_draws) {
  const auto& searched = now.searched[static_cast<std::size_t>(kept_.ordnance_class)];
  auto posterior =
      posterior_on(now, searched, blocks, lattice_since(whole_short_, kept_, searched, blocks, grid_), before.recorded);
  const HazardModel& model = posterior->model;
  Surroundings around = surroundings(model, outside_);
  pull(before.model, model, around);
  const std::vector<double> weight = weights_now(searched, blocks, before, around.weight_offset);
  FieldFitter fitter(model, around);
  FG_TRY_VOID(fitter.stand(latent_of(model), kept_.border, weight));
  FG_TRY_VOID(fitter.settle());
  take_fit(fitter, *posterior);
  FG_TRY_VOID(scale_new_edges(*posterior));
  draw_now(fitter, before, *posterior);
  if (more_draws > 0) {
    const auto which = static_cast<std::size_t>(kept_.ordnance_class);
    posterior->more_draws = joint_draws(fitter, seed_, draw_stream(which, kMoreDraws), more_draws,
                                        shared_error(kept_.learnt.law_ahead, searched), *posterior);
  }

  std::vector<double> moved(shared_.size());
  const auto of_long = static_cast<std::size_t>(model.long_lattice.active);
  for (std::size_t k = 0; k < moved.size(); ++k) {
    moved[k] = k < of_long ? posterior->fit.latent[model.latent() - of_long + k] -
                                 before.fit.latent[before.model.latent() - of_long + k]
                           : posterior->fit.border[k - of_long] - before.fit.border[k - of_long];
  }
  sparse::DenseCholesky(shared_covariance_).solve(moved);
  shared_shift_.assign(kept_.shared_covariance.rows, 0.0);
  for (std::size_t k = 0; k < moved.size(); ++k) {
    for (std::size_t i = 0; i < shared_shift_.size(); ++i) {
      shared_shift_[i] += kept_.shared_covariance(i, shared_[k]) * moved[k];
    }
  }
  return posterior;
}

/// Nodes of searches that curve otherwise than before, and that may move: by place in the window before.
std::vector<std::size_t> WindowFit::touched(const ClassPosterior& before, const ClassPosterior& now) const {
  constexpr double kWorthTurning = 0.01;
  constexpr std::size_t kMostTurned = 500;  // dense algebra among them
  std::vector<double> at_place(whole_short_.node.size(), 0.0);
  std::vector<double> all(whole_short_.node.size(), 0.0);
  const auto add = [&](const ClassPosterior& posterior, double sign) {
    const std::vector<std::size_t> places = places_of(posterior.model.short_lattice);
    for (std::size_t i = 0; i < posterior.weights.size(); ++i) {
      const CellDesign& design = posterior.model.design[i];
      for (std::size_t k = 0; k < 4; ++k) {
        if (design.node[k] >= 0) {
          const auto w = static_cast<double>(design.weight[k]);
          at_place[places[static_cast<std::size_t>(design.node[k])]] += sign * posterior.weights[i] * w * w;
          all[places[static_cast<std::size_t>(design.node[k])]] += posterior.weights[i] * w * w;
        }
      }
    }
  };
  add(before, -1);
  add(now, 1);
  std::vector<std::pair<double, std::size_t>> nodes;  // by how much less they say than before, or more
  const std::vector<std::size_t> places = places_of(before.model.short_lattice);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double changed = std::abs(at_place[places[i]]);
    const bool stays = fitted_[places[i]] != 0 && now.model.short_lattice.node[places[i]] >= 0;
    if (stays && changed > kWorthTurning * all[places[i]] && changed > 1e-3) {
      nodes.emplace_back(-changed, i);
    }
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.resize(std::min(nodes.size(), kMostTurned));
  std::vector<std::size_t> result;
  result.reserve(nodes.size());
  for (const auto& [changed, node] : nodes) {
    result.push_back(node);
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// The kept draws, turned so that they have the new covariance: what is shared first; then, given that, the short field
/// at nodes whose searches changed, the others following; then new nodes given those beside them (eq. 36).
void WindowFit::draw_now(const FieldFitter& fitter, const ClassPosterior& before, ClassPosterior& now) const {
  const auto old_nodes = static_cast<std::size_t>(before.model.short_lattice.active);
  const auto new_nodes = static_cast<std::size_t>(now.model.short_lattice.active);
  const DenseMatrix covariance_before = before_->covariance_with_shared(0);
  const DenseMatrix covariance_now = fitter.covariance_with_shared(0);
  const std::size_t q = shared_.size();
  const DenseMatrix shared_before = block(covariance_before, sequence(old_nodes, old_nodes + q), sequence(0, q));
  const DenseMatrix shared_now = block(covariance_now, sequence(new_nodes, new_nodes + q), sequence(0, q));
  Deviations old = deviations_of(before);
  Deviations drawn;
  drawn.of_shared = product(turning(shared_before, shared_now), old.of_shared);
  subtract(old.of_short, product(following(covariance_before, old_nodes, shared_before), old.of_shared));

  const std::vector<std::size_t> places = places_of(now.model.short_lattice);
  std::vector<std::size_t> kept_at;    // nodes now that were there before
  std::vector<std::size_t> kept_from;  // and where
  std::vector<std::size_t> fresh;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::int32_t node = before.model.short_lattice.node[places[i]];
    if (node >= 0) {
      kept_at.push_back(i);
      kept_from.push_back(static_cast<std::size_t>(node));
    } else {
      fresh.push_back(i);
    }
  }
  const std::vector<std::size_t> turned = touched(before, now);
  const std::vector<std::size_t> all_draws = sequence(0, old.of_short.columns);
  if (!turned.empty()) {
    std::vector<std::size_t> turned_now;
    turned_now.reserve(turned.size());
    const std::vector<std::size_t> places_before = places_of(before.model.short_lattice);
    for (const std::size_t node : turned) {
      turned_now.push_back(static_cast<std::size_t>(now.model.short_lattice.node[places_before[node]]));
    }
    const std::vector<std::size_t> each = sequence(0, turned.size());
    const DenseMatrix columns = columns_given_shared(*before_, before.model, turned);
    const DenseMatrix among = block(columns, turned, each);
    const DenseMatrix among_now = block(columns_given_shared(fitter, now.model, turned_now), turned_now, each);
    const DenseMatrix there = block(old.of_short, turned, all_draws);
    DenseMatrix moved = product(turning(among, among_now), there);
    subtract(moved, there);
    DenseMatrix back = product(columns, product(sparse::DenseCholesky(among).inverse(), moved));
    for (std::size_t i = 0; i < back.value.size(); ++i) {
      old.of_short.value[i] += back.value[i];
    }
  }
  drawn.of_short = DenseMatrix(new_nodes, all_draws.size());
  for (const std::size_t m : all_draws) {
    for (std::size_t k = 0; k < kept_at.size(); ++k) {
      drawn.of_short(kept_at[k], m) = old.of_short(kept_from[k], m);
    }
  }
  if (!fresh.empty()) {
    draw_fresh(fitter, now.model, fresh, drawn.of_short);
  }
  const DenseMatrix follow = product(following(covariance_now, new_nodes, shared_now), drawn.of_shared);
  for (std::size_t i = 0; i < follow.value.size(); ++i) {
    drawn.of_short.value[i] += follow.value[i];
  }
  set_draws(drawn, now);
}

/// Draws at nodes that were not there before, given those within reach of the field's precision.
void WindowFit::draw_fresh(const FieldFitter& fitter, const HazardModel& model, const std::vector<std::size_t>& fresh,
                           DenseMatrix& draws) const {
  const std::vector<std::size_t> places = places_of(model.short_lattice);
  Mask mask(whole_short_.node.size(), 0);
  for (const std::size_t node : fresh) {
    mask[places[node]] = 1;
  }
  const Mask beside = grown(mask, whole_short_.columns, whole_short_.rows, 2);
  std::vector<std::size_t> given;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (beside[places[i]] != 0 && mask[places[i]] == 0) {
      given.push_back(i);
    }
  }
  const std::vector<std::size_t> each = sequence(0, fresh.size());
  const DenseMatrix columns = columns_given_shared(fitter, model, fresh);
  DenseMatrix among = block(columns, fresh, each);
  const std::vector<std::size_t> all_draws = sequence(0, draws.columns);
  DenseMatrix mean(fresh.size(), draws.columns);
  if (!given.empty()) {
    const DenseMatrix of_given = block(columns_given_shared(fitter, model, given), given, sequence(0, given.size()));
    const DenseMatrix with_given = block(columns, given, each);
    const DenseMatrix weights = product(sparse::DenseCholesky(of_given).inverse(), with_given);
    mean = product(transposed(weights), block(draws, given, all_draws));
    subtract(among, product(transposed(with_given), weights));
  }
  const DenseMatrix lower = product(among, transposed(sparse::DenseCholesky(among).inverse_of_lower()));
  DenseMatrix white(fresh.size(), draws.columns);
  for (std::size_t k = 0; k < fresh.size(); ++k) {
    base::Random random(seed_ + 131 * (static_cast<std::uint64_t>(kept_.ordnance_class) + 1),
                        place_in_country(places[fresh[k]]));
    for (std::size_t m = 0; m < draws.columns; ++m) {
      white(k, m) = random.normal();
    }
  }
  const DenseMatrix noise = product(lower, white);
  for (std::size_t m = 0; m < draws.columns; ++m) {
    for (std::size_t k = 0; k < fresh.size(); ++k) {
      draws(fresh[k], m) = mean(k, m) + noise(k, m);
    }
  }
}

/// Edges of the lattice inflate the prior variance: where nodes that came or went move the edge, anew; elsewhere as
/// kept.
base::Result<void> WindowFit::scale_new_edges(ClassPosterior& now) const {
  const std::vector<std::size_t> places = places_of(now.model.short_lattice);
  for (const std::size_t place : places) {
    const std::int32_t kept = whole_short_.node[place];
    now.variance_scale.push_back(kept < 0 ? 1.0F : kept_.variance_scale[static_cast<std::size_t>(kept)]);
  }
  Mask moved(whole_short_.node.size(), 0);
  for (std::size_t place = 0; place < moved.size(); ++place) {
    const bool was = whole_short_.node[place] >= 0;
    moved[place] = of_model_[place] != 0 && was != (now.model.short_lattice.node[place] >= 0) ? 1 : 0;
  }
  if (std::find(moved.begin(), moved.end(), 1) == moved.end()) {
    return {};
  }
  const auto near =
      static_cast<std::int32_t>(std::ceil(2 * std::exp(kept_.learnt.hyper.log_short_range_m) / whole_short_.spacing_m));
  moved = grown(moved, whole_short_.columns, whole_short_.rows, std::min(near, 10));
  FieldFitter prior_fitter(now.model, long_range_m_);
  FG_TRY(const std::vector<double> prior, prior_fitter.prior_variance(kept_.learnt.hyper));
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (moved[places[i]] != 0) {
      now.variance_scale[i] = static_cast<float>(now.short_variance / prior[i]);
    }
  }
  return {};
}

}  // namespace firmground::estimate
