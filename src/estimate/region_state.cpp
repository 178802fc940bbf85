#include "estimate/region_state.h"

#include <algorithm>
#include <utility>

#include "base/packet.h"
#include "estimate/region_posterior.h"
#include "estimate/sum_packet.h"

namespace firmground::estimate {

namespace {

/// Where a window's cells and nodes lie in the country, and which of them are the region's own.
class Own {
 public:
  Own(const RegionGround& ground, std::size_t rank)
      : own_(ground.owned[rank]), window_(ground.window), country_(ground.observations.whole()) {}

  std::uint32_t cell(std::uint32_t of_window) const { return evidence::cell_of_country(window_, country_, of_window); }
  bool has_cell(std::uint32_t of_window) const {
    return evidence::cell_in(own_, country_, cell(of_window)).has_value();
  }
  bool has_node(std::int32_t column, std::int32_t row, std::int32_t step) const {
    const NodeCell at = cell_of_node(country_, column, row, step);
    return own_.has(at.column, at.row);
  }

 private:
  evidence::Region own_;
  evidence::Region window_;
  geo::Grid country_;
};

/// Entries of own cells, by cells of the country; `kept`: their places in the list.
template <typename Entry>
std::vector<Entry> own_entries(const std::vector<Entry>& list, const Own& own, std::vector<std::size_t>& kept) {
  std::vector<Entry> result;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (own.has_cell(list[i].cell)) {
      result.push_back(list[i]);
      result.back().cell = own.cell(list[i].cell);
      kept.push_back(i);
    }
  }
  return result;
}

/// Nodes that are the region's own: their places in the country's lattice, ascending, and what the fit says of each.
struct NodesTold {
  std::vector<std::uint32_t> place;
  std::vector<float> latent;
  std::vector<float> scale;
  std::vector<float> draws;
};

NodesTold own_nodes(const ClassState& state, const Lattice& lattice, std::int32_t columns_of_country, std::size_t draws,
                    const Own& own) {
  NodesTold told;
  std::size_t node = 0;
  for (std::int32_t row = 0; row < lattice.rows; ++row) {
    for (std::int32_t column = 0; column < lattice.columns; ++column) {
      if (lattice.node[lattice.at(column, row)] < 0) {
        continue;
      }
      const std::int32_t c = lattice.first_column + column;
      const std::int32_t r = lattice.first_row + row;
      if (own.has_node(c, r, state.step_cells)) {
        told.place.push_back(static_cast<std::uint32_t>(r) * static_cast<std::uint32_t>(columns_of_country) +
                             static_cast<std::uint32_t>(c));
        told.latent.push_back(state.latent[node]);
        told.scale.push_back(state.variance_scale[node]);
        const auto begin = state.latent_draws.begin() + static_cast<std::ptrdiff_t>(node * draws);
        told.draws.insert(told.draws.end(), begin, begin + static_cast<std::ptrdiff_t>(draws));
      }
      ++node;
    }
  }
  return told;
}

void put_class(base::PacketWriter& packet, const ClassState& state, const ClassPosterior& posterior,
               std::int32_t columns_of_country, std::size_t draws, const Own& own) {
  const NodesTold nodes = own_nodes(state, posterior.model.short_lattice, columns_of_country, draws, own);
  packet.put(nodes.place);
  packet.put(nodes.latent);
  packet.put(nodes.scale);
  packet.put(nodes.draws);
  std::vector<std::size_t> kept;
  packet.put(own_entries(state.seen, own, kept));
  std::vector<float> weight;
  weight.reserve(kept.size());
  for (const std::size_t i : kept) {
    weight.push_back(state.weight[i]);
  }
  packet.put(weight);
  packet.put(own_entries(state.blocks, own, kept));
  packet.put(own_entries(state.reports, own, kept));
  packet.put(own_entries(state.kinds_seen, own, kept));
}

/// What came of one class from all regions, until it is put in order.
struct ClassTold {
  std::map<std::uint32_t, std::pair<std::size_t, std::size_t>> node;  ///< by place: the region and its place there
  std::vector<NodesTold> nodes;                                       ///< by region
  std::vector<std::pair<evidence::SearchedCell, float>> seen;
  std::vector<KeptBlock> blocks;
  std::vector<KeptReport> reports;
  std::vector<evidence::KindCount> kinds_seen;
};

template <typename Entry>
void append(base::PacketReader& packet, std::vector<Entry>& to) {
  std::vector<Entry> entries;
  packet.get(entries);
  to.insert(to.end(), entries.begin(), entries.end());
}

void get_class(base::PacketReader& packet, ClassTold& told) {
  NodesTold& nodes = told.nodes.emplace_back();
  packet.get(nodes.place);
  packet.get(nodes.latent);
  packet.get(nodes.scale);
  packet.get(nodes.draws);
  for (std::size_t i = 0; i < nodes.place.size(); ++i) {
    told.node[nodes.place[i]] = {told.nodes.size() - 1, i};
  }
  std::vector<evidence::SearchedCell> seen;
  std::vector<float> weight;
  packet.get(seen);
  packet.get(weight);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    told.seen.emplace_back(seen[i], weight[i]);
  }
  append(packet, told.blocks);
  append(packet, told.reports);
  append(packet, told.kinds_seen);
}

constexpr auto kByCell = [](const auto& a, const auto& b) { return a.cell < b.cell; };

/// The first process's window state -> the country's; what all regions share stays as it is.
void put_in_order(ClassTold told, std::size_t places, std::size_t draws, std::size_t nodes_of_window,
                  ClassState& state) {
  const auto of_window = static_cast<std::ptrdiff_t>(nodes_of_window);
  std::vector<float> latent;
  std::vector<float> latent_draws;
  state.active.assign(places, 0);
  state.variance_scale.clear();
  for (const auto& [place, from] : told.node) {
    const auto& [region, i] = from;
    const NodesTold& nodes = told.nodes[region];
    state.active[place] = 1;
    state.variance_scale.push_back(nodes.scale[i]);
    latent.push_back(nodes.latent[i]);
    const auto begin = nodes.draws.begin() + static_cast<std::ptrdiff_t>(i * draws);
    latent_draws.insert(latent_draws.end(), begin, begin + static_cast<std::ptrdiff_t>(draws));
  }
  latent.insert(latent.end(), state.latent.begin() + of_window, state.latent.end());
  latent_draws.insert(latent_draws.end(), state.latent_draws.begin() + of_window * static_cast<std::ptrdiff_t>(draws),
                      state.latent_draws.end());
  state.latent = std::move(latent);
  state.latent_draws = std::move(latent_draws);
  std::sort(told.seen.begin(), told.seen.end(),
            [](const auto& a, const auto& b) { return a.first.cell < b.first.cell; });
  state.seen.clear();
  state.weight.clear();
  for (const auto& [cell, weight] : told.seen) {
    state.seen.push_back(cell);
    state.weight.push_back(weight);
  }
  std::sort(told.blocks.begin(), told.blocks.end(), in_order);
  state.blocks = std::move(told.blocks);
  std::sort(told.reports.begin(), told.reports.end(), kByCell);
  state.reports = std::move(told.reports);
  std::sort(told.kinds_seen.begin(), told.kinds_seen.end(), kByCell);
  state.kinds_seen = std::move(told.kinds_seen);
}

std::string told_here(const EstimateState& local, const RegionGround& ground, const Posteriors& posteriors,
                      const std::vector<std::int32_t>& columns_of_lattice, const PolygonSums& polygons,
                      std::size_t rank) {
  base::PacketWriter packet;
  const Own own(ground, rank);
  for (std::size_t k = 0; k < posteriors.size(); ++k) {
    put_class(packet, local.classes[k], *posteriors[k], columns_of_lattice[k], static_cast<std::size_t>(local.draws),
              own);
  }
  const evidence::Region part = ground.owned[rank].within(ground.window);
  packet.put(evidence::values_in(local.processed, ground.observations.grid, part));
  for (const std::vector<float>* values : {&local.outcomes, &local.statements}) {
    if (!values->empty()) {
      packet.put(evidence::values_in(*values, ground.observations.grid, part));
    }
  }
  for (const auto& [asked, sum] : polygons) {
    if (ground.sizes[asked] > kLargePolygon) {
      packet.put(asked);
      put(packet, *sum);
    }
  }
  return std::move(packet).bytes();
}

}  // namespace

std::shared_ptr<EstimateState> gathered_state(Team& team, const RegionGround& ground, const EstimateOptions& options,
                                              const Posteriors& posteriors, const KindMap* kinds, const CountryMap& map,
                                              const PolygonSums& sums, const std::vector<PolygonCells>& polygons) {
  const geo::Grid& country = ground.observations.whole();
  EstimateState state = state_of(ground.observations, options, posteriors, kinds, {}, map);
  state.confirmed.clear();  // of the window; an update of what regions leave looks at all of the country
  std::vector<std::int32_t> columns_of_lattice;
  std::vector<std::size_t> places;
  for (const ClassState& of_class : state.classes) {
    const Lattice lattice = make_lattice(country, of_class.step_cells, {}, country);
    columns_of_lattice.push_back(lattice.columns);
    places.push_back(lattice.node.size());
  }
  std::vector<std::string> to(team.size());
  to[0] = told_here(state, ground, posteriors, columns_of_lattice, sums, team.rank());
  const std::vector<std::string> sent = team.exchanged(std::move(to));
  if (!team.first()) {
    return nullptr;
  }
  std::vector<ClassTold> classes(posteriors.size());
  state.grid = country;
  state.processed.assign(country.size(), 0);
  state.outcomes.resize(state.outcomes.empty() ? 0 : country.size());
  state.statements.resize(state.statements.empty() ? 0 : country.size());
  for (std::size_t rank = 0; rank < sent.size(); ++rank) {
    base::PacketReader told(sent[rank]);
    for (ClassTold& of_class : classes) {
      get_class(told, of_class);
    }
    std::vector<std::uint8_t> processed;
    told.get(processed);
    evidence::put_values(processed, country, ground.owned[rank], state.processed);
    for (std::vector<float>* values : {&state.outcomes, &state.statements}) {
      if (!values->empty()) {
        std::vector<float> of_region;
        told.get(of_region);
        evidence::put_values(of_region, country, ground.owned[rank], *values);
      }
    }
    while (!told.done()) {
      std::uint32_t asked = 0;
      Sum sum(0, posteriors.size());
      told.get(asked);
      get(told, sum);
      state.polygons[polygons[asked].id] = {polygons[asked].area_m2, ground.sizes[asked], std::move(sum)};
    }
  }
  for (std::size_t k = 0; k < classes.size(); ++k) {
    put_in_order(std::move(classes[k]), places[k], static_cast<std::size_t>(state.draws),
                 static_cast<std::size_t>(posteriors[k]->model.short_lattice.active), state.classes[k]);
  }
  return std::make_shared<EstimateState>(std::move(state));
}

}  // namespace firmground::estimate
