#include "estimate/state_part.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "estimate/class_parts.h"
#include "estimate/lattice_field.h"
#include "estimate/report_evidence.h"
#include "estimate/window_fit.h"

namespace firmground::estimate {

namespace {

/// Nodes of the short field in the part, by their place in the part's lattice.
void take_nodes(const ClassState& from, const geo::Grid& country, const geo::Grid& part, std::size_t draws,
                ClassState& to) {
  const Lattice all = make_lattice(country, from.step_cells, {}, country);
  const Lattice of_part = make_lattice(part, from.step_cells, {}, country);
  to.active.assign(of_part.node.size(), 0);
  std::size_t node = 0;
  for (std::size_t place = 0; place < all.node.size(); ++place) {
    if (from.active[place] == 0) {
      continue;
    }
    const auto width = static_cast<std::size_t>(all.columns);
    const auto column = static_cast<std::int32_t>(place % width) - of_part.first_column;
    const auto row = static_cast<std::int32_t>(place / width) - of_part.first_row;
    if (column >= 0 && column < of_part.columns && row >= 0 && row < of_part.rows) {
      to.active[of_part.at(column, row)] = 1;
      to.latent.push_back(from.latent[node]);
      to.variance_scale.push_back(from.variance_scale[node]);
      const auto begin = from.latent_draws.begin() + static_cast<std::ptrdiff_t>(node * draws);
      to.latent_draws.insert(to.latent_draws.end(), begin, begin + static_cast<std::ptrdiff_t>(draws));
    }
    ++node;
  }
  const auto of_long = static_cast<std::ptrdiff_t>(node);
  to.latent.insert(to.latent.end(), from.latent.begin() + of_long, from.latent.end());
  to.latent_draws.insert(to.latent_draws.end(),
                         from.latent_draws.begin() + of_long * static_cast<std::ptrdiff_t>(draws),
                         from.latent_draws.end());
}

ClassState class_of_part(const ClassState& from, const geo::Grid& country, const evidence::Region& part,
                         std::size_t draws) {
  ClassState to;
  to.ordnance_class = from.ordnance_class;
  to.learnt = from.learnt;
  to.effect_variance = from.effect_variance;
  to.step_cells = from.step_cells;
  to.place_cells = from.place_cells;
  to.border = from.border;
  to.border_draws = from.border_draws;
  to.count_draws = from.count_draws;
  to.shared_covariance = from.shared_covariance;
  take_nodes(from, country, evidence::grid_of(part, country), draws, to);
  evidence::each_entry_in(from.seen, country, part, [&](const evidence::SearchedCell& searched, std::uint32_t cell) {
    to.weight.push_back(from.weight[static_cast<std::size_t>(&searched - from.seen.data())]);
    to.seen.push_back(searched);
    to.seen.back().cell = cell;
  });
  to.blocks = evidence::entries_in(from.blocks, country, part);
  to.reports = evidence::entries_in(from.reports, country, part);
  to.kinds_seen = evidence::entries_in(from.kinds_seen, country, part);
  return to;
}

}  // namespace

std::int32_t part_step(const EstimateState& state) {
  std::int32_t step = std::lcm(state.together, WideSquares(state.whole()).side());
  for (const ClassState& of_class : state.classes) {
    step = std::lcm(step, of_class.step_cells);
  }
  return step;
}

evidence::Region part_round(const EstimateState& state, const evidence::Region& cells_of_country, std::int32_t cells) {
  const std::int32_t step = part_step(state);
  const geo::Grid& country = state.whole();
  const evidence::Region about = evidence::grown(cells_of_country, country, cells);
  evidence::Region part;
  part.first_column = about.first_column / step * step;
  part.first_row = about.first_row / step * step;
  const auto after = [step](std::int32_t first, std::int32_t count, std::int32_t most) {
    return std::min(most, (first + count + step - 1) / step * step);
  };
  part.columns = after(about.first_column, about.columns, country.columns) - part.first_column;
  part.rows = after(about.first_row, about.rows, country.rows) - part.first_row;
  return part;
}

std::int32_t window_reach(const EstimateState& state) {
  // What carries the field near the window, and what is beside that, decides which nodes it has.
  const auto carried = static_cast<std::int32_t>(std::ceil(short_reach_m(state.grid) / state.grid.cell_m));
  std::int32_t most = 0;
  for (const ClassState& of_class : state.classes) {
    const std::int32_t step = of_class.step_cells;
    most = std::max(most, step * (window_margin(of_class, state.grid) + 4) + 3 * carried + 4 * step);
  }
  return most + WideSquares(state.whole()).side();
}

EstimateState part_of(const EstimateState& state, const evidence::Region& part) {
  FG_CHECK(!state.country);
  const geo::Grid& country = state.grid;
  EstimateState result;
  result.grid = evidence::grid_of(part, country);
  result.country = country;
  result.seed = state.seed;
  result.draws = state.draws;
  result.left_out = state.left_out;
  result.together = state.together;
  result.alike = state.alike;
  result.watched = state.watched;
  result.watched_values = state.watched_values;
  result.covariates = state.covariates;
  result.processed = evidence::values_in(state.processed, country, part);
  for (auto values : {&EstimateState::outcomes, &EstimateState::statements}) {
    if (!(state.*values).empty()) {
      result.*values = evidence::values_in(state.*values, country, part);
    }
  }
  for (const ClassState& of_class : state.classes) {
    result.classes.push_back(class_of_part(of_class, country, part, static_cast<std::size_t>(state.draws)));
  }
  result.nation = state.nation;
  result.nation_by_kind = state.nation_by_kind;
  result.polygons = state.polygons;
  return result;
}

}  // namespace firmground::estimate
