#include "estimate/state_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "base/check.h"
#include "base/packet.h"
#include "base/parallel.h"
#include "estimate/lattice_field.h"
#include "estimate/packed_draws.h"
#include "estimate/report_evidence.h"

namespace firmground::estimate {

namespace {

using evidence::Region;

constexpr std::int32_t kTileCells = 64;  ///< about so many per side

std::int32_t tile_cells(const EstimateState& state) {
  const geo::Grid& country = state.whole();
  const auto most = static_cast<std::int64_t>(std::max(country.columns, country.rows));
  auto step = std::lcm<std::int64_t>(state.together, WideSquares(country).side());
  for (const ClassState& of_class : state.classes) {
    step = std::lcm<std::int64_t>(std::min(step, most), of_class.step_cells);
  }
  // A step as wide as the country: one tile, which nothing cuts.
  return static_cast<std::int32_t>(step >= most ? most : (kTileCells + step - 1) / step * step);
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

/// Nodes of the short lattice that lie in one tile: a rectangle of its places.
struct TileNodes {
  std::int32_t first_column, first_row, columns, rows;

  std::size_t size() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
};

/// A node lies in the tile that holds the cell south-east of it; those beyond the country's last cells in the last.
TileNodes nodes_in(const Region& tile, const geo::Grid& country, std::int32_t step) {
  const auto along = [step](std::int32_t first, std::int32_t count, std::int32_t all) {
    const std::int32_t begin = first / step;
    const std::int32_t end = first + count < all ? (first + count) / step : (all + step - 1) / step + 1;
    return std::pair(begin, end - begin);
  };
  const auto [first_column, columns] = along(tile.first_column, tile.columns, country.columns);
  const auto [first_row, rows] = along(tile.first_row, tile.rows, country.rows);
  return {first_column, first_row, columns, rows};
}

/// Calls visit(place among the tile's, place in a lattice of the part) for the tile's nodes.
template <typename Visit>
void each_node(const TileNodes& nodes, const Lattice& lattice, Visit visit) {
  for (std::int32_t row = 0; row < nodes.rows; ++row) {
    for (std::int32_t column = 0; column < nodes.columns; ++column) {
      visit(static_cast<std::size_t>(row) * static_cast<std::size_t>(nodes.columns) + static_cast<std::size_t>(column),
            lattice.at(nodes.first_column + column - lattice.first_column, nodes.first_row + row - lattice.first_row));
    }
  }
}

/// What is known of a class by node and by cell, while it is cut into tiles.
struct WholeClass {
  const ClassState& state;
  Lattice lattice;  ///< `node`: place in the latent vector

  WholeClass(const ClassState& of_class, const geo::Grid& country)
      : state(of_class), lattice(make_lattice(country, of_class.step_cells, {}, country)) {
    FG_CHECK(state.active.size() == lattice.node.size());
    std::int32_t node = 0;
    for (std::size_t place = 0; place < state.active.size(); ++place) {
      lattice.node[place] = state.active[place] != 0 ? node++ : -1;
    }
  }
};

void put_class(base::PacketWriter& out, const WholeClass& whole, const geo::Grid& country, const Region& tile) {
  const ClassState& state = whole.state;
  const std::size_t draws = state.count_draws.size();
  const TileNodes nodes = nodes_in(tile, country, state.step_cells);
  std::vector<std::uint8_t> active(nodes.size(), 0);
  std::vector<float> latent;
  std::vector<float> scale;
  std::vector<float> of_draws;
  each_node(nodes, whole.lattice, [&](std::size_t of_tile, std::size_t place) {
    if (whole.lattice.node[place] >= 0) {
      const auto node = static_cast<std::size_t>(whole.lattice.node[place]);
      active[of_tile] = 1;
      latent.push_back(state.latent[node]);
      scale.push_back(state.variance_scale[node]);
      const float* from = state.latent_draws.data() + node * draws;
      of_draws.insert(of_draws.end(), from, from + draws);
    }
  });
  out.put(runs_of(active));
  out.put(latent);
  out.put(scale);
  put_draws(out, packed(of_draws.data(), draws, latent));
  std::vector<evidence::SearchedCell> seen;
  std::vector<float> weight;
  evidence::each_entry_in(state.seen, country, tile, [&](const evidence::SearchedCell& searched, std::uint32_t cell) {
    weight.push_back(state.weight[static_cast<std::size_t>(&searched - state.seen.data())]);
    seen.push_back(searched);
    seen.back().cell = cell;
  });
  out.put(seen);
  out.put(weight);
  out.put(evidence::entries_in(state.blocks, country, tile));
  out.put(evidence::entries_in(state.reports, country, tile));
  out.put(evidence::entries_in(state.kinds_seen, country, tile));
}

std::string tile_to_bytes(const EstimateState& state, const std::vector<WholeClass>& classes, const Region& tile) {
  base::PacketWriter out;
  out.put(runs_of(evidence::values_in(state.processed, state.grid, tile)));
  for (const std::vector<float>* values : {&state.statements, &state.outcomes}) {
    out.put(values->empty() ? std::vector<std::uint32_t>{}
                            : runs_of_values(evidence::values_in(*values, state.grid, tile)));
  }
  for (const WholeClass& of_class : classes) {
    put_class(out, of_class, state.grid, tile);
  }
  return std::move(out).bytes();
}

/// One tile, read.
struct ClassOfTile {
  std::vector<std::uint8_t> active;
  std::vector<float> latent;
  std::vector<float> scale;
  PackedDraws draws;
  std::vector<evidence::SearchedCell> seen;
  std::vector<float> weight;
  std::vector<KeptBlock> blocks;
  std::vector<KeptReport> reports;
  std::vector<evidence::KindCount> kinds_seen;
};
struct Tile {
  Region region;
  std::vector<std::uint8_t> processed;
  std::vector<float> statements;
  std::vector<float> outcomes;
  std::vector<ClassOfTile> classes;
};

ClassOfTile class_of(base::KeptReader& in, const geo::Grid& tile, std::size_t nodes, std::size_t draws) {
  ClassOfTile read;
  std::vector<std::uint32_t> runs;
  in.get(runs);
  read.active = flags_of(runs);
  in.get(read.latent);
  in.get(read.scale);
  read.draws = draws_of(in);
  in.get(read.seen);
  in.get(read.weight);
  in.get(read.blocks);
  in.get(read.reports);
  in.get(read.kinds_seen);
  const auto active = static_cast<std::size_t>(std::count(read.active.begin(), read.active.end(), std::uint8_t{1}));
  if (read.active.size() != nodes || read.latent.size() != active || read.scale.size() != active ||
      read.draws.unit.size() != active || read.draws.steps.size() != active * draws ||
      read.weight.size() != read.seen.size()) {
    throw std::runtime_error("it has nodes or cells of another grid");
  }
  expect_on_grid(read.seen, tile);
  expect_on_grid(read.blocks, tile);
  expect_on_grid(read.reports, tile);
  expect_on_grid(read.kinds_seen, tile);
  if (std::any_of(read.kinds_seen.begin(), read.kinds_seen.end(),
                  [](const evidence::KindCount& found) { return found.all() == 0; })) {
    throw std::runtime_error("its finds by kind are none");
  }
  return read;
}

Tile tile_of(std::string_view bytes, const EstimateState& shared, const Region& region) {
  base::KeptReader in(bytes);
  Tile tile;
  tile.region = region;
  std::vector<std::uint32_t> runs;
  in.get(runs);
  tile.processed = flags_of(runs);
  in.get(runs);
  tile.statements = values_of(runs);
  in.get(runs);
  tile.outcomes = values_of(runs);
  const auto of_tile = [&](const auto& values) { return values.empty() || values.size() == region.size(); };
  if (tile.processed.size() != region.size() || !of_tile(tile.statements) || !of_tile(tile.outcomes)) {
    throw std::runtime_error("it has cells of another grid");
  }
  const geo::Grid grid = evidence::grid_of(region, shared.grid);
  for (const ClassState& of_class : shared.classes) {
    tile.classes.push_back(
        class_of(in, grid, nodes_in(region, shared.grid, of_class.step_cells).size(), of_class.count_draws.size()));
  }
  if (!in.done()) {
    throw std::runtime_error("something follows it");
  }
  return tile;
}

/// A list by cell from those of the tiles.
template <typename Entry>
std::vector<Entry> joined(const std::vector<Tile>& tiles, const Region& part, std::size_t k,
                          std::vector<Entry> ClassOfTile::* list) {
  std::vector<Entry> result;
  for (const Tile& tile : tiles) {
    evidence::add_entries(tile.classes[k].*list, tile.region, part, result);
  }
  evidence::put_in_order(result);
  return result;
}

void join_nodes(const std::vector<Tile>& tiles, const geo::Grid& country, const geo::Grid& part, std::size_t k,
                ClassState& state) {
  const std::size_t draws = state.count_draws.size();
  Lattice lattice = make_lattice(part, state.step_cells, {}, country);
  state.active.assign(lattice.node.size(), 0);
  for (const Tile& tile : tiles) {
    each_node(nodes_in(tile.region, country, state.step_cells), lattice,
              [&](std::size_t of_tile, std::size_t place) { state.active[place] = tile.classes[k].active[of_tile]; });
  }
  std::int32_t nodes = 0;
  for (std::size_t place = 0; place < state.active.size(); ++place) {
    lattice.node[place] = state.active[place] != 0 ? nodes++ : -1;
  }
  const auto first = static_cast<std::size_t>(nodes);
  std::vector<float> latent(first);
  std::vector<float> latent_draws(first * draws);
  state.variance_scale.resize(first);
  base::parallel_for(tiles.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      const ClassOfTile& tile = tiles[t].classes[k];
      std::vector<float> of_tile(tile.latent.size() * draws);
      unpack(tile.draws, tile.latent, draws, of_tile.data());
      std::size_t from = 0;
      each_node(nodes_in(tiles[t].region, country, state.step_cells), lattice, [&](std::size_t, std::size_t place) {
        if (state.active[place] != 0) {
          const auto node = static_cast<std::size_t>(lattice.node[place]);
          latent[node] = tile.latent[from];
          state.variance_scale[node] = tile.scale[from];
          std::copy_n(of_tile.data() + from * draws, draws, latent_draws.data() + node * draws);
          ++from;
        }
      });
    }
  });
  latent.insert(latent.end(), state.latent.begin(), state.latent.end());
  latent_draws.insert(latent_draws.end(), state.latent_draws.begin(), state.latent_draws.end());
  state.latent = std::move(latent);
  state.latent_draws = std::move(latent_draws);
}

void join_class(const std::vector<Tile>& tiles, const geo::Grid& country, const Region& part, std::size_t k,
                ClassState& state) {
  join_nodes(tiles, country, evidence::grid_of(part, country), k, state);
  std::vector<std::pair<evidence::SearchedCell, float>> seen;
  for (const Tile& tile : tiles) {
    const ClassOfTile& of_class = tile.classes[k];
    for (std::size_t i = 0; i < of_class.seen.size(); ++i) {
      seen.emplace_back(of_class.seen[i], of_class.weight[i]);
      seen.back().first.cell = evidence::cell_in_part(tile.region, part, of_class.seen[i].cell);
    }
  }
  std::sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.first.cell < b.first.cell; });
  state.seen.reserve(seen.size());
  state.weight.reserve(seen.size());
  for (const auto& [searched, weight] : seen) {
    state.seen.push_back(searched);
    state.weight.push_back(weight);
  }
  state.blocks = joined(tiles, part, k, &ClassOfTile::blocks);
  state.reports = joined(tiles, part, k, &ClassOfTile::reports);
  state.kinds_seen = joined(tiles, part, k, &ClassOfTile::kinds_seen);
}

/// Values by cell from those of the tiles; empty: the tiles have none.
template <typename T>
std::vector<T> joined_values(const std::vector<Tile>& tiles, const geo::Grid& part_grid, const Region& part,
                             std::vector<T> Tile::* values) {
  std::vector<T> result;
  for (const Tile& tile : tiles) {
    if ((tile.*values).empty()) {
      continue;
    }
    result.resize(part.size());
    evidence::put_values(tile.*values, part_grid, tile.region.within(part), result);
  }
  return result;
}

}  // namespace

Tiles::Tiles(const geo::Grid& country, std::int32_t side)
    : country_(country),
      side_(side),
      along_(static_cast<std::size_t>((country.columns + side - 1) / side)),
      down_(static_cast<std::size_t>((country.rows + side - 1) / side)) {}

Region Tiles::at(std::size_t number) const {
  const auto column = static_cast<std::int32_t>(number % along_) * side_;
  const auto row = static_cast<std::int32_t>(number / along_) * side_;
  return {column, row, std::min(side_, country_.columns - column), std::min(side_, country_.rows - row)};
}

Region Tiles::holding(const Region& cells) const {
  const auto before = [this](std::int32_t cell) { return cell / side_ * side_; };
  const auto after = [this](std::int32_t cell, std::int32_t most) {
    return std::min(most, (cell + side_ - 1) / side_ * side_);
  };
  const std::int32_t first_column = before(cells.first_column);
  const std::int32_t first_row = before(cells.first_row);
  return {first_column, first_row, after(cells.first_column + cells.columns, country_.columns) - first_column,
          after(cells.first_row + cells.rows, country_.rows) - first_row};
}

std::vector<std::size_t> Tiles::of(const Region& part) const {
  std::vector<std::size_t> numbers;
  const auto side = static_cast<std::size_t>(side_);
  const auto after = [side](std::int32_t first, std::int32_t count) {
    return (static_cast<std::size_t>(first + count) + side - 1) / side;
  };
  for (std::size_t row = static_cast<std::size_t>(part.first_row) / side; row < after(part.first_row, part.rows);
       ++row) {
    for (std::size_t column = static_cast<std::size_t>(part.first_column) / side;
         column < after(part.first_column, part.columns); ++column) {
      numbers.push_back(row * along_ + column);
    }
  }
  return numbers;
}

Tiles tiles_of(const EstimateState& state) {
  return {state.whole(), tile_cells(state)};
}

StateBytes to_bytes(const EstimateState& state) {
  FG_CHECK(!state.country);
  StateBytes bytes{shared_to_bytes(state), {}};
  const std::vector<WholeClass> classes = [&] {
    std::vector<WholeClass> all;
    all.reserve(state.classes.size());
    for (const ClassState& of_class : state.classes) {
      all.emplace_back(of_class, state.grid);
    }
    return all;
  }();
  const Tiles tiles = tiles_of(state);
  bytes.tiles.resize(tiles.count());
  base::parallel_for(tiles.count(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      bytes.tiles[t] = tile_to_bytes(state, classes, tiles.at(t));
    }
  });
  return bytes;
}

base::Result<EstimateState> with_tiles(EstimateState shared, const Region& part,
                                       const std::vector<std::string_view>& tiles) {
  try {
    const geo::Grid country = shared.grid;
    const Tiles all = tiles_of(shared);
    const std::vector<std::size_t> numbers = all.of(part);
    FG_CHECK(numbers.size() == tiles.size());
    std::vector<Tile> read;
    read.reserve(tiles.size());
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      read.push_back(tile_of(tiles[t], shared, all.at(numbers[t])));
    }
    EstimateState state = std::move(shared);
    state.grid = evidence::grid_of(part, country);
    if (!(state.grid == country)) {
      state.country = country;
    }
    state.processed = joined_values(read, state.grid, part, &Tile::processed);
    state.statements = joined_values(read, state.grid, part, &Tile::statements);
    state.outcomes = joined_values(read, state.grid, part, &Tile::outcomes);
    for (std::size_t k = 0; k < state.classes.size(); ++k) {
      join_class(read, country, part, k, state.classes[k]);
    }
    return state;
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

base::Result<EstimateState> parse_estimate_state(const StateBytes& bytes) {
  FG_TRY(EstimateState shared, parse_shared_state(bytes.shared));
  const geo::Grid country = shared.grid;
  if (bytes.tiles.size() != tiles_of(shared).count()) {
    return base::fail("estimate.state_unreadable", {{"problem", "it has tiles of another grid"}});
  }
  return with_tiles(std::move(shared), {0, 0, country.columns, country.rows},
                    std::vector<std::string_view>(bytes.tiles.begin(), bytes.tiles.end()));
}

}  // namespace firmground::estimate
