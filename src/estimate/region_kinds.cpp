#include "estimate/region_kinds.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/packet.h"
#include "estimate/prediction.h"

namespace firmground::estimate {

namespace {

template <typename Packet, typename Kinds, typename Visit>
void each_member(Packet& packet, Kinds& kinds, Visit visit) {
  visit(packet, kinds.told);
  visit(packet, kinds.ground);
  visit(packet, kinds.ridge);
  visit(packet, kinds.strength);
  visit(packet, kinds.record_worth);
  visit(packet, kinds.cell_concentration);
  visit(packet, kinds.fact_concentration);
  visit(packet, kinds.alike);
  visit(packet, kinds.excess);
  visit(packet, kinds.cells_of_patch);
  visit(packet, kinds.facts);
}

std::string packed(const LearntKinds& kinds) {
  base::PacketWriter packet;
  each_member(packet, kinds, [](auto& to, const auto& member) { to.put(member); });
  return std::move(packet).bytes();
}

LearntKinds unpacked(const std::string& bytes) {
  LearntKinds kinds;
  base::PacketReader packet(bytes);
  each_member(packet, kinds, [](auto& from, auto& member) { from.get(member); });
  return kinds;
}

/// The cells ahead by P(any item of the class), each told by the region whose own it is.
std::vector<CellAhead> weighed_together(Team& team, const std::vector<std::uint32_t>& ahead, const RegionGround& ground,
                                        const CellPredictor& predictor) {
  const geo::Grid& country = ground.observations.whole();
  const evidence::Region& own = ground.owned[team.rank()];
  std::vector<std::size_t> place;
  std::vector<std::uint32_t> cells;
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    if (evidence::cell_in(own, country, ahead[i])) {
      place.push_back(i);
      cells.push_back(*evidence::cell_in(ground.window, country, ahead[i]));
    }
  }
  std::vector<double> weight(ahead.size(), 0.0);
  const std::vector<CellAhead> mine = weighed_ahead(cells, predictor);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    weight[place[i]] = mine[i].weight;
  }
  team.sum(weight);
  std::vector<CellAhead> result;
  result.reserve(ahead.size());
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    result.push_back({ahead[i], weight[i]});
  }
  return result;
}

}  // namespace

KindsGround ground_of_kinds(Team& team, evidence::Observations country) {
  base::PacketWriter packet;
  packet.put(team.first() ? sample_ahead(country) : std::vector<std::uint32_t>{});
  const std::string told = team.told(std::move(packet).bytes());
  KindsGround kinds;
  base::PacketReader(told).get(kinds.ahead);
  country.searched = {};
  country.reports = {};
  country.inside = {};
  country.processed = {};
  kinds.country = std::move(country);
  return kinds;
}

std::array<LearntClass, 2> learn_kinds(Team& team, const KindsGround& kinds, const RegionGround& ground,
                                       const Posteriors& posteriors, const EstimateOptions& options) {
  std::array<LearntClass, 2> learnt;
  for (const auto& posterior : posteriors) {
    const std::vector<CellAhead> ahead =
        weighed_together(team, kinds.ahead, ground, CellPredictor(*posterior, ground.observations, options));
    std::string bytes;
    if (team.first()) {
      bytes = packed(Composition(kinds.country, posterior->ordnance_class, posterior->model.effects, ahead).learnt());
    }
    learnt[static_cast<std::size_t>(posterior->ordnance_class)].kinds = unpacked(team.told(std::move(bytes)));
  }
  return learnt;
}

void sum_kinds(Team& team, KindSum& sum) {
  for (ByKind* one : {&sum.items, &sum.variance, &sum.shared}) {
    team.sum(*one);
  }
  team.sum(sum.draws);
  std::vector<double> blocks;
  blocks.reserve(sum.blocks.size() * kKinds);
  for (const ByKind& block : sum.blocks) {
    blocks.insert(blocks.end(), block.begin(), block.end());
  }
  team.sum(blocks);
  for (std::size_t b = 0; b < sum.blocks.size(); ++b) {
    std::copy_n(blocks.begin() + static_cast<std::ptrdiff_t>(b * kKinds), kKinds, sum.blocks[b].begin());
  }
}

}  // namespace firmground::estimate
