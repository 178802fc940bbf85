#include "estimate/estimate_state.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "base/packet.h"
#include "estimate/map_cells.h"

namespace firmground::estimate {

namespace {

constexpr std::uint64_t kLayout = 0x4647455354303132;  // "FGEST012"

/// Draws of one row as its own largest deviation from the mean, in 16 bits.
constexpr float kSteps = 32'000;

ClassState state_of_class(const ClassPosterior& posterior, const evidence::Observations& observations) {
  ClassState state;
  state.ordnance_class = posterior.ordnance_class;
  state.learnt = {posterior.hyper,
                  posterior.law,
                  posterior.law_ahead,
                  posterior.model.effects,
                  posterior.findable,
                  posterior.meeting_rate,
                  {}};
  state.effect_variance = posterior.effect_variance;
  state.place_cells = posterior.place_cells;
  const Lattice& lattice = posterior.model.short_lattice;
  state.active.resize(lattice.node.size());
  std::transform(lattice.node.begin(), lattice.node.end(), state.active.begin(),
                 [](std::int32_t node) { return static_cast<std::uint8_t>(node >= 0 ? 1 : 0); });
  state.latent.assign(posterior.fit.latent.begin(), posterior.fit.latent.end());
  state.border = posterior.fit.border;
  state.variance_scale = posterior.variance_scale;
  state.latent_draws = posterior.latent_draws;
  state.border_draws = posterior.border_draws;
  state.count_draws = posterior.count_draws;
  state.shared_covariance = posterior.shared_covariance;
  const auto which = static_cast<std::size_t>(posterior.ordnance_class);
  state.seen = observations.searched[which];
  state.reports = kept_reports(observations.reports[which]);
  const std::int64_t searches = searches_in(posterior.model.observations);  // blocks that nobody searched follow
  state.weight.assign(posterior.weights.begin(), posterior.weights.begin() + searches);
  for (auto i = static_cast<std::size_t>(searches); i < posterior.weights.size(); ++i) {
    const Observation& o = posterior.model.observations[i];
    if (o.detection > 0) {
      state.blocks.push_back({o.cell, o.detection, static_cast<float>(posterior.weights[i]), o.found ? 1U : 0U});
    }
  }
  std::sort(state.blocks.begin(), state.blocks.end(), in_order);
  return state;
}

/// Flags as lengths of runs, the first of zeros.
std::vector<std::uint32_t> runs_of(const std::vector<std::uint8_t>& flags) {
  std::vector<std::uint32_t> runs;
  std::uint8_t now = 0;
  std::uint32_t length = 0;
  for (const std::uint8_t flag : flags) {
    if ((flag != 0) != (now != 0)) {
      runs.push_back(length);
      length = 0;
      now = flag;
    }
    ++length;
  }
  runs.push_back(length);
  return runs;
}

std::vector<std::uint8_t> flags_of(const std::vector<std::uint32_t>& runs) {
  std::vector<std::uint8_t> flags;
  std::uint8_t now = 0;
  for (const std::uint32_t run : runs) {
    if (run > std::numeric_limits<std::int32_t>::max() - flags.size()) {
      throw std::runtime_error("it has more cells than a grid");
    }
    flags.insert(flags.end(), run, now);
    now = now == 0 ? 1 : 0;
  }
  return flags;
}

/// Values of a covariate of few values as lengths of runs, each with twice its value, and 1 more; 0: not known.
std::vector<std::uint32_t> runs_of_values(const std::vector<float>& values) {
  std::vector<std::uint32_t> runs;
  for (const float value : values) {
    const auto code = std::isnan(value) ? 0U : static_cast<std::uint32_t>(2 * value) + 1;
    if (runs.empty() || runs.back() != code) {
      runs.insert(runs.end(), {0, code});
    }
    ++runs[runs.size() - 2];
  }
  return runs;
}

std::vector<float> values_of(const std::vector<std::uint32_t>& runs) {
  std::vector<float> values;
  for (std::size_t k = 0; k + 1 < runs.size(); k += 2) {
    if (runs[k] > std::numeric_limits<std::int32_t>::max() - values.size()) {
      throw std::runtime_error("it has more cells than a grid");
    }
    const std::uint32_t code = runs[k + 1];
    values.insert(values.end(), runs[k],
                  code == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(code - 1) / 2);
  }
  return values;
}

struct PackedDraws {
  std::vector<float> unit;          ///< of each row
  std::vector<std::int16_t> steps;  ///< rows x draws
};

/// The first rows are those that `mean` tells of.
PackedDraws packed(const std::vector<float>& draws, const std::vector<float>& mean) {
  PackedDraws result;
  const std::size_t each = mean.empty() ? 0 : draws.size() / mean.size();
  result.steps.reserve(draws.size());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const float* row = draws.data() + i * each;
    float largest = 1e-12F;
    for (std::size_t m = 0; m < each; ++m) {
      largest = std::max(largest, std::abs(row[m] - mean[i]));
    }
    result.unit.push_back(largest / kSteps);
    for (std::size_t m = 0; m < each; ++m) {
      result.steps.push_back(static_cast<std::int16_t>(std::lround((row[m] - mean[i]) / result.unit.back())));
    }
  }
  return result;
}

std::vector<float> unpacked(const PackedDraws& packed_draws, const std::vector<float>& mean) {
  const std::size_t each = mean.empty() ? 0 : packed_draws.steps.size() / mean.size();
  if (packed_draws.unit.size() != mean.size() || packed_draws.steps.size() != each * mean.size()) {
    throw std::runtime_error("its draws are of other nodes");
  }
  std::vector<float> draws(packed_draws.steps.size());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    for (std::size_t m = 0; m < each; ++m) {
      const std::size_t at = i * each + m;
      draws[at] = mean[i] + packed_draws.unit[i] * static_cast<float>(packed_draws.steps[at]);
    }
  }
  return draws;
}

/// One list of what is kept, read and written by the same lines.
template <typename Archive, typename Effect>
void effect_fields(Archive&& archive, Effect& effect) {
  archive(effect.name);
  archive(effect.unit);
  archive(effect.knots);
  archive(effect.mean_basis);
  archive(effect.first_column);
}

template <typename Archive, typename Law>
void law_fields(Archive&& archive, Law& law) {
  archive(law.mean);
  archive(law.shape);
  archive(law.mean_error);
  archive(law.by_place);
}

template <typename Archive, typename State>
void class_fields(Archive&& archive, State& state) {
  auto& hyper = state.learnt.hyper;
  archive(hyper.log_short_range_m);
  archive(hyper.log_short_sd);
  archive(hyper.log_long_sd);
  archive(hyper.log_smooth_precision);
  archive(hyper.stretch);
  archive(hyper.log_patchiness);
  law_fields(archive, state.learnt.law);
  law_fields(archive, state.learnt.law_ahead);
  archive(state.learnt.findable);
  archive(state.learnt.meeting_rate);
  archive(state.effect_variance);
  archive(state.step_cells);
  archive(state.place_cells);
  archive(state.latent);
  archive(state.border);
  archive(state.variance_scale);
  archive(state.border_draws);
  archive(state.count_draws);
  archive(state.shared_covariance.rows);
  archive(state.shared_covariance.columns);
  archive(state.shared_covariance.value);
  archive(state.seen);
  archive(state.weight);
  archive(state.blocks);
  archive(state.reports);
}

/// Values of fixed number.
template <typename Archive, typename Values>
void each_of(Archive&& archive, Values& values) {
  for (auto& value : values) {
    archive(value);
  }
}

template <typename Archive, typename State>
void head_fields(Archive&& archive, State& state) {
  archive(state.grid.cell_m);
  archive(state.grid.west);
  archive(state.grid.north);
  archive(state.grid.columns);
  archive(state.grid.rows);
  archive(state.seed);
  archive(state.draws);
  archive(state.left_out.search_worth);
  archive(state.left_out.untold_sd);
  archive(state.left_out.confirmed_in_vain);
  archive(state.together);
  auto alike = state.alike.sums();
  each_of(archive, alike);
  archive(state.watched);
  archive(state.watched_values);
  archive(state.covariates);
}

template <typename Archive, typename Kinds>
void kinds_fields(Archive&& archive, Kinds& kinds) {
  archive(kinds.ridge);
  each_of(archive, kinds.strength);
  archive(kinds.record_worth);
  archive(kinds.cell_concentration);
  archive(kinds.fact_concentration);
  each_of(archive, kinds.alike);
  each_of(archive, kinds.excess);
  each_of(archive, kinds.cells_of_patch);
  archive(kinds.facts);
}

template <typename Archive, typename KindSumLike>
void kind_sum_fields(Archive&& archive, KindSumLike& sum) {
  archive(sum.draws);
  each_of(archive, sum.items);
  each_of(archive, sum.variance);
  each_of(archive, sum.shared);
  archive(sum.blocks);
}

template <typename Archive, typename SumLike>
void sum_fields(Archive&& archive, SumLike& sum) {
  archive(sum.items);
  archive(sum.none);
  archive(sum.mean);
  archive(sum.variance);
  archive(sum.evidence);
  archive(sum.weight);
  archive(sum.likeliest_cell);
  archive(sum.likeliest);
  for (auto& of_class : sum.classes) {
    archive(of_class.items);
    archive(of_class.any);
    archive(of_class.any_squared);
  }
  for (auto& kind : sum.kinds) {
    archive(kind.items);
    archive(kind.cells);
  }
}

/// What a class learned of kinds, if it did.
enum class KeptKinds : std::uint8_t { left_out, none_stated, learnt };

void write_kinds(base::PacketWriter& out, const ClassState& state) {
  const std::optional<LearntKinds>& kinds = state.learnt.kinds;
  const KeptKinds kept = !kinds ? KeptKinds::left_out : !kinds->told ? KeptKinds::none_stated : KeptKinds::learnt;
  out.put(kept);
  if (kept == KeptKinds::learnt) {
    kinds_fields([&](const auto& value) { out.put(value); }, *kinds);
    out.put(kinds->ground);
    out.put(state.kinds_seen);
  }
}

void read_kinds(base::KeptReader& in, ClassState& state) {
  std::uint8_t kept = 0;
  in.get(kept);
  if (kept > static_cast<std::uint8_t>(KeptKinds::learnt)) {
    throw std::runtime_error("it says of kinds what nothing says");
  }
  if (static_cast<KeptKinds>(kept) == KeptKinds::left_out) {
    return;
  }
  LearntKinds& kinds = state.learnt.kinds.emplace();
  kinds.told = static_cast<KeptKinds>(kept) == KeptKinds::learnt;
  if (!kinds.told) {
    return;
  }
  kinds_fields([&](auto& value) { in.get(value); }, kinds);
  kinds.ground.resize(in.size_of(sizeof(std::uint64_t)));
  for (std::vector<double>& coefficients : kinds.ground) {
    in.get(coefficients);
  }
  in.get(state.kinds_seen);
  if (kinds.ground.size() + 1 != evidence::kinds_of(state.ordnance_class)) {
    throw std::runtime_error("it has other kinds of items");
  }
}

/// Whether sums and finds by kind are of this grid and these draws.
void check_kinds(const EstimateState& state) {
  const KindSum& sum = state.nation_by_kind;
  const bool told = std::any_of(state.classes.begin(), state.classes.end(),
                                [](const ClassState& of_class) { return of_class.learnt.kinds.has_value(); });
  const std::size_t blocks = told ? kind_blocks(state.whole()) : 0;
  const std::size_t draws = told ? kKinds * static_cast<std::size_t>(state.draws) : 0;
  if (sum.draws.size() != draws || sum.blocks.size() != blocks) {
    throw std::runtime_error("its sums by kind are of another grid");
  }
  for (const ClassState& of_class : state.classes) {
    for (const evidence::KindCount& found : of_class.kinds_seen) {
      if (found.cell >= state.grid.size() || found.all() == 0) {
        throw std::runtime_error("its finds by kind are of another grid");
      }
    }
  }
}

void write_class(base::PacketWriter& out, const ClassState& state) {
  const auto put = [&](const auto& value) { out.put(value); };
  out.put(static_cast<std::uint8_t>(state.ordnance_class));
  class_fields(put, state);
  out.put(runs_of(state.active));
  const PackedDraws draws = packed(state.latent_draws, state.latent);
  out.put(draws.unit);
  out.put(draws.steps);
  out.put(static_cast<std::uint64_t>(state.learnt.effects.size()));
  for (const SmoothEffect& effect : state.learnt.effects) {
    effect_fields(put, effect);
    out.put(static_cast<std::uint8_t>(effect.categories ? 1 : 0));
    out.put(effect.labels);
    out.put(effect.statements);
  }
  write_kinds(out, state);
}

ClassState read_class(base::KeptReader& in) {
  ClassState state;
  const auto get = [&](auto& value) { in.get(value); };
  std::uint8_t ordnance_class = 0;
  in.get(ordnance_class);
  state.ordnance_class = static_cast<evidence::OrdnanceClass>(ordnance_class);
  class_fields(get, state);
  std::vector<std::uint32_t> runs;
  in.get(runs);
  state.active = flags_of(runs);
  PackedDraws draws;
  in.get(draws.unit);
  in.get(draws.steps);
  state.latent_draws = unpacked(draws, state.latent);
  state.learnt.effects.resize(in.size_of(1));
  for (SmoothEffect& effect : state.learnt.effects) {
    effect_fields(get, effect);
    std::uint8_t categories = 0;
    in.get(categories);
    effect.categories = categories != 0;
    in.get(effect.labels);
    in.get(effect.statements);
  }
  read_kinds(in, state);
  return state;
}

Sum read_sum(base::KeptReader& in, std::size_t classes) {
  Sum sum(0, classes);
  sum_fields([&](auto& value) { in.get(value); }, sum);
  return sum;
}

/// What others find their way by.
void check_cells(const EstimateState& state) {
  const auto of_grid = [&](const auto& values) { return values.empty() || values.size() == state.grid.size(); };
  if (state.processed.size() != state.grid.size() || !of_grid(state.statements) || !of_grid(state.outcomes)) {
    throw std::runtime_error("it has cells of another grid");
  }
  std::array<bool, evidence::kOrdnanceClasses.size()> known{};
  for (const ClassState& of_class : state.classes) {
    const auto which = static_cast<std::size_t>(of_class.ordnance_class);
    if (which >= known.size() || std::exchange(known[which], true)) {
      throw std::runtime_error("it has a class of ordnance that is none, or one twice");
    }
    expect_on_grid(of_class.seen, state.grid);
    expect_on_grid(of_class.blocks, state.grid);
    expect_on_grid(of_class.reports, state.grid);
    expect_on_grid(of_class.kinds_seen, state.grid);
  }
}

EstimateState read_state(base::KeptReader& in) {
  std::uint64_t layout = 0;
  in.get(layout);
  if (layout != kLayout) {
    throw std::runtime_error("it is of another version of the program");
  }
  EstimateState state;
  head_fields([&](auto& value) { in.get(value); }, state);
  if (state.together < 1) {
    throw std::runtime_error("its map has no cells");
  }
  if (!state.watched.empty() && state.watched.back() >= state.grid.size()) {
    throw std::runtime_error("it watches cells of another grid");
  }
  if (!state.watched_values.empty() && state.watched_values.size() != state.watched.size() * state.covariates.size()) {
    throw std::runtime_error("it watches cells of other covariates");
  }
  std::vector<std::uint32_t> runs;
  in.get(runs);
  state.processed = flags_of(runs);
  in.get(runs);
  state.statements = values_of(runs);
  in.get(runs);
  state.outcomes = values_of(runs);
  const std::size_t classes = in.size_of(1);
  for (std::size_t k = 0; k < classes; ++k) {
    state.classes.push_back(read_class(in));
  }
  state.nation = read_sum(in, 0);
  kind_sum_fields([&](auto& value) { in.get(value); }, state.nation_by_kind);
  const std::size_t polygons = in.size_of(1);
  for (std::size_t k = 0; k < polygons; ++k) {
    std::string id;
    in.get(id);
    PolygonSum& polygon = state.polygons[id];
    in.get(polygon.area_m2);
    in.get(polygon.cells);
    polygon.sum = read_sum(in, classes);
  }
  if (!in.done()) {
    throw std::runtime_error("something follows it");
  }
  check_cells(state);
  check_kinds(state);
  return state;
}

}  // namespace

std::vector<KeptReport> kept_reports(const std::vector<evidence::Report>& reports) {
  std::vector<KeptReport> kept;
  for (const evidence::Report& report : reports) {
    if (kept.empty() || kept.back().cell != report.cell) {
      kept.push_back({report.cell, 0});
    }
    kept.back().vague |= report.vague ? 1U : 0U;
  }
  return kept;
}

std::vector<std::uint32_t> watched_cells(const geo::Grid& modelled, std::int32_t together, const geo::Raster& map) {
  constexpr float kLooked = 0.01F;    // P(any): where numbers are promised
  constexpr std::int32_t kEvery = 3;  // covariates and the long field are smooth
  const MapCells cells(modelled, together);
  std::vector<std::uint32_t> watched;
  for (std::int32_t row = 0; row < modelled.rows; row += kEvery) {
    for (std::int32_t column = 0; column < modelled.columns; column += kEvery) {
      const auto cell = static_cast<std::uint32_t>(modelled.index(column, row));
      if (map.bands[0][cells.of(cell)] > kLooked) {
        watched.push_back(cell);
      }
    }
  }
  return watched;
}

std::vector<float> values_at(const std::vector<std::uint32_t>& cells,
                             const std::vector<evidence::CovariateField>& covariates) {
  std::vector<float> values;
  values.reserve(cells.size() * covariates.size());
  for (const std::uint32_t cell : cells) {
    for (const evidence::CovariateField& field : covariates) {
      values.push_back(field.at(cell));
    }
  }
  return values;
}

EstimateState state_of(const evidence::Observations& observations, const EstimateOptions& options,
                       const Posteriors& posteriors, const KindMap* kinds, const std::vector<PolygonCells>& polygons,
                       const CountryMap& map) {
  EstimateState state;
  state.grid = observations.grid;
  state.seed = options.seed;
  state.draws = options.draws;
  state.left_out = options.left_out;
  state.together = options.together;
  state.alike = map.parts.alike;
  for (const evidence::CovariateField& field : observations.covariates) {
    state.covariates.push_back(field.name);
    if (field.statements) {
      state.statements = field.value;
    }
    if (field.tells_outcome) {
      state.outcomes = field.value;
    }
  }
  state.processed = observations.processed;
  for (std::size_t k = 0; k < posteriors.size(); ++k) {
    const ClassPosterior& posterior = *posteriors[k];
    ClassState& of_class = state.classes.emplace_back(state_of_class(posterior, observations));
    of_class.step_cells =
        static_cast<std::int32_t>(std::lround(posterior.model.short_lattice.spacing_m / observations.grid.cell_m));
    if (kinds != nullptr) {
      of_class.learnt.kinds = kinds->learnt(k);
      of_class.kinds_seen = observations.kinds[static_cast<std::size_t>(posterior.ordnance_class)].cells;
    }
  }
  state.nation = map.nation;
  state.nation_by_kind = map.kinds.value_or(KindSum{});
  for (std::size_t p = 0; p < polygons.size(); ++p) {
    if (polygons[p].size() > kLargePolygon) {
      state.polygons[polygons[p].id] = {polygons[p].area_m2, polygons[p].cells.size(), map.polygons[p]};
    }
  }
  return state;
}

std::string to_bytes(const EstimateState& state) {
  base::PacketWriter out;
  const auto put = [&](const auto& value) { out.put(value); };
  out.put(kLayout);
  head_fields(put, state);
  out.put(runs_of(state.processed));
  out.put(runs_of_values(state.statements));
  out.put(runs_of_values(state.outcomes));
  out.put(static_cast<std::uint64_t>(state.classes.size()));
  for (const ClassState& of_class : state.classes) {
    write_class(out, of_class);
  }
  sum_fields(put, state.nation);
  kind_sum_fields(put, state.nation_by_kind);
  out.put(static_cast<std::uint64_t>(state.polygons.size()));
  for (const auto& [id, polygon] : state.polygons) {
    out.put(id);
    out.put(polygon.area_m2);
    out.put(polygon.cells);
    sum_fields(put, polygon.sum);
  }
  return std::move(out).bytes();
}

base::Result<EstimateState> parse_estimate_state(const std::string& bytes) {
  try {
    base::KeptReader in(bytes);
    return read_state(in);
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

}  // namespace firmground::estimate
