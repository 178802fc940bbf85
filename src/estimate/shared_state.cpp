#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/packet.h"
#include "estimate/packed_draws.h"
#include "estimate/state_tiles.h"

namespace firmground::estimate {

namespace {

constexpr std::uint64_t kLayout = 0x4647455354303132;  // "FGEST012"

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
  archive(state.border);
  archive(state.border_draws);
  archive(state.count_draws);
  archive(state.shared_covariance.rows);
  archive(state.shared_covariance.columns);
  archive(state.shared_covariance.value);
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
  archive(state.confirmed);
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
  if (kinds.ground.size() + 1 != evidence::kinds_of(state.ordnance_class)) {
    throw std::runtime_error("it has other kinds of items");
  }
}

/// Whether sums by kind are of this grid and these draws.
void check_kinds(const EstimateState& state) {
  const KindSum& sum = state.nation_by_kind;
  const bool told = std::any_of(state.classes.begin(), state.classes.end(),
                                [](const ClassState& of_class) { return of_class.learnt.kinds.has_value(); });
  const std::size_t blocks = told ? kind_blocks(state.whole()) : 0;
  const std::size_t draws = told ? kKinds * static_cast<std::size_t>(state.draws) : 0;
  if (sum.draws.size() != draws || sum.blocks.size() != blocks) {
    throw std::runtime_error("its sums by kind are of another grid");
  }
}

/// Of the latent field the long nodes alone, which come after those of tiles.
void write_class(base::PacketWriter& out, const ClassState& state) {
  const auto put = [&](const auto& value) { out.put(value); };
  out.put(static_cast<std::uint8_t>(state.ordnance_class));
  class_fields(put, state);
  const auto nodes = std::count(state.active.begin(), state.active.end(), std::uint8_t{1});
  const std::vector<float> of_long(state.latent.begin() + nodes, state.latent.end());
  out.put(of_long);
  put_draws(out, packed(state.latent_draws.data() + static_cast<std::size_t>(nodes) * state.count_draws.size(),
                        state.count_draws.size(), of_long));
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
  if (state.step_cells < 1 || state.step_cells > 10'000 || state.place_cells < 1) {
    throw std::runtime_error("its nodes have no distance");
  }
  in.get(state.latent);
  state.latent_draws.resize(state.latent.size() * state.count_draws.size());
  unpack(draws_of(in), state.latent, state.count_draws.size(), state.latent_draws.data());
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

void check_classes(const EstimateState& state) {
  std::array<bool, evidence::kOrdnanceClasses.size()> known{};
  for (const ClassState& of_class : state.classes) {
    const auto which = static_cast<std::size_t>(of_class.ordnance_class);
    if (which >= known.size() || std::exchange(known[which], true)) {
      throw std::runtime_error("it has a class of ordnance that is none, or one twice");
    }
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
  constexpr std::int32_t kMostTogether = 10'000;
  if (!(state.grid.cell_m > 0) || !std::isfinite(state.grid.cell_m) || state.grid.columns < 1 || state.grid.rows < 1 ||
      state.grid.size() >= std::numeric_limits<std::int32_t>::max()) {
    throw std::runtime_error("it is of no ground");
  }
  if (state.together < 1 || state.together > kMostTogether) {
    throw std::runtime_error("its map has no cells");
  }
  if (!state.watched.empty() && state.watched.back() >= state.grid.size()) {
    throw std::runtime_error("it watches cells of another grid");
  }
  if (!state.watched_values.empty() && state.watched_values.size() != state.watched.size() * state.covariates.size()) {
    throw std::runtime_error("it watches cells of other covariates");
  }
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
  check_classes(state);
  check_kinds(state);
  return state;
}

}  // namespace

std::string shared_to_bytes(const EstimateState& state) {
  base::PacketWriter out;
  const auto put = [&](const auto& value) { out.put(value); };
  out.put(kLayout);
  head_fields(put, state);
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

base::Result<EstimateState> parse_shared_state(std::string_view shared) {
  try {
    base::KeptReader in(shared);
    return read_state(in);
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

}  // namespace firmground::estimate
