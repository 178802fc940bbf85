#include "estimate/shared_learning.h"

#include <algorithm>
#include <cmath>

#include "base/packet.h"
#include "base/parallel.h"
#include "estimate/covariate_logit.h"
#include "estimate/event_learning.h"
#include "estimate/propensity.h"
#include "estimate/record_context.h"
#include "estimate/report_evidence.h"

namespace firmground::estimate {

namespace {

bool presence_only(const evidence::Observations& country) {
  return country.mode == "presence-only";
}

bool observed(const evidence::Observations& country, std::size_t which) {
  return presence_only(country) ? !country.reports[which].empty() : !country.searched[which].empty();
}

void learn_likely_ground(const evidence::Observations& country, const std::vector<Observation>& list,
                         SharedLearning& learning) {
  std::vector<std::uint32_t> cells;
  std::vector<std::uint8_t> found;
  for (const Observation& o : list) {
    cells.push_back(o.cell);
    found.push_back(o.found ? 1 : 0);
  }
  CovariateLogit finds(country, learning.effects);
  finds.fit(cells, found);
  learning.ground = finds.coefficients();
}

SharedLearning learn_ground_of(const evidence::Observations& country, std::size_t which,
                               const EstimateOptions& options) {
  SharedLearning learning;
  learning.observed = true;
  std::vector<std::uint32_t> at;
  learning.law = fit_count_law(cells_with_finds(country.searched[which], options, at));
  const std::vector<Observation> list = list_of(country, which, options, SearchTable(learning.law));
  learning.reports = reports_tell(country, which, options);
  learning.step = step_within(country, list, short_reach_m(country.grid), options.most_nodes);
  std::vector<std::uint32_t> cells;
  cells.reserve(list.size());
  for (const Observation& o : list) {
    cells.push_back(o.cell);
  }
  learning.effects = smooth_effects(country.covariates, evidence::kOrdnanceClasses[which], cells,
                                    forecast_sample(country), ModelOptions{}.knots);
  if (country.records && !presence_only(country) &&
      evidence::kOrdnanceClasses[which] == evidence::OrdnanceClass::mines) {
    learn_likely_ground(country, list, learning);
  }
  return learning;
}

void put(base::PacketWriter& packet, const Lattice& lattice) {
  packet.put(lattice.spacing_m);
  packet.put(lattice.west_m);
  packet.put(lattice.north_m);
  packet.put(std::array{lattice.columns, lattice.rows, lattice.active});
  packet.put(lattice.node);
}

void get(base::PacketReader& packet, Lattice& lattice) {
  std::array<std::int32_t, 3> size{};
  packet.get(lattice.spacing_m);
  packet.get(lattice.west_m);
  packet.get(lattice.north_m);
  packet.get(size);
  packet.get(lattice.node);
  lattice.columns = size[0];
  lattice.rows = size[1];
  lattice.active = size[2];
}

void put(base::PacketWriter& packet, const SmoothEffect& effect) {
  packet.put(std::vector<std::string>{effect.name, effect.unit});
  packet.put(effect.knots);
  packet.put(effect.mean_basis);
  packet.put(effect.categories);
  packet.put(effect.labels);
  packet.put(effect.first_column);
  packet.put(effect.statements);
}

void get(base::PacketReader& packet, SmoothEffect& effect) {
  std::vector<std::string> texts;
  packet.get(texts);
  effect.name = texts[0];
  effect.unit = texts[1];
  packet.get(effect.knots);
  packet.get(effect.mean_basis);
  packet.get(effect.categories);
  packet.get(effect.labels);
  packet.get(effect.first_column);
  packet.get(effect.statements);
}

/// The plain members, in one order for both directions.
template <typename Packet, typename Learning, typename Visit>
void each_plain(Packet& packet, Learning& l, Visit visit) {
  visit(packet, l.observed);
  visit(packet, l.law);
  visit(packet, l.law_ahead);
  visit(packet, l.step);
  visit(packet, l.ground);
  visit(packet, l.hyper);
  visit(packet, l.event_years);
  visit(packet, l.event_law);
  visit(packet, l.count_error);
  visit(packet, l.reports);
  visit(packet, l.place_cells);
  visit(packet, l.place_factors);
  visit(packet, l.coarse_latent);
  visit(packet, l.coarse_border);
}

}  // namespace

std::vector<std::uint32_t> cells_to_learn_from(const evidence::Observations& country) {
  std::vector<std::uint32_t> cells = forecast_sample(country);
  const std::vector<std::uint32_t> more = propensity_sample(country);
  cells.insert(cells.end(), more.begin(), more.end());
  for (const auto& searched : country.searched) {
    for (const evidence::SearchedCell& cell : searched) {
      cells.push_back(cell.cell);
    }
  }
  for (std::uint32_t cell = 0; presence_only(country) && cell < country.inside.size(); ++cell) {
    if (country.inside[cell] != 0) {
      cells.push_back(cell);
    }
  }
  std::sort(cells.begin(), cells.end());
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  return cells;
}

base::Result<SharedLearnings> learn_ground(const evidence::Observations& country, const EstimateOptions& options) {
  SharedLearnings learnings;
  for (std::size_t which = 0; which < learnings.size(); ++which) {
    if (observed(country, which)) {
      learnings[which] = learn_ground_of(country, which, options);
    }
  }
  if (!learnings[0].observed && !learnings[1].observed) {
    return base::fail("estimate.nothing_observed", {{"period", ""}});
  }
  return learnings;
}

base::Result<void> learn_fields(const evidence::Observations& country, std::size_t which,
                                const std::vector<double>& findable, const EstimateOptions& options,
                                SharedLearning& learning) {
  std::vector<std::uint32_t> with_finds;
  const std::vector<PositiveCell> positive = cells_with_finds(country.searched[which], options, with_finds);
  learning.law_ahead = law_ahead(country, learning.effects, positive, with_finds);
  const double reach_m = short_reach_m(country.grid);
  ModelOptions of_model = model_options(country, which, std::max(kCoarseStep, learning.step), reach_m);
  of_model.effects = learning.effects;
  const std::vector<Observation> list = list_of(country, which, options, SearchTable(learning.law));
  HazardModel coarse = make_model(country, thinned(list, country.grid, options.most_hyper_searches), of_model);
  if (!findable.empty()) {
    expect_recorded(RecordedHazard(recorded_hazard(*country.records, findable, country.grid.size())), coarse);
  }
  std::optional<EventHistory> history;
  std::optional<EventLearning> events;
  if (presence_only(country)) {
    learning.event_years = years_of(country.reports[which], country.until);
    history.emplace(country.reports[which], learning.event_years);
    events.emplace(
        EventLearning{*history, make_model(country, thinned(list, country.grid, kMostCellsOfLaw), of_model)});
  }
  FG_TRY(const HyperFit learned,
         learn_stretched(country, events ? &*events : nullptr, first_guess(country), coarse, learning.event_law));
  learning.hyper = learned.best;
  learning.coarse_latent = learned.fit.latent;
  learning.coarse_border = learned.fit.border;
  learning.coarse.short_lattice = std::move(coarse.short_lattice);
  learning.coarse.long_lattice = std::move(coarse.long_lattice);

  ClassPosterior places;
  places.hyper = learning.hyper;
  places.model.short_lattice.spacing_m = learning.step * country.grid.cell_m;
  set_places(country.grid, country.searched[which], options, which, places);
  learning.law.by_place = learning.law_ahead.by_place = places.law.by_place;
  learning.place_cells = places.place_cells;
  learning.place_factors = std::move(places.place_factors);
  learning.count_error = shared_error(learning.law_ahead, country.searched[which]);
  return {};
}

std::string packed(const SharedLearnings& learnings) {
  base::PacketWriter packet;
  for (const SharedLearning& learning : learnings) {
    each_plain(packet, learning, [](auto& to, const auto& member) { to.put(member); });
    packet.put(learning.effects.size());
    for (const SmoothEffect& effect : learning.effects) {
      put(packet, effect);
    }
    put(packet, learning.coarse.short_lattice);
    put(packet, learning.coarse.long_lattice);
  }
  return std::move(packet).bytes();
}

SharedLearnings unpacked(const std::string& bytes) {
  SharedLearnings learnings;
  base::PacketReader packet(bytes);
  for (SharedLearning& learning : learnings) {
    each_plain(packet, learning, [](auto& from, auto& member) { from.get(member); });
    std::size_t effects = 0;
    packet.get(effects);
    learning.effects.resize(effects);
    for (SmoothEffect& effect : learning.effects) {
      get(packet, effect);
    }
    get(packet, learning.coarse.short_lattice);
    get(packet, learning.coarse.long_lattice);
  }
  return learnings;
}

}  // namespace firmground::estimate
