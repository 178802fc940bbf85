#include "estimate/region_besides.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/packet.h"
#include "estimate/surveys.h"
#include "estimate/without_evidence.h"

namespace firmground::estimate {

namespace {

/// The cells of a polygon and `around` more on each side, as a rectangle.
evidence::Region surroundings(const PolygonCells& polygon, const geo::Grid& country, std::int32_t around) {
  const auto columns = static_cast<std::uint32_t>(country.columns);
  std::int32_t first_column = country.columns, last_column = -1, first_row = country.rows, last_row = -1;
  for (const geo::CellShare& touched : polygon.cells) {
    const auto column = static_cast<std::int32_t>(touched.cell % columns);
    const auto row = static_cast<std::int32_t>(touched.cell / columns);
    first_column = std::min(first_column, column);
    last_column = std::max(last_column, column);
    first_row = std::min(first_row, row);
    last_row = std::max(last_row, row);
  }
  return evidence::grown({first_column, first_row, last_column - first_column + 1, last_row - first_row + 1}, country,
                         around);
}

bool holds(const evidence::Region& window, const evidence::Region& inner) {
  return window.has(inner.first_column, inner.first_row) &&
         window.has(inner.first_column + inner.columns - 1, inner.first_row + inner.rows - 1);
}

/// The process that tells about the polygon: the one at home in it where it can, else the first that can; nobody.
std::size_t teller_of(const PolygonCells& polygon, const geo::Grid& country, std::int32_t neighbours,
                      std::uint32_t home, const RegionGround& ground) {
  // What lies beyond a window's overlap tells least of its ground when a third of the overlap is between.
  const std::int32_t reach = ground.overlap_cells - ground.overlap_cells / 3;
  const evidence::Region looked_at = surroundings(polygon, country, neighbours);
  const auto can = [&](std::size_t rank) {
    return holds(evidence::grown(ground.owned[rank], country, reach), looked_at);
  };
  if (can(home)) {
    return home;
  }
  std::size_t rank = 0;
  while (rank < ground.owned.size() && !can(rank)) {
    ++rank;
  }
  return rank;
}

}  // namespace

void place_closer(const geo::Grid& country, const std::vector<PolygonCells>& polygons, const CloserLook& closer,
                  std::size_t rank, RegionGround& ground) {
  if (!closer.without_evidence && !closer.surveys) {
    return;
  }
  ground.closer.resize(polygons.size());
  const double neighbour_m = closer.surveys ? closer.surveys->neighbour_m : 0;
  const auto neighbours = static_cast<std::int32_t>(std::ceil(neighbour_m / country.cell_m));
  for (std::size_t p = closer.polygons.first; p < closer.polygons.first + closer.polygons.count; ++p) {
    const PolygonCells& polygon = polygons[p];
    if (polygon.cells.empty() || teller_of(polygon, country, neighbours, ground.home[p], ground) != rank) {
      continue;
    }
    ground.closer[p] = {polygon.id, polygon.area_m2, {}};
    for (const geo::CellShare& touched : polygon.cells) {
      ground.closer[p].cells.push_back({*evidence::cell_in(ground.window, country, touched.cell), touched.share});
    }
  }
}

namespace {

template <typename Packet, typename Survey, typename Visit>
void each_member(Packet& packet, Survey& survey, Visit visit) {
  visit(packet, survey.polygon);
  visit(packet, survey.id);
  visit(packet, survey.kind);
  visit(packet, survey.cells);
  visit(packet, survey.area_m2);
  visit(packet, survey.ground_m2);
  visit(packet, survey.cost);
  visit(packet, survey.chance_of_find);
  visit(packet, survey.items);
  visit(packet, survey.items_sd);
  visit(packet, survey.items_sd_after);
  visit(packet, survey.items_if_none);
  visit(packet, survey.items_if_any);
  visit(packet, survey.decision);
  visit(packet, survey.most);
  visit(packet, survey.net);
  visit(packet, survey.avoided_m2);
  visit(packet, survey.options);
}

void put(base::PacketWriter& packet, const std::vector<WithoutEvidence>& without) {
  packet.put(without.size());
  for (const WithoutEvidence& one : without) {
    packet.put(one.evidence);
    packet.put(one.probability_none);
    packet.put(one.items_mean);
  }
}

void get(base::PacketReader& packet, std::vector<WithoutEvidence>& without) {
  std::size_t count = 0;
  packet.get(count);
  without.resize(count);
  for (WithoutEvidence& one : without) {
    packet.get(one.evidence);
    packet.get(one.probability_none);
    packet.get(one.items_mean);
  }
}

/// Polygons by their place, with what the first process says of each: P(no item) and expected items.
std::vector<PolygonEstimate> told_by_first(Team& team, const EstimateResult& result) {
  base::PacketWriter packet;
  packet.put(result.polygons.size());
  for (const PolygonEstimate& polygon : result.polygons) {
    packet.put(polygon.probability_none);
    packet.put(polygon.items_mean);
  }
  const std::string bytes = team.told(std::move(packet).bytes());
  base::PacketReader told(bytes);
  std::size_t count = 0;
  told.get(count);
  std::vector<PolygonEstimate> polygons(count);
  for (PolygonEstimate& polygon : polygons) {
    told.get(polygon.probability_none);
    told.get(polygon.items_mean);
  }
  return polygons;
}

/// P(any item) by cell of this process's window, from the first process, which has the country's.
std::vector<float> likelihood_of_window(Team& team, const RegionGround& ground, const geo::Raster& modelled) {
  const geo::Grid& country = ground.observations.whole();
  std::vector<std::string> to(team.size());
  for (std::size_t rank = 0; rank < team.size() && team.first(); ++rank) {
    const evidence::Region window = evidence::grown(ground.owned[rank], country, ground.overlap_cells);
    base::PacketWriter packet;
    packet.put(evidence::values_in(modelled.bands[0], country, window));
    to[rank] = std::move(packet).bytes();
  }
  const std::vector<std::string> sent = team.exchanged(std::move(to));
  std::vector<float> likelihood;
  base::PacketReader(sent.front()).get(likelihood);
  return likelihood;
}

/// What this process tells: of each polygon its place and groups of evidence, then surveys.
std::string told_here(const RegionGround& ground, const Posteriors& posteriors, const EstimateOptions& options,
                      const std::vector<float>& likelihood, std::vector<PolygonEstimate> polygons) {
  base::PacketWriter packet;
  std::vector<std::size_t> mine;
  for (std::size_t p = 0; p < ground.closer.size(); ++p) {
    if (!ground.closer[p].cells.empty()) {
      mine.push_back(p);
    }
  }
  if (options.closer.without_evidence) {
    tell_without_evidence(posteriors, ground.observations, options, ground.closer, options.closer.polygons, polygons);
  }
  packet.put(mine.size());
  for (const std::size_t p : mine) {
    packet.put(p);
    put(packet, polygons[p].without);
  }
  std::vector<PolygonSurvey> surveys;
  if (options.closer.surveys) {
    surveys =
        surveys_of(posteriors, ground.observations, likelihood, options, ground.closer, mine, *options.closer.surveys);
  }
  const geo::Grid& country = ground.observations.whole();
  packet.put(surveys.size());
  for (PolygonSurvey& survey : surveys) {
    for (std::uint32_t& cell : survey.cells) {
      cell = evidence::cell_of_country(ground.window, country, cell);
    }
    each_member(packet, survey, [](auto& to, const auto& member) { to.put(member); });
  }
  return std::move(packet).bytes();
}

}  // namespace

void tell_besides(Team& team, const RegionGround& ground, const Posteriors& posteriors, const EstimateOptions& options,
                  const std::optional<geo::Raster>& modelled, EstimateResult& result) {
  const CloserLook& closer = options.closer;
  if (!closer.without_evidence && !closer.surveys) {
    return;
  }
  std::vector<PolygonEstimate> polygons = told_by_first(team, result);
  const std::vector<float> likelihood =
      closer.surveys ? likelihood_of_window(team, ground, modelled ? *modelled : result.hazard.raster)
                     : std::vector<float>{};
  std::vector<std::string> to(team.size());
  to[0] = told_here(ground, posteriors, options, likelihood, std::move(polygons));
  const std::vector<std::string> sent = team.exchanged(std::move(to));
  if (!team.first()) {
    return;
  }
  for (std::size_t p = closer.polygons.first; p < closer.polygons.first + closer.polygons.count; ++p) {
    result.polygons[p].besides_known = false;
  }
  for (const std::string& bytes : sent) {
    base::PacketReader told(bytes);
    std::size_t count = 0;
    told.get(count);
    for (; count > 0; --count) {
      std::size_t p = 0;
      told.get(p);
      get(told, result.polygons[p].without);
      result.polygons[p].besides_known = true;
    }
    told.get(count);
    for (; count > 0; --count) {
      each_member(told, result.surveys.emplace_back(), [](auto& from, auto& member) { from.get(member); });
    }
  }
  std::stable_sort(result.surveys.begin(), result.surveys.end(),
                   [](const PolygonSurvey& a, const PolygonSurvey& b) { return a.polygon < b.polygon; });
}

}  // namespace firmground::estimate
