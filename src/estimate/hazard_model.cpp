#include "estimate/hazard_model.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/check.h"

namespace firmground::estimate {

namespace {

using sparse::Entry;
using sparse::Index;

std::vector<std::uint8_t> near_observations(const geo::Grid& grid, const std::vector<Observation>& list,
                                            double reach_m) {
  std::vector<std::uint8_t> mask(grid.size(), 0);
  for (const Observation& o : list) {
    mask[o.cell] = !o.report || o.found ? 1 : mask[o.cell];
  }
  const std::vector<float> away = geo::distance_transform(grid, mask);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask[i] = away[i] <= static_cast<float>(reach_m) ? 1 : 0;
  }
  if (list.empty()) {
    mask[0] = 1;  // a region where nobody searched has one square, with what the prior says
  }
  return mask;
}

}  // namespace

std::int64_t searches_in(const std::vector<Observation>& list) {
  return std::count_if(list.begin(), list.end(), [](const Observation& o) { return !o.report; });
}

std::vector<std::uint32_t> forecast_sample(const evidence::Observations& observations) {
  constexpr std::int64_t kMost = 50'000;
  const std::int64_t inside = std::count(observations.inside.begin(), observations.inside.end(), std::uint8_t{1});
  const std::int64_t step = std::max<std::int64_t>(1, inside / kMost);
  std::vector<std::uint32_t> sample;
  std::int64_t seen = 0;
  for (std::uint32_t cell = 0; cell < observations.inside.size(); ++cell) {
    if (observations.inside[cell] != 0 && seen++ % step == 0) {
      sample.push_back(cell);
    }
  }
  return sample;
}

namespace {

std::vector<std::uint32_t> cells_of(const std::vector<Observation>& list) {
  std::vector<std::uint32_t> cells;
  cells.reserve(list.size());
  for (const Observation& o : list) {
    cells.push_back(o.cell);
  }
  return cells;
}

std::vector<std::uint32_t> cells_searched(const std::vector<Observation>& list) {
  std::vector<std::uint32_t> cells;
  for (const Observation& o : list) {
    if (!o.report) {
      cells.push_back(o.cell);
    }
  }
  return cells;
}

/// Squares of eight nodes that hold observations, each once.
void collect_quads(HazardModel& model) {
  std::unordered_map<std::uint64_t, std::uint32_t> known;
  model.quad.reserve(model.design.size());
  for (const CellDesign& d : model.design) {
    // North-western short and long nodes name the square; without a short field its first node is -1.
    const std::uint64_t key = (static_cast<std::uint64_t>(static_cast<std::uint32_t>(d.node[0])) << 32U) |
                              static_cast<std::uint32_t>(d.node[4]);
    const auto [at, fresh] = known.try_emplace(key, static_cast<std::uint32_t>(model.quad_nodes.size()));
    if (fresh) {
      model.quad_nodes.push_back(d.node);
    }
    model.quad.push_back(at->second);
  }
}

/// Calls visit with the eight nodes of every square of the short lattice, observed or not: covariances are wanted
/// wherever cells are predicted.
template <typename Visit>
void each_square(const HazardModel& model, Visit visit) {
  const Lattice& lattice = model.short_lattice;
  for (std::int32_t row = 0; row + 1 < lattice.rows; ++row) {
    for (std::int32_t column = 0; column + 1 < lattice.columns; ++column) {
      std::array<std::int32_t, 8> nodes = {lattice.node[lattice.at(column, row)],
                                           lattice.node[lattice.at(column + 1, row)],
                                           lattice.node[lattice.at(column, row + 1)],
                                           lattice.node[lattice.at(column + 1, row + 1)],
                                           -1,
                                           -1,
                                           -1,
                                           -1};
      if (*std::min_element(nodes.begin(), nodes.begin() + 4) < 0) {
        continue;
      }
      if (!model.long_in_border) {
        const Lattice& wide = model.long_lattice;
        const LatticePlace place = place_in(wide, {lattice.west_m + (column + 0.5) * lattice.spacing_m,
                                                   lattice.north_m - (row + 0.5) * lattice.spacing_m});
        for (std::size_t k = 0; k < 4; ++k) {
          const auto right = static_cast<std::int32_t>(k % 2);
          const auto down = static_cast<std::int32_t>(k / 2);
          const std::int32_t node = wide.node[wide.at(place.column + right, place.row + down)];
          nodes[4 + k] = node < 0 ? -1 : node + lattice.active;
        }
      }
      visit(nodes);
    }
  }
}

void build_pattern(HazardModel& model, LongPairs pairs) {
  std::vector<Entry> entries;
  const auto offset = static_cast<Index>(model.short_lattice.active);
  const auto copy = [&](const sparse::SymmetricMatrix& from, Index shift) {
    for (std::size_t j = 0; j < static_cast<std::size_t>(from.n); ++j) {
      for (Index k = from.column_begin[j]; k < from.column_begin[j + 1]; ++k) {
        entries.push_back({from.row[static_cast<std::size_t>(k)] + shift, static_cast<Index>(j) + shift});
      }
    }
  };
  copy(model.short_field.pattern, 0);
  if (!model.long_in_border) {
    copy(model.long_field.pattern, offset);
  }
  for (Index i = 0; pairs == LongPairs::all && i < static_cast<Index>(model.long_lattice.active); ++i) {
    for (Index j = 0; j < i; ++j) {
      entries.push_back({i + offset, j + offset});
    }
  }
  const auto tie = [&](const std::array<std::int32_t, 8>& nodes) {
    for (std::size_t a = 0; a < 8; ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        if (nodes[a] >= 0 && nodes[b] >= 0) {
          entries.push_back({std::max(nodes[a], nodes[b]), std::min(nodes[a], nodes[b])});
        }
      }
    }
  };
  std::for_each(model.quad_nodes.begin(), model.quad_nodes.end(), tie);
  each_square(model, tie);
  model.pattern = sparse::pattern_of(static_cast<Index>(model.latent()), std::move(entries));
  const auto places = [&](const sparse::SymmetricMatrix& of, Index shift) {
    std::vector<Index> result;
    result.reserve(of.row.size());
    for (std::size_t j = 0; j < static_cast<std::size_t>(of.n); ++j) {
      for (Index k = of.column_begin[j]; k < of.column_begin[j + 1]; ++k) {
        result.push_back(
            model.pattern.place(of.row[static_cast<std::size_t>(k)] + shift, static_cast<Index>(j) + shift));
      }
    }
    return result;
  };
  model.short_place = places(model.short_field.pattern, 0);
  model.long_place = model.long_in_border ? std::vector<Index>{} : places(model.long_field.pattern, offset);
  for (const auto& nodes : model.quad_nodes) {
    std::array<std::int32_t, 36> at{};
    std::size_t pair = 0;
    for (std::size_t a = 0; a < 8; ++a) {
      for (std::size_t b = 0; b <= a; ++b, ++pair) {
        const bool there = nodes[a] >= 0 && nodes[b] >= 0;
        at[pair] = there ? static_cast<std::int32_t>(
                               model.pattern.place(std::max(nodes[a], nodes[b]), std::min(nodes[a], nodes[b])))
                         : -1;
      }
    }
    model.quad_place.push_back(at);
  }
}

}  // namespace

CellDesign cell_design(const HazardModel& model, const geo::Grid& grid, std::uint32_t cell) {
  const geo::Xy centre = grid.centre(static_cast<std::size_t>(cell));
  CellDesign design{};
  const auto fill = [&](const Lattice& lattice, std::size_t first, std::int32_t offset) {
    const LatticePlace place = place_in(lattice, centre);
    const std::array<std::size_t, 4> corner = {
        lattice.at(place.column, place.row), lattice.at(place.column + 1, place.row),
        lattice.at(place.column, place.row + 1), lattice.at(place.column + 1, place.row + 1)};
    const bool whole = std::all_of(corner.begin(), corner.end(), [&](std::size_t c) { return lattice.node[c] >= 0; });
    for (std::size_t k = 0; k < 4; ++k) {
      design.node[first + k] = whole ? lattice.node[corner[k]] + offset : -1;
      design.weight[first + k] = whole ? place.weight[k] : 0;
    }
  };
  fill(model.short_lattice, 0, 0);
  fill(model.long_lattice, 4, model.short_lattice.active);
  return design;
}

std::vector<double> interpolated(const HazardModel& from, const std::vector<double>& latent, const HazardModel& to) {
  std::vector<double> result(to.latent(), 0.0);
  const auto fill = [&](const Lattice& source, std::size_t source_offset, const Lattice& target,
                        std::size_t target_offset) {
    for (std::int32_t row = 0; row < target.rows; ++row) {
      for (std::int32_t column = 0; column < target.columns; ++column) {
        const std::int32_t node = target.node[target.at(column, row)];
        if (node < 0) {
          continue;
        }
        const LatticePlace place =
            place_in(source, {target.west_m + column * target.spacing_m, target.north_m - row * target.spacing_m});
        const std::array<std::size_t, 4> corner = {
            source.at(place.column, place.row), source.at(place.column + 1, place.row),
            source.at(place.column, place.row + 1), source.at(place.column + 1, place.row + 1)};
        double sum = 0;
        for (std::size_t k = 0; k < 4; ++k) {
          const std::int32_t at = source.node[corner[k]];
          sum += at < 0 ? 0.0
                        : static_cast<double>(place.weight[k]) * latent[static_cast<std::size_t>(at) + source_offset];
        }
        result[static_cast<std::size_t>(node) + target_offset] = sum;
      }
    }
  };
  fill(from.short_lattice, 0, to.short_lattice, 0);
  fill(from.long_lattice, static_cast<std::size_t>(from.short_lattice.active), to.long_lattice,
       static_cast<std::size_t>(to.short_lattice.active));
  return result;
}

std::int32_t long_step_cells(const geo::Grid& grid, std::int32_t short_step_cells, double long_range_m) {
  const double wanted = long_range_m / 3 / (short_step_cells * grid.cell_m);
  return short_step_cells * std::max(1, static_cast<std::int32_t>(wanted));
}

HazardModel make_model(const evidence::Observations& observations, std::vector<Observation> list,
                       const ModelOptions& options) {
  const geo::Grid& grid = observations.grid;
  const geo::Grid& whole = observations.whole();
  Lattice short_lattice =
      make_lattice(grid, options.short_step_cells, near_observations(grid, list, options.reach_m), whole);
  Lattice long_lattice =
      make_lattice(whole, long_step_cells(grid, options.short_step_cells, options.long_range_m), {}, whole);
  std::vector<SmoothEffect> effects =
      options.effects ? *options.effects
                      : smooth_effects(observations.covariates, options.ordnance_class, cells_searched(list),
                                       forecast_sample(observations), options.knots);
  HazardModel model =
      model_on(observations, std::move(list), std::move(short_lattice), std::move(long_lattice), std::move(effects));
  model.search_worth = options.search_worth;
  return model;
}

HazardModel model_on(const evidence::Observations& observations, std::vector<Observation> list, Lattice short_lattice,
                     Lattice long_lattice, std::vector<SmoothEffect> effects, LongPairs pairs) {
  HazardModel model;
  model.observations = std::move(list);
  model.short_lattice = std::move(short_lattice);
  model.long_lattice = std::move(long_lattice);
  model.effects = std::move(effects);
  model.short_field = field_precision(model.short_lattice);
  model.long_field = field_precision(model.long_lattice);
  const std::vector<std::uint32_t> cells = cells_of(model.observations);
  model.design.reserve(cells.size());
  model.basis.reserve(cells.size() * model.effects.size());
  for (const std::uint32_t cell : cells) {
    model.design.push_back(cell_design(model, observations.grid, cell));
  }
  std::vector<const evidence::CovariateField*> fields;
  for (const SmoothEffect& effect : model.effects) {
    const auto found = std::find_if(observations.covariates.begin(), observations.covariates.end(),
                                    [&](const evidence::CovariateField& f) { return f.name == effect.name; });
    FG_CHECK(found != observations.covariates.end());
    fields.push_back(&*found);
  }
  for (const std::uint32_t cell : cells) {
    for (std::size_t e = 0; e < model.effects.size(); ++e) {
      model.basis.push_back(basis_place(model.effects[e], fields[e]->at(cell)));
    }
  }
  collect_quads(model);
  build_pattern(model, pairs);
  return model;
}

void stretch_field(const evidence::Observations& observations, double ratio, HazardModel& model, LongPairs pairs) {
  if (ratio == 1 || observations.line == nullptr) {
    return;
  }
  const Lattice& lattice = model.short_lattice;
  std::vector<geo::Xy> along(static_cast<std::size_t>(lattice.active));
  for (std::int32_t row = 0; row < lattice.rows; ++row) {
    for (std::int32_t column = 0; column < lattice.columns; ++column) {
      const std::int32_t node = lattice.node[lattice.at(column, row)];
      if (node < 0) {
        continue;
      }
      const geo::Xy doubled = observations.line->doubled_at(
          {lattice.west_m + column * lattice.spacing_m, lattice.north_m - row * lattice.spacing_m});
      const double angle = std::atan2(doubled.y, doubled.x) / 2;
      const double length = std::pow(ratio, std::hypot(doubled.x, doubled.y));
      along[static_cast<std::size_t>(node)] = {length * std::cos(angle), length * std::sin(angle)};
    }
  }
  model.short_field = field_precision(lattice, along);
  model.quad_place.clear();
  build_pattern(model, pairs);
}

HazardModel with_long_in_border(HazardModel model) {
  const std::size_t first = border_columns(model.effects);
  const auto long_node = [&](const CellDesign& design, std::size_t k) {
    return static_cast<std::size_t>(design.node[4 + k] - model.short_lattice.active);
  };
  std::vector<std::uint32_t> column(static_cast<std::size_t>(model.long_lattice.active), 0);
  for (const CellDesign& design : model.design) {
    for (std::size_t k = 0; k < 4; ++k) {
      column[long_node(design, k)] = 1;
    }
  }
  for (std::uint32_t node = 0; node < column.size(); ++node) {
    if (column[node] != 0) {
      column[node] = static_cast<std::uint32_t>(first + model.long_node_of_column.size());
      model.long_node_of_column.push_back(node);
    }
  }
  for (CellDesign& design : model.design) {
    LongPlace place{};
    for (std::size_t k = 0; k < 4; ++k) {
      place.column[k] = column[long_node(design, k)];
      place.weight[k] = design.weight[4 + k];
      design.node[4 + k] = -1;
      design.weight[4 + k] = 0;
    }
    model.long_columns.push_back(place);
  }
  model.long_in_border = true;
  model.quad.clear();
  model.quad_nodes.clear();
  model.quad_place.clear();
  collect_quads(model);
  build_pattern(model, LongPairs::in_squares);
  return model;
}

}  // namespace firmground::estimate
