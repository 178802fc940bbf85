#include "estimate/estimate_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "estimate/map_cells.h"

namespace firmground::estimate {

namespace {

ClassState state_of_class(const ClassPosterior& posterior, const evidence::Observations& observations) {
  ClassState state;
  state.ordnance_class = posterior.ordnance_class;
  state.learnt = {posterior.hyper,
                  posterior.law,
                  posterior.law_ahead,
                  posterior.model.effects,
                  posterior.findable,
                  posterior.meeting_rate,
                  {}};
  state.effect_variance = posterior.effect_variance;
  state.place_cells = posterior.place_cells;
  const Lattice& lattice = posterior.model.short_lattice;
  state.active.resize(lattice.node.size());
  std::transform(lattice.node.begin(), lattice.node.end(), state.active.begin(),
                 [](std::int32_t node) { return static_cast<std::uint8_t>(node >= 0 ? 1 : 0); });
  state.latent.assign(posterior.fit.latent.begin(), posterior.fit.latent.end());
  state.border = posterior.fit.border;
  state.variance_scale = posterior.variance_scale;
  state.latent_draws = posterior.latent_draws;
  state.border_draws = posterior.border_draws;
  state.count_draws = posterior.count_draws;
  state.shared_covariance = posterior.shared_covariance;
  const auto which = static_cast<std::size_t>(posterior.ordnance_class);
  state.seen = observations.searched[which];
  state.reports = kept_reports(observations.reports[which]);
  const std::int64_t searches = searches_in(posterior.model.observations);  // blocks that nobody searched follow
  state.weight.assign(posterior.weights.begin(), posterior.weights.begin() + searches);
  for (auto i = static_cast<std::size_t>(searches); i < posterior.weights.size(); ++i) {
    const Observation& o = posterior.model.observations[i];
    if (o.detection > 0) {
      state.blocks.push_back({o.cell, o.detection, static_cast<float>(posterior.weights[i]), o.found ? 1U : 0U});
    }
  }
  std::sort(state.blocks.begin(), state.blocks.end(), in_order);
  return state;
}

}  // namespace

std::vector<KeptReport> kept_reports(const std::vector<evidence::Report>& reports) {
  std::vector<KeptReport> kept;
  for (const evidence::Report& report : reports) {
    if (kept.empty() || kept.back().cell != report.cell) {
      kept.push_back({report.cell, 0});
    }
    kept.back().vague |= report.vague ? 1U : 0U;
  }
  return kept;
}

std::vector<std::uint32_t> watched_cells(const geo::Grid& modelled, std::int32_t together, const geo::Raster& map) {
  constexpr float kLooked = 0.01F;    // P(any): where numbers are promised
  constexpr std::int32_t kEvery = 3;  // covariates and the long field are smooth
  constexpr std::size_t kMost = 20'000;
  const MapCells cells(modelled, together);
  std::vector<std::uint32_t> watched;
  for (std::int32_t row = 0; row < modelled.rows; row += kEvery) {
    for (std::int32_t column = 0; column < modelled.columns; column += kEvery) {
      const auto cell = static_cast<std::uint32_t>(modelled.index(column, row));
      if (map.bands[0][cells.of(cell)] > kLooked) {
        watched.push_back(cell);
      }
    }
  }
  const std::size_t step = watched.size() / kMost + 1;  // in all of a nation, one in some square kilometres
  for (std::size_t i = 0; i * step < watched.size(); ++i) {
    watched[i] = watched[i * step];
  }
  watched.resize((watched.size() + step - 1) / step);
  return watched;
}

std::vector<std::uint32_t> cells_of_confirmed(const std::vector<evidence::ConfirmedCell>& confirmed) {
  std::vector<std::uint32_t> cells;
  for (const evidence::ConfirmedCell& one : confirmed) {
    cells.resize(std::max<std::size_t>(cells.size(), std::size_t{one.area} + 1));
    ++cells[one.area];
  }
  return cells;
}

std::vector<float> values_at(const std::vector<std::uint32_t>& cells,
                             const std::vector<evidence::CovariateField>& covariates) {
  std::vector<float> values;
  values.reserve(cells.size() * covariates.size());
  for (const std::uint32_t cell : cells) {
    for (const evidence::CovariateField& field : covariates) {
      values.push_back(field.at(cell));
    }
  }
  return values;
}

EstimateState state_of(const evidence::Observations& observations, const EstimateOptions& options,
                       const Posteriors& posteriors, const KindMap* kinds, const std::vector<PolygonCells>& polygons,
                       const CountryMap& map) {
  EstimateState state;
  state.grid = observations.grid;
  state.seed = options.seed;
  state.draws = options.draws;
  state.left_out = options.left_out;
  state.together = options.together;
  state.alike = map.parts.alike;
  for (const evidence::CovariateField& field : observations.covariates) {
    state.covariates.push_back(field.name);
    if (field.statements) {
      state.statements = field.value;
    }
    if (field.confirmed) {
      state.confirmed = cells_of_confirmed(*field.confirmed);
    }
    if (field.tells_outcome) {
      state.outcomes = field.value;
    }
  }
  state.processed = observations.processed;
  for (std::size_t k = 0; k < posteriors.size(); ++k) {
    const ClassPosterior& posterior = *posteriors[k];
    ClassState& of_class = state.classes.emplace_back(state_of_class(posterior, observations));
    of_class.step_cells =
        static_cast<std::int32_t>(std::lround(posterior.model.short_lattice.spacing_m / observations.grid.cell_m));
    if (kinds != nullptr) {
      of_class.learnt.kinds = kinds->learnt(k);
      of_class.kinds_seen = observations.kinds[static_cast<std::size_t>(posterior.ordnance_class)].cells;
    }
  }
  state.nation = map.nation;
  state.nation_by_kind = map.kinds.value_or(KindSum{});
  for (std::size_t p = 0; p < polygons.size(); ++p) {
    if (polygons[p].cells.size() > kLargePolygon) {
      state.polygons[polygons[p].id] = {polygons[p].area_m2, polygons[p].cells.size(), map.polygons[p]};
    }
  }
  return state;
}

}  // namespace firmground::estimate
