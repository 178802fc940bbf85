#include "estimate/update_estimate.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "estimate/differences.h"
#include "estimate/map_cells.h"
#include "estimate/reasons.h"
#include "estimate/state_part.h"
#include "estimate/surveys.h"
#include "estimate/update_plan.h"
#include "estimate/window_fit.h"
#include "estimate/without_evidence.h"
#include "evidence/covariates.h"
#include "evidence/regions.h"

namespace firmground::estimate {

namespace {

using Mask = std::vector<std::uint8_t>;

base::Result<void> same_ground(const EstimateState& state, const evidence::Observations& now) {
  const auto refuse = [](const char* reason) { return base::fail("estimate.update_needs_all", {{"reason", reason}}); };
  if (now.mode != "effort") {
    return refuse("no land release says where was searched");
  }
  if (!(now.grid == state.grid)) {
    return refuse("the area of interest or the cell size changed");
  }
  std::vector<std::string> covariates;
  covariates.reserve(now.covariates.size());
  for (const evidence::CovariateField& field : now.covariates) {
    covariates.push_back(field.name);
  }
  if (covariates != state.covariates) {
    return refuse("there are other covariates than it was made with");
  }
  for (std::size_t which = 0; which < now.searched.size(); ++which) {
    const bool known = std::any_of(state.classes.begin(), state.classes.end(), [&](const ClassState& of_class) {
      return static_cast<std::size_t>(of_class.ordnance_class) == which;
    });
    if (!known && !now.searched[which].empty()) {
      return refuse("a class of ordnance was searched for that nobody had searched for");
    }
  }
  return {};
}

/// Values by cell as they were, where they are not so now.
template <typename T>
class OldValues {
 public:
  template <typename Alike>
  void take(const std::vector<T>& was, const std::vector<T>& is, Alike alike) {
    for (std::uint32_t cell = 0; cell < was.size(); ++cell) {
      if (!alike(was[cell], is[cell])) {
        add(cell, was[cell]);
      }
    }
  }
  void add(std::uint32_t cell, T was) { old_.emplace_back(cell, was); }
  void swap(std::vector<T>& values) {
    for (auto& [cell, value] : old_) {
      std::swap(values[cell], value);
    }
  }

 private:
  std::vector<std::pair<std::uint32_t, T>> old_;
};

/// What the observations were that the state saw; called again, what they are now.
class Exchange {
 public:
  Exchange(const EstimateState& state, const evidence::Observations& now) {
    for (const ClassState& of_class : state.classes) {
      searched_[static_cast<std::size_t>(of_class.ordnance_class)] = of_class.seen;
      kinds_[static_cast<std::size_t>(of_class.ordnance_class)] = of_class.kinds_seen;
      for (const KeptReport& report : of_class.reports) {
        reports_[static_cast<std::size_t>(of_class.ordnance_class)].push_back({report.cell, 1, 0, report.vague != 0});
      }
    }
    processed_.take(state.processed, now.processed, std::equal_to<>());
    for (const evidence::CovariateField& field : now.covariates) {
      OldValues<float>& others = others_.emplace_back();
      for (const auto& [cell, value] : field.was) {
        others.add(cell, value);
      }
      if (field.statements) {
        statements_.take(state.statements, field.value, evidence::same_value);
      }
      if (field.tells_outcome) {
        outcomes_.take(state.outcomes, field.value, evidence::same_value);
      }
    }
  }
  /// Where the share of land searched changed, too.
  void add_effort(const std::vector<evidence::ShareChange>& changes) {
    for (const evidence::ShareChange& change : changes) {
      share_.add(change.cell, change.before);
    }
  }
  void swap(evidence::Observations& observations) {
    std::swap(observations.searched, searched_);
    std::swap(observations.reports, reports_);
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      std::swap(observations.kinds[k].cells, kinds_[k]);
    }
    processed_.swap(observations.processed);
    for (std::size_t k = 0; k < others_.size(); ++k) {
      others_[k].swap(observations.covariates[k].value);
    }
    for (evidence::CovariateField& field : observations.covariates) {
      if (field.tells_effort) {
        share_.swap(field.value);
      }
      if (field.statements) {
        statements_.swap(field.value);
      }
      if (field.tells_outcome) {
        outcomes_.swap(field.value);
      }
    }
  }

 private:
  std::array<std::vector<evidence::SearchedCell>, 2> searched_;
  std::array<std::vector<evidence::KindCount>, 2> kinds_;
  std::array<std::vector<evidence::Report>, 2> reports_;  ///< one of a cell
  OldValues<std::uint8_t> processed_;
  OldValues<float> share_;
  OldValues<float> statements_;
  OldValues<float> outcomes_;
  std::vector<OldValues<float>> others_;  ///< by covariate: CovariateField::was
};

/// What changed since; either side goes through all of the ground.
struct Changes {
  UpdatePlan plan;
  Exchange exchange;
};

Changes changes_since(const EstimateState& state, const evidence::Observations& now,
                      const std::vector<std::uint32_t>& also) {
  std::optional<UpdatePlan> plan;
  std::optional<Exchange> exchange;
  base::parallel_for(2, 1, [&](std::size_t part, std::size_t) {
    if (part == 0) {
      plan = update_plan(state, now, also);
    } else {
      exchange.emplace(state, now);
    }
  });
  exchange->add_effort(plan->effort);
  return {std::move(*plan), std::move(*exchange)};
}

/// The window before and now, of all classes.
struct Fitted {
  std::vector<WindowFit> fits;
  Posteriors before;
  Posteriors now;
};

/// By how much what all ground shares moves the log intensity of cells that are not refreshed.
class SharedShift {
 public:
  SharedShift(const WindowFit& fit, const ClassState& kept, const EstimateState& state)
      : effects_(kept.learnt.effects),
        shift_(fit.shared_shift()),
        lattice_(fit.long_lattice()),
        border_(shift_.data() + lattice_.active),
        country_(state.whole()) {
    for (const SmoothEffect& effect : effects_) {
      covariates_.push_back(static_cast<std::size_t>(
          std::find(state.covariates.begin(), state.covariates.end(), effect.name) - state.covariates.begin()));
    }
  }

  /// Of a cell of the country with these values of covariates.
  double at(std::size_t cell, const float* values) const {
    double moved = border_[0];
    for (std::size_t e = 0; e < covariates_.size(); ++e) {
      moved += effect_at(effects_[e], basis_place(effects_[e], values[covariates_[e]]), border_);
    }
    const LatticePlace place = place_in(lattice_, country_.centre(cell));
    const std::size_t north = lattice_.at(place.column, place.row);
    const std::size_t south = lattice_.at(place.column, place.row + 1);
    return moved + static_cast<double>(place.weight[0]) * shift_[north] +
           static_cast<double>(place.weight[1]) * shift_[north + 1] +
           static_cast<double>(place.weight[2]) * shift_[south] +
           static_cast<double>(place.weight[3]) * shift_[south + 1];
  }

 private:
  const std::vector<SmoothEffect>& effects_;
  const std::vector<double>& shift_;
  const Lattice& lattice_;
  const double* border_;
  const geo::Grid& country_;
  std::vector<std::size_t> covariates_;  ///< by effect
};

/// The largest shift of a cell that is not wanted and that anybody would look at.
double shift_beyond(const Fitted& fitted, const EstimateState& state, const evidence::Observations& now,
                    const Mask& wanted) {
  const std::vector<float> measured =
      state.watched_values.empty() ? values_at(state.watched, now.covariates) : std::vector<float>{};
  const std::vector<float>& values = state.watched_values.empty() ? measured : state.watched_values;
  const evidence::Region part = part_in(state);
  const std::size_t covariates = state.covariates.size();
  std::vector<SharedShift> shifts;
  shifts.reserve(fitted.fits.size());
  for (std::size_t k = 0; k < fitted.fits.size(); ++k) {
    shifts.emplace_back(fitted.fits[k], state.classes[k], state);
  }
  constexpr std::size_t kAtOnce = 4096;
  std::vector<double> of_part(state.watched.size() / kAtOnce + 1, 0.0);
  base::parallel_for(state.watched.size(), kAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto here = evidence::cell_in(part, state.whole(), state.watched[i]);
      for (const SharedShift& shift : shifts) {
        double& most = of_part[begin / kAtOnce];
        most = here && wanted[*here] != 0
                   ? most
                   : std::max(most, std::abs(shift.at(state.watched[i], values.data() + i * covariates)));
      }
    }
  });
  return *std::max_element(of_part.begin(), of_part.end());
}

/// The polygon's sums now: what was drawn of a small one; of a large one what is kept, less what was, plus what is. Its
/// likeliest cell is one of the country.
Sum sum_now(const EstimateState& state, const PolygonCells& polygon, const Sum& before, const Sum& now) {
  const auto of_country = [&](Sum sum) {
    sum.likeliest_cell = evidence::cell_of_country(part_in(state), state.whole(), sum.likeliest_cell);
    return sum;
  };
  if (polygon.size() <= kLargePolygon) {
    return of_country(now);
  }
  const auto kept = state.polygons.find(polygon.id);
  const bool known =
      kept != state.polygons.end() && kept->second.cells == polygon.size() && kept->second.area_m2 == polygon.area_m2;
  if (!known) {
    return Sum(now.items.size(), now.classes.size());
  }
  Sum sum = kept->second.sum;
  sum.subtract(of_country(before));
  sum.add(of_country(now));
  return sum;
}

template <typename FitOne>
base::Result<Posteriors> of_each(std::size_t classes, const FitOne& fit_one) {
  std::vector<base::Result<std::unique_ptr<ClassPosterior>>> fitted(classes);
  base::parallel_for(classes, 1, [&](std::size_t k, std::size_t) { fitted[k] = fit_one(k); });
  Posteriors result;
  for (auto& one : fitted) {
    FG_TRY(auto posterior, std::move(one));
    result.push_back(std::move(posterior));
  }
  return result;
}

base::Result<Fitted> fit(const EstimateState& state, const UpdatePlan& plan, Exchange& exchange,
                         evidence::Observations& now, std::size_t more_draws = 0) {
  Fitted fitted;
  std::vector<std::optional<WindowFit>> fits(state.classes.size());
  base::parallel_for(fits.size(), 1,
                     [&](std::size_t k, std::size_t) { fits[k].emplace(state, state.classes[k], plan.wanted); });
  for (std::optional<WindowFit>& of_class : fits) {
    fitted.fits.push_back(std::move(*of_class));
  }
  exchange.swap(now);
  auto before = of_each(fitted.fits.size(), [&](std::size_t k) { return fitted.fits[k].look(now); });
  exchange.swap(now);
  FG_TRY(fitted.before, std::move(before));
  FG_TRY(fitted.now, of_each(fitted.fits.size(), [&](std::size_t k) {
           return fitted.fits[k].settle(now, plan.blocks[k].now, *fitted.before[k], more_draws);
         }));
  return fitted;
}

}  // namespace

namespace {

/// As the whole estimate was made, with what it learned of kinds.
EstimateOptions options_of(const EstimateState& state) {
  EstimateOptions options;
  options.seed = state.seed;
  options.draws = state.draws;
  options.left_out = state.left_out;
  options.together = state.together;
  options.learnt.emplace();
  for (const ClassState& of_class : state.classes) {
    (*options.learnt)[static_cast<std::size_t>(of_class.ordnance_class)].kinds = of_class.learnt.kinds;
  }
  return options;
}

/// The polygons in their places, of which small ones have no cells: what they were nobody asks, for they are told
/// whole.
std::vector<PolygonCells> only_large(const std::vector<PolygonCells>& polygons) {
  std::vector<PolygonCells> large(polygons.size());
  for (std::size_t k = 0; k < polygons.size(); ++k) {
    if (polygons[k].size() > kLargePolygon) {
      large[k] = polygons[k];
    }
  }
  return large;
}

/// The wanted cells as they were and as they are.
struct Redrawn {
  CountryMap before, now;
  std::optional<KindMap> kinds;  ///< now; empty: left out
};

void redraw(const EstimateState& state, const EstimateOptions& options, const Fitted& fitted,
            const std::vector<PolygonCells>& asked, const Mask& wanted, Exchange& exchange, evidence::Observations& now,
            Redrawn& redrawn) {
  const bool by_kind = !state.nation_by_kind.draws.empty();
  exchange.swap(now);
  std::optional<KindMap> kinds_before;
  if (by_kind) {
    kinds_before.emplace(now, options, fitted.before, &wanted);
  }
  draw_cells(now, options, fitted.before, only_large(asked), wanted, redrawn.before,
             kinds_before ? &*kinds_before : nullptr);
  exchange.swap(now);
  redrawn.now.raster = std::move(redrawn.before.raster);
  redrawn.now.together = std::move(redrawn.before.together);
  if (by_kind) {
    redrawn.kinds.emplace(now, options, fitted.now, &wanted, &*kinds_before);
  }
  draw_cells(now, options, fitted.now, asked, wanted, redrawn.now, redrawn.kinds ? &*redrawn.kinds : nullptr);
}

/// The nation's sums: what is kept, less what the wanted cells were, plus what they are.
void tell_nation(const EstimateState& state, const Redrawn& redrawn, EstimateUpdate& update) {
  Sum nation = state.nation;  // of its likeliest cell nobody asks
  nation.subtract(redrawn.before.nation);
  nation.add(redrawn.now.nation);
  update.totals = totals_of(nation, state.seed);
  if (redrawn.kinds) {
    KindSum by_kind = state.nation_by_kind;
    by_kind.subtract(*redrawn.before.kinds);
    by_kind.add(*redrawn.now.kinds);
    update.kinds = redrawn.kinds->totals(by_kind, state.seed);
  }
}

void tell_polygons(const EstimateState& state, const evidence::Observations& now, const Fitted& fitted,
                   const UpdatePlan& plan, const Redrawn& redrawn, EstimateUpdate& update) {
  update.polygons.resize(plan.polygons.size());
  std::vector<std::uint8_t> stay(plan.polygons.size(), 0);  // its reasons
  base::parallel_for(plan.polygons.size(), 8, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      const std::size_t place = plan.places[k];
      const Sum sum = sum_now(state, plan.polygons[k], redrawn.before.polygons[k], redrawn.now.polygons[k]);
      PolygonEstimate told = polygon_of(plan.polygons[k], sum, fitted.now, state.seed, place);
      if (sum.weight > 0) {
        const auto likeliest = evidence::cell_in(part_in(state), state.whole(), sum.likeliest_cell);
        const bool anew = likeliest && plan.wanted[*likeliest] != 0;
        stay[k] = anew ? 0 : 1;
        told.reasons = anew ? reasons_for(fitted.now, now, *likeliest) : std::vector<Reason>{};
        told.kinds = redrawn.kinds
                         ? redrawn.kinds->polygon(sum, told.probability_none, state.seed, kStreamOfKinds + place)
                         : std::vector<KindOfPolygon>{};
      }
      update.polygons[k] = {place, std::move(told)};
    }
  });
  for (std::size_t k = 0; k < stay.size(); ++k) {
    if (stay[k] != 0) {
      update.reasons_stay.push_back(plan.places[k]);
    }
  }
}

/// The rows of a grid that hold flagged cells, and those between.  REQUIRES: any is flagged.
geo::Grid rows_holding(const Mask& flags, const geo::Grid& grid) {
  const auto columns = static_cast<std::size_t>(grid.columns);
  const auto first = static_cast<std::size_t>(std::find(flags.begin(), flags.end(), 1) - flags.begin()) / columns;
  const auto after = static_cast<std::size_t>(flags.rend() - std::find(flags.rbegin(), flags.rend(), 1));
  geo::Grid rows = grid;
  rows.north -= static_cast<std::int64_t>(first);
  rows.rows = static_cast<std::int32_t>((after + columns - 1) / columns - first);
  return rows;
}

/// Cells of a grid that lie before the first of these rows of it.
std::size_t cells_before(const geo::Grid& rows, const geo::Grid& grid) {
  return static_cast<std::size_t>(grid.north - rows.north) * static_cast<std::size_t>(grid.columns);
}

/// `map`: of the flags' grid, or of rows of it that hold all that are set; cells of the changes are those of the
/// country's map, of which the flags' grid is `part`.
MapChanges changes_of(const Mask& of_map, const evidence::Region& part, const geo::Grid& country,
                      const geo::Raster& map, std::size_t before) {
  std::vector<std::uint32_t> cells;
  for (std::uint32_t cell = 0; cell < of_map.size(); ++cell) {
    if (of_map[cell] != 0) {
      cells.push_back(cell);
    }
  }
  MapChanges changes;
  for (const std::vector<float>& band : map.bands) {
    std::vector<float>& values = changes.values.emplace_back();
    values.reserve(cells.size());
    for (const std::uint32_t cell : cells) {
      values.push_back(band[cell - before]);
    }
  }
  for (std::uint32_t& cell : cells) {
    cell = evidence::cell_of_country(part, country, cell);
  }
  changes.cells = std::move(cells);
  return changes;
}

std::size_t draws_of(const CloserLook& closer) {
  return closer.surveys ? static_cast<std::size_t>(closer.surveys->draws) : 0;
}

/// P(any item) of modelled cells: of those told anew, and of the others as the whole estimate's map has it.
std::vector<float> likelihood_of(const EstimateState& state, const geo::Raster& modelled, const geo::Raster& whole,
                                 const Mask& refreshed) {
  const MapCells cells(state.grid, state.together);
  const std::size_t before = cells_before(modelled.grid, state.grid);
  std::vector<float> likelihood(state.grid.size());
  for (std::uint32_t cell = 0; cell < likelihood.size(); ++cell) {
    likelihood[cell] = refreshed[cell] != 0 ? modelled.bands[0][cell - before] : whole.bands[0][cells.of(cell)];
  }
  return likelihood;
}

/// What evidence is worth, and surveys, of the polygons told anew; the window knows nothing of large ones beyond it.
void look_closer(const evidence::Observations& now, const Fitted& fitted, const EstimateOptions& options,
                 const UpdatePlan& plan, const CloserLook& closer, const std::vector<float>& likelihood,
                 EstimateUpdate& update) {
  std::vector<std::size_t> wanted;  // places in the list that the plan's polygons are from
  std::vector<PolygonCells> asked;
  std::vector<PolygonEstimate> told;
  std::vector<PolygonEstimate*> to;
  for (std::size_t k = 0; k < update.polygons.size(); ++k) {
    auto& [place, polygon] = update.polygons[k];
    polygon.besides_known = plan.polygons[k].size() <= kLargePolygon && !std::isnan(polygon.items_mean);
    if (closer.polygons.has(place) && polygon.besides_known) {
      wanted.push_back(place);
      asked.push_back(plan.polygons[k]);
      told.push_back(polygon);
      to.push_back(&polygon);
    }
  }
  if (closer.without_evidence) {
    tell_without_evidence(fitted.now, now, options, asked, {0, asked.size()}, told);
    for (std::size_t k = 0; k < to.size(); ++k) {
      to[k]->without = std::move(told[k].without);
    }
  }
  if (closer.surveys) {
    std::vector<PolygonCells> by_place(wanted.empty() ? 0 : wanted.back() + 1);
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      by_place[wanted[k]] = std::move(asked[k]);
    }
    update.surveys = surveys_of(fitted.now, now, likelihood, options, by_place, wanted, *closer.surveys);
  }
}

}  // namespace

void MapChanges::put_into(geo::Raster& map) const {
  for (std::size_t band = 0; band < values.size(); ++band) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      map.bands[band][cells[i]] = values[band][i];
    }
  }
}

PolygonsTouching touching(const std::vector<PolygonCells>& polygons) {
  return [&polygons](const Mask& flags) {
    std::vector<std::pair<std::size_t, PolygonCells>> touched;
    for (std::size_t place = 0; place < polygons.size(); ++place) {
      if (touches(polygons[place], flags)) {
        touched.emplace_back(place, polygons[place]);
      }
    }
    return touched;
  };
}

base::Result<EstimateUpdate> update_estimate(const EstimateState& state, evidence::Observations now,
                                             const PolygonsTouching& polygons, const AlsoTold& told) {
  FG_CHECK(!told.closer.surveys || told.whole != nullptr);
  FG_CHECK(!state.country || !told.of_all_ground());
  FG_TRY_VOID(same_ground(state, now));
  Changes changes = changes_since(state, now, {});
  UpdatePlan& plan = changes.plan;
  Exchange& exchange = changes.exchange;
  EstimateUpdate update;
  update.cells_changed = std::count(plan.changed.begin(), plan.changed.end(), std::uint8_t{1});
  for (std::size_t k = 0; k < state.classes.size(); ++k) {
    const bool evidence = !state.classes[k].learnt.meeting_rate.empty();
    (evidence ? update.reports_changed : update.reports_aside) += plan.blocks[k].reports;
  }
  if (std::find(plan.wanted.begin(), plan.wanted.end(), 1) == plan.wanted.end()) {
    update.totals = totals_of(state.nation, state.seed);
    update.refreshed = std::move(plan.wanted);
    return update;
  }
  add_polygons(state, now, polygons, plan);
  if (needs_wider(state, now, plan)) {
    update.needs_wider = true;
    return update;
  }
  FG_TRY(const Fitted fitted, fit(state, plan, exchange, now, draws_of(told.closer)));

  const EstimateOptions options = options_of(state);
  Redrawn redrawn;
  redrawn.before.raster = empty_raster(rows_holding(plan.wanted, now.grid), now.epsg);
  if (state.together > 1) {
    redrawn.before.together = empty_raster(now.grid.in_larger_cells(state.together), now.epsg);
  }
  if (told.kind_raster != nullptr) {
    redrawn.now.kind_raster = std::move(*told.kind_raster);
  }
  redraw(state, options, fitted, plan.polygons, plan.wanted, exchange, now, redrawn);
  tell_chances(state.alike, state.grid, state.together, redrawn.now);
  if (told.kind_raster != nullptr) {
    *told.kind_raster = std::move(*redrawn.now.kind_raster);
  }

  const geo::Raster& redrawn_map = redrawn.now.together ? *redrawn.now.together : redrawn.now.raster;
  update.map = changes_of(MapCells(state.grid, state.together).holding(plan.wanted),
                          evidence::in_larger_cells(part_in(state), state.whole(), state.together),
                          state.whole().in_larger_cells(state.together), redrawn_map,
                          redrawn.now.together ? 0 : cells_before(redrawn_map.grid, state.grid));
  update.cells_refreshed = static_cast<std::int64_t>(update.map.cells.size());
  tell_nation(state, redrawn, update);
  tell_polygons(state, now, fitted, plan, redrawn, update);
  look_closer(
      now, fitted, options, plan, told.closer,
      told.closer.surveys ? likelihood_of(state, redrawn.now.raster, *told.whole, plan.wanted) : std::vector<float>{},
      update);
  update.shift_beyond = shift_beyond(fitted, state, now, plan.wanted);
  update.refreshed = std::move(plan.wanted);
  return update;
}

base::Result<WindowPosteriors> posteriors_near(const EstimateState& state, evidence::Observations& now,
                                               const std::vector<std::uint32_t>& cells) {
  FG_TRY_VOID(same_ground(state, now));
  Changes changes = changes_since(state, now, cells);
  FG_TRY(Fitted fitted, fit(state, changes.plan, changes.exchange, now));
  auto kept = std::make_shared<Fitted>(std::move(fitted));
  Posteriors posteriors = std::move(kept->now);
  return WindowPosteriors{std::move(kept), std::move(posteriors)};
}

}  // namespace firmground::estimate
