#include "simulate/scattered.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

using mineaction::Device;

constexpr double kTwoPi = 2 * std::numbers::pi;

double distance_m(geo::Xy a, geo::Xy b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

double to_line_m(const LineOfContact& line, geo::Xy p) {
  double nearest_m = 1e9;
  for (std::size_t i = 0; i < line.points.size(); i += 10) {
    nearest_m = std::min(nearest_m, distance_m(line.points[i], p));
  }
  return nearest_m;
}

/// A place where withdrawing troops would leave mines, by how near the front it is.
class LikelyPlaces {
 public:
  void add(geo::Xy place, double weight) {
    places_.push_back(place);
    up_to_.push_back((up_to_.empty() ? 0 : up_to_.back()) + weight);
  }
  bool empty() const { return places_.empty(); }
  geo::Xy pick(base::Random& random) const {
    const double u = random.uniform() * up_to_.back();
    const auto at = static_cast<std::size_t>(std::upper_bound(up_to_.begin(), up_to_.end(), u) - up_to_.begin());
    return places_[std::min(at, places_.size() - 1)];
  }

 private:
  std::vector<geo::Xy> places_;
  std::vector<double> up_to_;
};

double near_front(const Parameters& parameters, double metres) {
  return 0.03 + std::exp(-metres / (4 * parameters.echelon_m));
}

void add_item(const Terrain& terrain, geo::Xy p, Device device, std::vector<TrueItem>& items) {
  if (terrain.coast.on_land(p)) {
    TrueItem item;
    item.position = p;
    item.device = device;
    items.push_back(item);
  }
}

void mine_a_point(const Terrain& terrain, geo::Xy middle, double spread_m, base::Random& random,
                  std::vector<TrueItem>& items) {
  const std::int64_t mines = 2 + random.poisson(4.5);
  const Device device = random.chance(0.8) ? Device::ap_mine : Device::av_mine;
  for (std::int64_t i = 0; i < mines; ++i) {
    add_item(terrain, {middle.x + random.normal(0, spread_m), middle.y + random.normal(0, spread_m)}, device, items);
  }
}

/// Mines in gardens and paths along a part of a village's edge; the cemetery lies on the edge too.
void mine_a_village_edge(const Terrain& terrain, const Settlement& village, base::Random& random,
                         std::vector<TrueItem>& items) {
  const double facing = random.uniform(0, kTwoPi);
  const double width = random.uniform(0.3, 1.2);
  const std::int64_t mines = 6 + random.poisson(14);
  for (std::int64_t i = 0; i < mines; ++i) {
    const double angle = facing + random.uniform(-width, width);
    const double radius_m = village.radius_m + random.normal(20, 25);
    add_item(terrain,
             {village.position.x + radius_m * std::cos(angle), village.position.y + radius_m * std::sin(angle)},
             random.chance(0.9) ? Device::ap_mine : Device::av_mine, items);
  }
}

/// A footprint of submunitions: an ellipse along the line of fire.
void cluster_strike(const Terrain& terrain, geo::Xy middle, base::Random& random, std::vector<TrueItem>& items) {
  const double along_m = random.uniform(80, 180);
  const double across_m = random.uniform(30, 80);
  const double heading = random.uniform(0, kTwoPi);
  const std::int64_t duds = 10 + random.poisson(35);
  for (std::int64_t i = 0; i < duds; ++i) {
    const double a = random.normal(0, along_m);
    const double b = random.normal(0, across_m);
    add_item(terrain,
             {middle.x + a * std::cos(heading) - b * std::sin(heading),
              middle.y + a * std::sin(heading) + b * std::cos(heading)},
             Device::submunition, items);
  }
}

void artillery_target(const Terrain& terrain, geo::Xy middle, base::Random& random, std::vector<TrueItem>& items) {
  const double spread_m = random.uniform(50, 320);
  const std::int64_t duds = 2 + random.poisson(random.exponential(14));
  for (std::int64_t i = 0; i < duds; ++i) {
    add_item(terrain, {middle.x + random.normal(0, spread_m), middle.y + random.normal(0, spread_m)},
             random.chance(0.85) ? Device::uxo : Device::erw, items);
  }
}

/// Ammunition left in a dug-out: many items in one place.
void cache(const Terrain& terrain, geo::Xy middle, base::Random& random, std::vector<TrueItem>& items) {
  const std::int64_t left = 3 + random.poisson(random.exponential(18));
  for (std::int64_t i = 0; i < left; ++i) {
    add_item(terrain, {middle.x + random.normal(0, 1.2), middle.y + random.normal(0, 1.2)}, Device::axo, items);
  }
}

}  // namespace

void lay_nuisance_mines(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain,
                        const Settlements& settlements, const LineOfContact& line, std::vector<TrueItem>& items) {
  LikelyPlaces verges;
  for (const Road& road : settlements.roads) {
    for (const geo::Xy& p : resampled(road.line, 300)) {
      verges.add(p, near_front(parameters, to_line_m(line, p)));
    }
  }
  LikelyPlaces bridges;
  for (const geo::Xy& p : settlements.bridges) {
    bridges.add(p, near_front(parameters, to_line_m(line, p)));
  }
  std::vector<double> village_weight;
  double all_weight = 0;
  for (const Settlement& place : settlements.all) {
    all_weight += near_front(parameters, to_line_m(line, place.position));
    village_weight.push_back(all_weight);
  }
  const auto wanted = items.size() + static_cast<std::size_t>(parameters.nuisance_share * parameters.mines_laid);
  for (std::uint64_t group = 0; items.size() < wanted; ++group) {
    base::Random random = stream(seed, Stream::nuisance, group);
    const double kind = random.uniform();
    if (kind < 0.15 && !bridges.empty()) {
      mine_a_point(terrain, bridges.pick(random), 18, random, items);
    } else if (kind < 0.4) {
      const auto at = std::upper_bound(village_weight.begin(), village_weight.end(), random.uniform() * all_weight) -
                      village_weight.begin();
      mine_a_village_edge(terrain, settlements.all[std::min(static_cast<std::size_t>(at), settlements.all.size() - 1)],
                          random, items);
    } else {
      const geo::Xy p = verges.pick(random);
      mine_a_point(terrain, {p.x + random.normal(0, 25), p.y + random.normal(0, 25)}, 9, random, items);
    }
  }
}

void shell(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain, const Settlements& settlements,
           const LineOfContact& line, std::vector<TrueItem>& items) {
  LikelyPlaces villages;
  for (const Settlement& place : settlements.all) {
    villages.add(place.position, near_front(parameters, to_line_m(line, place.position)));
  }
  const auto wanted = items.size() + static_cast<std::size_t>(parameters.erw_laid);
  // Shares are of items; a strike leaves more than a shot: about 45 submunitions, 21 in a cache, 16 at a target.
  const double strikes = parameters.submunition_share / 45;
  const double caches = parameters.axo_share / 21;
  const double targets = (1 - parameters.submunition_share - parameters.axo_share) / 16;
  for (std::uint64_t cluster = 0; items.size() < wanted; ++cluster) {
    base::Random random = stream(seed, Stream::shelling, cluster);
    const double side = random.chance(0.5) ? 1 : -1;
    geo::Xy middle =
        line.offset(random.uniform(0, line.length_m()), side * random.exponential(parameters.shelling_reach_m));
    if (random.chance(0.35)) {
      const geo::Xy village = villages.pick(random);
      middle = {village.x + random.normal(0, 500), village.y + random.normal(0, 500)};
    } else if (random.chance(0.08)) {
      const double angle = random.uniform(0, kTwoPi);
      const double share = std::sqrt(random.uniform());
      const auto& ring = terrain.coast.ring();
      const geo::Xy edge =
          ring[static_cast<std::size_t>(angle / kTwoPi * static_cast<double>(ring.size())) % ring.size()];
      const geo::Xy centre = terrain.coast.centre();
      middle = {centre.x + share * (edge.x - centre.x), centre.y + share * (edge.y - centre.y)};
    }
    const double kind = random.uniform() * (strikes + caches + targets);
    if (kind < strikes) {
      cluster_strike(terrain, middle, random, items);
    } else if (kind < strikes + caches) {
      cache(terrain, middle, random, items);
    } else {
      artillery_target(terrain, middle, random, items);
    }
  }
  base::Random random = stream(seed, Stream::shelling, ~std::uint64_t{0} >> 30);
  for (int i = 0; i < static_cast<int>(parameters.booby_traps); ++i) {
    const geo::Xy village = villages.pick(random);
    add_item(terrain, {village.x + random.normal(0, 150), village.y + random.normal(0, 150)},
             random.chance(0.8) ? Device::booby_trap : Device::ied, items);
  }
}

}  // namespace firmground::simulate
