#include "estimate/region_estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/packet.h"
#include "estimate/country_map.h"
#include "estimate/covariate_logit.h"
#include "estimate/reasons.h"
#include "estimate/record_context.h"
#include "estimate/region_besides.h"
#include "estimate/region_kinds.h"
#include "estimate/region_posterior.h"
#include "estimate/region_state.h"
#include "estimate/shared_learning.h"
#include "estimate/sum_packet.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kMines = 0;

/// How far each record is believed, from the ground under all its places (eq. 26): sums over regions.
std::vector<double> believe(Team& team, const evidence::Observations& region, const std::vector<std::uint8_t>& own,
                            const SharedLearning& learning) {
  if (learning.ground.empty() || !region.records) {
    return {};
  }
  CovariateLogit finds(region, learning.effects);
  finds.take(learning.ground);
  std::vector<float> ground(region.grid.size(), 0);
  std::vector<double> sums(2, 0.0);  // factors, cells
  for (std::uint32_t cell = 0; cell < ground.size(); ++cell) {
    if (own[cell] != 0 && region.inside[cell] != 0) {
      ground[cell] = static_cast<float>(1 / (1 + std::exp(-finds.logit(cell))));
      sums[0] += static_cast<double>(ground[cell]);
      sums[1] += 1;
    }
  }
  GroundSums under = ground_under(*region.records, ground, own);
  team.sum(sums);
  team.sum(under.factor);
  team.sum(under.chance);
  return findable_given(*region.records, log_factors(under, sums[1] / std::max(sums[0], 1e-300)));
}

/// What the first process learns of the whole country, told to all.
base::Result<SharedLearnings> learn_together(Team& team, const RegionGround& ground,
                                             const std::vector<std::uint8_t>& own, const EstimateOptions& options,
                                             std::vector<double>& findable) {
  base::Result<SharedLearnings> learned = SharedLearnings{};
  if (team.first()) {
    learned = learn_ground(ground.country, options);
  }
  FG_TRY(SharedLearnings learnings, agreed(team, std::move(learned)));
  learnings = unpacked(team.told(packed(learnings)));
  findable = believe(team, ground.observations, own, learnings[kMines]);
  base::Result<void> done;
  for (std::size_t which = 0; which < learnings.size() && team.first() && done; ++which) {
    if (learnings[which].observed) {
      done = learn_fields(ground.country, which, which == kMines ? findable : std::vector<double>{}, options,
                          learnings[which]);
    }
  }
  FG_TRY_VOID(agreed(team, std::move(done)));
  return unpacked(team.told(packed(learnings)));
}

base::Result<Posteriors> fit_together(Team& team, const RegionGround& ground, const SharedLearnings& learnings,
                                      const std::vector<double>& findable, const EstimateOptions& options) {
  Posteriors posteriors;
  for (std::size_t which = 0; which < learnings.size(); ++which) {
    if (learnings[which].observed) {
      FG_TRY(auto posterior, fit_class_in_region(team, ground.observations, ground.owned, which, learnings[which],
                                                 which == kMines ? findable : std::vector<double>{}, options));
      posteriors.push_back(std::move(posterior));
    }
  }
  return posteriors;
}

void put(base::PacketWriter& packet, const std::vector<Reason>& reasons) {
  packet.put(reasons.size());
  for (const Reason& reason : reasons) {
    packet.put(reason.text);
    packet.put(reason.contribution);
  }
}

void get(base::PacketReader& packet, std::vector<Reason>& reasons) {
  std::size_t count = 0;
  packet.get(count);
  reasons.resize(count);
  for (Reason& reason : reasons) {
    packet.get(reason.text);
    packet.get(reason.contribution);
  }
}

void put(base::PacketWriter& packet, const PolygonEstimate& polygon) {
  packet.put(
      std::array{polygon.probability_none, polygon.items_mean, polygon.items_p05, polygon.items_p95, polygon.evidence});
  put(packet, polygon.reasons);
  packet.put(polygon.predicted);
  packet.put(polygon.kinds);
}

void get(base::PacketReader& packet, PolygonEstimate& polygon) {
  std::array<double, 5> figures{};
  packet.get(figures);
  polygon.probability_none = figures[0];
  polygon.items_mean = figures[1];
  polygon.items_p05 = figures[2];
  polygon.items_p95 = figures[3];
  polygon.evidence = figures[4];
  get(packet, polygon.reasons);
  packet.get(polygon.predicted);
  packet.get(polygon.kinds);
}

/// A polygon's sums over several regions, with the reasons of its likeliest cell.
struct Gathered {
  Sum sum;
  std::vector<Reason> reasons;
};

std::vector<Reason> reasons_of(const Sum& sum, const Posteriors& posteriors, const RegionGround& ground) {
  return sum.weight > 0 ? reasons_for(posteriors, ground.observations, sum.likeliest_cell) : std::vector<Reason>{};
}

/// Sums of this region's polygons that other processes tell about, for each of them.
std::vector<std::string> sums_for_homes(const Team& team, const RegionGround& ground, const CountryMap& map,
                                        const Posteriors& posteriors) {
  std::vector<base::PacketWriter> to(team.size());
  for (std::size_t p = 0; p < ground.asked.size(); ++p) {
    const std::uint32_t home = ground.home[ground.asked[p]];
    if (home != team.rank()) {
      to[home].put(ground.asked[p]);
      put(to[home], map.polygons[p]);
      put(to[home], reasons_of(map.polygons[p], posteriors, ground));
    }
  }
  std::vector<std::string> bytes;
  bytes.reserve(to.size());
  for (base::PacketWriter& packet : to) {
    bytes.push_back(std::move(packet).bytes());
  }
  return bytes;
}

/// The polygons that this process tells about, over all regions: its own sums first, then by rank, so that the bytes
/// are the same whatever came first.
std::map<std::uint32_t, Gathered> gathered(Team& team, const RegionGround& ground, CountryMap& map,
                                           const Posteriors& posteriors) {
  const std::vector<std::string> sent = team.exchanged(sums_for_homes(team, ground, map, posteriors));
  const Sum nothing(map.nation.items.size(), posteriors.size());
  std::map<std::uint32_t, Gathered> result;
  for (std::size_t p = 0; p < ground.asked.size(); ++p) {
    if (ground.home[ground.asked[p]] == team.rank()) {
      std::vector<Reason> reasons = reasons_of(map.polygons[p], posteriors, ground);
      result.emplace(ground.asked[p], Gathered{std::move(map.polygons[p]), std::move(reasons)});
    }
  }
  map.polygons = {};
  for (const std::string& bytes : sent) {
    base::PacketReader packet(bytes);
    while (!packet.done()) {
      std::uint32_t asked = 0;
      Gathered part{nothing, {}};
      packet.get(asked);
      get(packet, part.sum);
      get(packet, part.reasons);
      Gathered& all = result.try_emplace(asked, Gathered{nothing, {}}).first->second;
      if (part.sum.likeliest > all.sum.likeliest) {
        all.reasons = std::move(part.reasons);
      }
      all.sum.add(part.sum);
    }
  }
  return result;
}

/// Every polygon asked for, in the first process.  `kinds`: null where they are not told.
std::vector<PolygonEstimate> tell_polygons(Team& team, const std::map<std::uint32_t, Gathered>& sums,
                                           const Posteriors& posteriors, const KindMap* kinds,
                                           const EstimateOptions& options, const std::vector<PolygonCells>& polygons) {
  base::PacketWriter packet;
  for (const auto& [asked, all] : sums) {
    PolygonEstimate polygon = polygon_of({}, all.sum, posteriors, options.seed, asked);
    polygon.reasons = all.reasons;
    if (kinds != nullptr && all.sum.weight > 0) {
      polygon.kinds = kinds->polygon(all.sum, polygon.probability_none, options.seed, kStreamOfKinds + asked);
    }
    packet.put(asked);
    put(packet, polygon);
  }
  std::vector<std::string> to(team.size());
  to[0] = std::move(packet).bytes();
  std::vector<PolygonEstimate> result;
  result.reserve(polygons.size());
  for (const PolygonCells& polygon : polygons) {  // those that no region touches stay unknown
    result.push_back(polygon_of(polygon, Sum(0), posteriors, options.seed, 0));
  }
  for (const std::string& bytes : team.exchanged(std::move(to))) {
    base::PacketReader told(bytes);
    while (!told.done()) {
      std::uint32_t asked = 0;
      told.get(asked);
      get(told, result[asked]);
    }
  }
  return result;
}

/// The country's raster in the first process, band by band.
geo::Raster gather_raster(Team& team, const RegionGround& ground, geo::Raster part, std::int32_t together) {
  const geo::Grid& country = ground.observations.whole();
  const geo::Grid of_map = country.in_larger_cells(together);
  geo::Raster whole;
  if (team.first()) {
    whole.grid = of_map;
    whole.epsg = part.epsg;
    whole.band_names = part.band_names;
    whole.bands.assign(part.bands.size(), std::vector<float>(of_map.size()));
  }
  const auto in_map = [&](const evidence::Region& region) {
    return evidence::in_larger_cells(region, country, together);
  };
  const evidence::Region own = in_map(ground.owned[team.rank()]).within(in_map(ground.window));
  for (std::size_t band = 0; band < part.bands.size(); ++band) {
    base::PacketWriter packet;
    packet.put(evidence::values_in(part.bands[band], part.grid, own));
    part.bands[band] = {};
    std::vector<std::string> to(team.size());
    to[0] = std::move(packet).bytes();
    const std::vector<std::string> sent = team.exchanged(std::move(to));
    for (std::size_t rank = 0; rank < sent.size() && team.first(); ++rank) {
      base::PacketReader told(sent[rank]);
      std::vector<float> of_region;
      told.get(of_region);
      evidence::put_values(of_region, of_map, in_map(ground.owned[rank]), whole.bands[band]);
    }
  }
  return whole;
}

void sum_nation(Team& team, Sum& nation) {
  team.sum(nation.items);
  std::array<double, 2> sums = {nation.mean, nation.variance};
  team.sum(sums);
  nation.mean = sums[0];
  nation.variance = sums[1];
}

std::string settings_of(const evidence::Observations& observations, const EstimateOptions& options, std::size_t regions,
                        std::int32_t overlap) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(settings_json(observations, options));
  json["regions"] = regions;
  json["overlap_cells"] = overlap;
  return json.dump();
}

/// Numbers of searched cells and nodes of the whole country.
void sum_classes(Team& team, const Posteriors& posteriors, const std::vector<std::uint8_t>& own_inside,
                 std::vector<ClassSummary>& classes) {
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto& list = posteriors[k]->model.observations;
    std::array<double, 1> searched = {static_cast<double>(std::count_if(
        list.begin(), list.end(), [&](const Observation& o) { return !o.report && own_inside[o.cell] != 0; }))};
    team.sum(searched);
    classes[k].searched = static_cast<std::int64_t>(searched[0]);
  }
}

/// The map and all that is summed over it, in the first process; in the others what all know.  `modelled`: where the
/// map's cells are larger and surveys are asked for, P(any) of the modelled ones.
EstimateResult map_together(Team& team, const RegionGround& ground, const std::vector<std::uint8_t>& own_inside,
                            const Posteriors& posteriors, const KindMap* kinds, const EstimateOptions& options,
                            const std::vector<PolygonCells>& polygons, std::optional<geo::Raster>& modelled) {
  const evidence::Observations& observations = ground.observations;
  CountryMap map = map_of(observations, options, posteriors, ground.polygons, own_inside, kinds);
  EstimateResult result;
  describe(posteriors, result);
  sum_classes(team, posteriors, own_inside, result.classes);
  const std::map<std::uint32_t, Gathered> sums = gathered(team, ground, map, posteriors);
  result.polygons = tell_polygons(team, sums, posteriors, kinds, options, polygons);
  sum_nation(team, map.nation);
  if (map.together) {
    team.sum(map.parts.alike.sums());
    tell_chances(map.parts.alike, observations.grid, options.together, map);
    if (options.closer.surveys) {
      map.raster.bands.resize(1);
      map.raster.band_names.resize(1);
      modelled = gather_raster(team, ground, std::move(map.raster), 1);
    }
  }
  result.hazard.raster =
      gather_raster(team, ground, std::move(map.together ? *map.together : map.raster), options.together);
  tell_nation(map.nation, observations, options.seed,
              settings_of(observations, options, team.size(), ground.overlap_cells), result);
  if (kinds != nullptr) {
    sum_kinds(team, *map.kinds);
    kinds->describe(result.hazard.hyperparameters);
    result.kinds = kinds->totals(*map.kinds, options.seed);
  }
  if (map.kind_raster) {
    result.kind_raster = gather_raster(team, ground, std::move(*map.kind_raster), options.together);
    result.kind_raster->metadata = result.hazard.raster.metadata;
  }
  if (options.keep) {
    PolygonSums of_polygons;
    for (const auto& [asked, all] : sums) {
      of_polygons[asked] = &all.sum;
    }
    const auto state = gathered_state(team, ground, options, posteriors, kinds, map, of_polygons, polygons);
    if (state) {
      state->watched = watched_cells(state->grid, state->together, result.hazard.raster);
    }
    result.state = state;
  }
  result.hazard.cells = team.first() ? cells_told(result.hazard.raster) : 0;
  return result;
}

}  // namespace

void place_polygons(const geo::Grid& country, const std::vector<PolygonCells>& polygons, const CloserLook& closer,
                    std::size_t rank, RegionGround& ground) {
  const evidence::Region& own = ground.owned[rank];
  ground.home.assign(polygons.size(), 0);
  ground.sizes.reserve(polygons.size());
  for (std::uint32_t p = 0; p < polygons.size(); ++p) {
    ground.sizes.push_back(polygons[p].cells.size());
    PolygonCells here{polygons[p].id, polygons[p].area_m2, {}};
    for (const geo::CellShare& touched : polygons[p].cells) {
      if (evidence::cell_in(own, country, touched.cell)) {
        here.cells.push_back({*evidence::cell_in(ground.window, country, touched.cell), touched.share});
      }
    }
    if (!polygons[p].cells.empty()) {
      const auto home = std::find_if(ground.owned.begin(), ground.owned.end(), [&](const evidence::Region& region) {
        return evidence::cell_in(region, country, polygons[p].cells.front().cell).has_value();
      });
      ground.home[p] = static_cast<std::uint32_t>(home - ground.owned.begin());
    }
    if (!here.cells.empty()) {
      ground.asked.push_back(p);
      ground.polygons.push_back(std::move(here));
    }
  }
  place_closer(country, polygons, closer, rank, ground);
}

base::Result<EstimateResult> estimate_in_regions(Team& team, RegionGround ground, const EstimateOptions& options,
                                                 const std::vector<PolygonCells>& polygons,
                                                 const base::Progress& progress) {
  FG_CHECK(options.leave_out.empty() && !options.hyper && ground.owned.size() == team.size());
  const CloserLook& closer = options.closer;
  if ((closer.without_evidence || closer.surveys) && ground.observations.mode != "effort") {
    return base::fail("estimate.effort_needed");
  }
  const std::vector<std::uint8_t> own = evidence::flags_of(ground.owned[team.rank()], ground.window);
  progress("Learning what regions share", 0.1);
  std::vector<double> findable;
  FG_TRY(const SharedLearnings learnings, learn_together(team, ground, own, options, findable));
  KindsGround of_kinds = ground_of_kinds(team, std::exchange(ground.country, {}));
  progress("Fitting the hazard field", 0.4);
  FG_TRY(const Posteriors posteriors, fit_together(team, ground, learnings, findable, options));

  progress("Drawing the map", 0.7);
  std::vector<std::uint8_t> own_inside = ground.observations.inside;
  for (std::size_t cell = 0; cell < own.size(); ++cell) {
    own_inside[cell] = own[cell] != 0 ? own_inside[cell] : 0;
  }
  EstimateOptions with_kinds = options;
  std::optional<KindMap> kinds;
  if (options.kinds != KindUse::left_out) {
    with_kinds.learnt = learn_kinds(team, of_kinds, ground, posteriors, options);
    kinds.emplace(ground.observations, with_kinds, posteriors, &own_inside);
  }
  of_kinds = {};
  std::optional<geo::Raster> modelled;
  EstimateResult result =
      map_together(team, ground, own_inside, posteriors, kinds ? &*kinds : nullptr, options, polygons, modelled);
  tell_besides(team, ground, posteriors, options, modelled, result);
  progress("Estimate ready", 1);
  return result;
}

}  // namespace firmground::estimate
