#include "estimate/estimate.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/parallel.h"
#include "base/random.h"
#include "base/wide_vectors.h"
#include "estimate/class_posterior.h"
#include "estimate/confirmed_ground.h"
#include "estimate/country_map.h"
#include "estimate/draw_quantiles.h"
#include "estimate/estimate_state.h"
#include "estimate/lane_math.h"
#include "estimate/map_cells.h"
#include "estimate/numbered_cells.h"
#include "estimate/prediction.h"
#include "estimate/reasons.h"
#include "estimate/statement_ratios.h"
#include "estimate/surveys.h"
#include "estimate/without_evidence.h"

namespace firmground::estimate {

namespace {

constexpr float kNotEstimated = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kStripeRows = 8;
constexpr std::size_t kRun = 256;  ///< cells predicted at a time: their draws stay near the processor

bool observed(const evidence::Observations& observations, std::size_t which) {
  return observations.mode == "presence-only" ? !observations.reports[which].empty()
                                              : !observations.searched[which].empty();
}

base::Result<Posteriors> fit_classes(const evidence::Observations& observations, const EstimateOptions& options) {
  std::vector<std::size_t> classes;
  for (std::size_t which = 0; which < 2; ++which) {
    if (observed(observations, which)) {
      classes.push_back(which);
    }
  }
  if (classes.empty()) {
    return base::fail("estimate.nothing_observed", {{"period", ""}});
  }
  std::vector<base::Result<std::unique_ptr<ClassPosterior>>> fitted(classes.size());
  base::parallel_for(classes.size(), 1, [&](std::size_t begin, std::size_t) {
    fitted[begin] = fit_class(observations, classes[begin], options);
  });
  Posteriors result;
  for (auto& one : fitted) {
    FG_TRY(auto posterior, std::move(one));
    result.push_back(std::move(posterior));
  }
  return result;
}

/// Polygons that touch each cell, as compressed rows of the cells that any touches.
class CellPolygons {
 public:
  struct Touched {
    std::uint32_t polygon;
    float share;
  };

  CellPolygons(const std::vector<PolygonCells>& polygons, std::size_t cells) : touched_(cells) {
    each(polygons, [&](std::uint32_t, const geo::CellShare& touched) { touched_.add(touched.cell); });
    touched_.count();
    std::vector<std::uint32_t> next(touched_.size() + 2, 0);  // shifted by two: it ends as where each row begins
    each(polygons, [&](std::uint32_t, const geo::CellShare& touched) { ++next[touched_.number(touched.cell) + 2]; });
    std::partial_sum(next.begin(), next.end(), next.begin());
    entry_.resize(next.back());
    each(polygons, [&](std::uint32_t polygon, const geo::CellShare& touched) {
      entry_[next[touched_.number(touched.cell) + 1]++] = {polygon, touched.share};
    });
    begin_ = std::move(next);
  }
  /// In the order of the polygons.
  std::span<const Touched> of(std::uint32_t cell) const {
    if (!touched_.has(cell)) {
      return {};
    }
    const std::uint32_t row = touched_.number(cell);
    return {entry_.data() + begin_[row], entry_.data() + begin_[row + 1]};
  }

 private:
  template <typename Visit>
  static void each(const std::vector<PolygonCells>& polygons, const Visit& visit) {
    for (std::uint32_t p = 0; p < polygons.size(); ++p) {
      for (const geo::CellShare& touched : polygons[p].cells) {
        visit(p, touched);
      }
    }
  }
  NumberedCells touched_;
  std::vector<std::uint32_t> begin_;
  std::vector<Touched> entry_;
};

struct Stripe {
  Sum nation{0};
  std::vector<std::pair<std::uint32_t, Sum>> polygons;
  std::unordered_map<std::uint32_t, std::size_t> place_of;  ///< of a polygon in `polygons`
  std::vector<std::pair<std::uint32_t, float>> predicted_finds;
  KindSum kinds;
  Likeness alike;
};

/// Everything the map loop reads and writes.
struct MapWork {
  const evidence::Observations& observations;
  const EstimateOptions& options;
  const Posteriors& posteriors;
  std::vector<CellPredictor> predictors;
  const ConfirmedGround* confirmed = nullptr;
  CellPolygons by_cell;
  const std::vector<std::uint8_t>& wanted;  ///< cells to predict
  const MapCells& cells;
  geo::Raster* raster = nullptr;
  std::size_t before_raster = 0;       ///< cells of the grid that lie before its first row
  const KindMap* kinds = nullptr;      ///< null: not told
  geo::Raster* kind_raster = nullptr;  ///< null: not drawn
  geo::Raster* together = nullptr;     ///< null: the map's cells are those that the ground is modelled in
  MapParts* parts = nullptr;

  std::size_t draws() const { return static_cast<std::size_t>(options.draws); }
  void run(std::size_t first_row, std::size_t last_row, Stripe& stripe) const;
  void write_cell(std::uint32_t cell, std::size_t at, const std::vector<ClassPrediction>& classes,
                  std::vector<float>& items) const;
  void run(const std::vector<std::uint32_t>& cells, std::vector<ClassPrediction>& classes, MapRow& map_row,
           Stripe& stripe) const;
  void add_polygons(std::uint32_t cell, std::size_t at, const std::vector<ClassPrediction>& classes,
                    const KindCells& of_kinds, Stripe& stripe) const;
};

/// to += from.
FG_WIDE_VECTORS void add_draws(const float* from, std::size_t draws, double* to) {
  for (std::size_t m = 0; m < draws; ++m) {
    to[m] += static_cast<double>(from[m]);
  }
}

FG_WIDE_VECTORS void add_draws(const float* from, std::size_t draws, float* to) {
  for (std::size_t m = 0; m < draws; ++m) {
    to[m] += from[m];
  }
}

void MapWork::write_cell(std::uint32_t cell, std::size_t at, const std::vector<ClassPrediction>& classes,
                         std::vector<float>& items) const {
  float none = 1;
  float expected = 0;
  float evidence = 0;
  float weight = 0;
  std::fill(items.begin(), items.end(), 0.0F);
  for (const ClassPrediction& c : classes) {
    none *= 1 - c.probability[at];
    expected += c.items[at];
    evidence += c.evidence[at] * (c.probability[at] + 1e-9F);
    weight += c.probability[at] + 1e-9F;
    add_draws(c.item_draws.data() + at * items.size(), items.size(), items.data());
  }
  const std::size_t in_raster = cell - before_raster;
  raster->bands[0][in_raster] = 1 - none;
  raster->bands[1][in_raster] = std::max(expected, 1 - none);
  raster->bands[4][in_raster] = evidence / weight;
  if (together == nullptr) {  // else intervals are those of the map's cells
    const DrawQuantiles quantiles = quantiles_of(items);
    raster->bands[2][in_raster] = quantiles.p05;
    raster->bands[3][in_raster] = quantiles.p95;
  }
}

/// Adds the share of one cell that lies in a polygon to what the polygon holds.
FG_WIDE_VECTORS void add_share(const ClassPrediction& c, std::size_t at, double share, ClassSum& of_class, Sum& sum) {
  const std::size_t draws = sum.items.size();
  const float* item_draws = c.item_draws.data() + at * draws;
  const float* any_draws = c.any_draws.data() + at * draws;
  const float* none_draws = c.none_draws.data() + at * draws;
  double* all_items = sum.items.data();
  double* all_none = sum.none.data();
  double* items_of_class = of_class.items.data();
  double* any_of_class = of_class.any.data();
  double* squares = of_class.any_squared.data();
  for (std::size_t m = 0; m < draws; ++m) {
    const double items = share * static_cast<double>(item_draws[m]);
    const double any = share * static_cast<double>(any_draws[m]);
    all_items[m] += items;
    items_of_class[m] += items;
    any_of_class[m] += any;
    squares[m] += any * any;
  }
  if (share > 0.999) {
    for (std::size_t m = 0; m < draws; ++m) {
      all_none[m] += static_cast<double>(none_draws[m]);
    }
    return;
  }
  // Items of a cell that the polygon covers in part lie in it with that share.
  for (std::size_t m = 0; m < draws; ++m) {
    all_none[m] += lane_log(1 - share * static_cast<double>(any_draws[m]));
  }
}

void MapWork::add_polygons(std::uint32_t cell, std::size_t at, const std::vector<ClassPrediction>& classes,
                           const KindCells& of_kinds, Stripe& stripe) const {
  for (const auto& [polygon, share] : by_cell.of(cell)) {
    const auto [place, first] = stripe.place_of.try_emplace(polygon, stripe.polygons.size());
    if (first) {
      stripe.polygons.emplace_back(polygon, Sum(draws(), predictors.size()));
    }
    Sum& sum = stripe.polygons[place->second].second;
    float likeliest = 0;
    for (std::size_t k = 0; k < classes.size(); ++k) {
      const ClassPrediction& c = classes[k];
      add_share(c, at, static_cast<double>(share), sum.classes[k], sum);
      sum.mean += static_cast<double>(share * c.items[at]);
      sum.variance += static_cast<double>(share * c.variance_items[at]);
      likeliest += c.probability[at];
    }
    for (std::size_t j = 0; j < sum.kinds.size() && kinds != nullptr; ++j) {
      sum.kinds[j].items += static_cast<double>(share * of_kinds.items[at][j]);
      sum.kinds[j].cells += static_cast<double>(share * of_kinds.cells[at][j]);
    }
    sum.evidence += static_cast<double>(share * raster->bands[4][cell - before_raster]);
    sum.weight += static_cast<double>(share);
    if (likeliest > sum.likeliest) {
      sum.likeliest = likeliest;
      sum.likeliest_cell = cell;
    }
  }
}

void MapWork::run(std::size_t first_row, std::size_t last_row, Stripe& stripe) const {
  const auto columns = static_cast<std::size_t>(observations.grid.columns);
  stripe.nation = Sum(draws());
  if (kinds != nullptr) {
    stripe.kinds = kinds->empty_sum(first_row, last_row);
  }
  std::vector<ClassPrediction> classes(predictors.size());
  std::vector<std::uint32_t> run_cells;
  MapRow map_row(cells, draws());
  for (std::size_t row = first_row; row < last_row; ++row) {
    for (std::size_t cell = row * columns; cell < (row + 1) * columns; ++cell) {
      if (wanted[cell] != 0) {
        run_cells.push_back(static_cast<std::uint32_t>(cell));
      }
      if (run_cells.size() == kRun || cell + 1 == (row + 1) * columns) {
        run(run_cells, classes, map_row, stripe);
        run_cells.clear();
      }
    }
    if (together != nullptr && (row + 1 == last_row || cells.ends_row(row))) {
      map_row.write(*together, *parts, stripe.alike);
    }
  }
}

/// Of one row.
void MapWork::run(const std::vector<std::uint32_t>& run_cells, std::vector<ClassPrediction>& classes, MapRow& map_row,
                  Stripe& stripe) const {
  std::vector<std::uint8_t> with_none;
  with_none.reserve(run_cells.size());
  for (const std::uint32_t cell : run_cells) {
    with_none.push_back(together != nullptr || confirmed->has(cell) || !by_cell.of(cell).empty() ? 1 : 0);
  }
  for (std::size_t k = 0; k < predictors.size(); ++k) {
    confirmed->predict(k, run_cells, with_none, classes[k]);
  }
  KindCells of_kinds;
  if (kinds != nullptr) {
    kinds->tell(run_cells, classes, of_kinds);
    kinds->add(run_cells, classes, of_kinds, stripe.kinds);
    if (kind_raster != nullptr) {
      kinds->write(run_cells, classes, of_kinds, *kind_raster);
    }
  }
  std::vector<float> items(draws());
  for (std::size_t i = 0; i < run_cells.size(); ++i) {
    write_cell(run_cells[i], i, classes, items);
    if (together != nullptr) {
      map_row.add(run_cells[i], i, classes, confirmed->has(run_cells[i]), *raster, run_cells[i] - before_raster);
    }
    for (const ClassPrediction& c : classes) {
      add_draws(c.item_draws.data() + i * draws(), draws(), stripe.nation.items.data());
      stripe.nation.variance += static_cast<double>(c.variance_items[i]);
    }
    stripe.nation.mean += static_cast<double>(raster->bands[1][run_cells[i] - before_raster]);
    add_polygons(run_cells[i], i, classes, of_kinds, stripe);
    if (!options.leave_out.empty() && options.leave_out[run_cells[i]] != 0) {
      float missed = 1;
      for (const ClassPrediction& c : classes) {
        missed *= 1 - c.find_probability[i];
      }
      stripe.predicted_finds.emplace_back(run_cells[i], 1 - missed);
    }
  }
}

/// Predicted numbers in all, ascending: the draws, and the scatter of counts given the fields in its normal limit.
std::vector<float> predicted_numbers(const Sum& nation, std::uint64_t seed) {
  base::Random random(seed, 1);
  std::vector<float> numbers;
  numbers.reserve(nation.items.size());
  const double sd = std::sqrt(std::max(0.0, nation.variance));
  for (const double total : nation.items) {
    numbers.push_back(static_cast<float>(std::max(0.0, total + sd * random.normal())));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

/// Predicted numbers of a polygon, ascending.
std::vector<float> predicted_numbers(const Sum& sum, const Posteriors& posteriors, std::uint64_t seed,
                                     std::uint64_t stream) {
  base::Random random(seed, stream);
  std::vector<float> numbers;
  numbers.reserve(sum.items.size());
  for (std::size_t m = 0; m < sum.items.size(); ++m) {
    double items = 0;
    for (std::size_t k = 0; k < sum.classes.size(); ++k) {
      items += posteriors[k]->events ? static_cast<double>(random.poisson(sum.classes[k].items[m]))
                                     : predicted_count(sum.classes[k], m, posteriors[k]->law_ahead, random);
    }
    numbers.push_back(static_cast<float>(items));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

struct Interval {
  double p05;
  double p95;
};

Interval interval(const std::vector<float>& ascending) {
  const auto n = static_cast<double>(ascending.size() - 1);
  return {static_cast<double>(ascending[static_cast<std::size_t>(0.05 * n)]),
          static_cast<double>(ascending[static_cast<std::size_t>(std::lround(0.95 * n))])};
}

std::vector<CovariateEffect> effects_of(const Posteriors& posteriors) {
  std::vector<CovariateEffect> result;
  for (const auto& posterior : posteriors) {
    const sparse::DenseMatrix covariance = posterior->fit.schur->inverse();
    for (const SmoothEffect& effect : posterior->model.effects) {
      if (!effect.statements.empty()) {
        continue;
      }
      CovariateEffect out;
      out.name = fmt::format("{} ({})", effect.name, evidence::to_string(posterior->ordnance_class));
      out.unit = effect.unit;
      out.labels = effect.labels;
      for (std::size_t k = 0; k < effect.knots.size(); ++k) {
        const std::size_t column = effect.first_column + k;
        const double sd = std::sqrt(covariance(column, column));
        out.at.push_back(effect.knots[k]);
        out.effect.push_back(posterior->fit.border[column]);
        out.p05.push_back(posterior->fit.border[column] - 1.645 * sd);
        out.p95.push_back(posterior->fit.border[column] + 1.645 * sd);
      }
      result.push_back(std::move(out));
    }
  }
  return result;
}

}  // namespace

double predicted_count(const ClassSum& sum, std::size_t m, const CountLaw& law, base::Random& random) {
  if (sum.any[m] <= 0) {
    return 0;
  }
  const double share = std::min(1.0, sum.any_squared[m] / sum.any[m]);
  const auto cells = static_cast<std::int64_t>(sum.any[m] / share + random.uniform());
  const std::int64_t occupied = random.binomial(cells, share);
  const double each = sum.items[m] / sum.any[m];
  if (occupied == 0 || each < 1.01) {
    return static_cast<double>(occupied);
  }
  const CountLaw scaled = with_positive_mean(within_place(law), each);
  constexpr std::int64_t kMany = 200;  // beyond, the sum of the counts is normal for all that shows
  if (occupied > kMany) {
    const double second = (scaled.mean * scaled.mean * (1 + 1 / scaled.shape) + scaled.mean) * each / scaled.mean;
    const auto n = static_cast<double>(occupied);
    return std::max(n, std::round(n * each + std::sqrt(n * (second - each * each)) * random.normal()));
  }
  PositiveCounts counts(scaled);
  double items = 0;
  for (std::int64_t k = 0; k < occupied; ++k) {
    items += static_cast<double>(counts.draw(random));
  }
  return items;
}

void describe(const Posteriors& posteriors, EstimateResult& result) {
  for (const auto& posterior : posteriors) {
    const std::string suffix = fmt::format("_{}", evidence::to_string(posterior->ordnance_class));
    auto& h = result.hazard.hyperparameters;
    h["short_range_m" + suffix] = std::exp(posterior->hyper.log_short_range_m);
    h["short_sd" + suffix] = std::exp(posterior->hyper.log_short_sd);
    h["short_stretch" + suffix] = posterior->hyper.stretch;
    h["patchiness" + suffix] = posterior->hyper.patchiness();
    h["long_sd" + suffix] = std::exp(posterior->hyper.log_long_sd);
    h["smooth_precision" + suffix] = std::exp(posterior->hyper.log_smooth_precision);
    if (!posterior->events) {
      h["items_per_occupied_cell" + suffix] = positive_mean(posterior->law_ahead);
      h["items_per_occupied_cell_searched" + suffix] = positive_mean(posterior->law);
      h["count_shape" + suffix] = posterior->law_ahead.shape;
      h["count_variation_by_place" + suffix] = posterior->law_ahead.by_place;
    }
    if (posterior->events) {
      h["event_weight_per_year" + suffix] = posterior->events->law.yearly;
      h["event_shape" + suffix] = posterior->events->law.shape;
      h["event_ground_power" + suffix] = posterior->events->law.power;
    }
    result.classes.push_back({posterior->ordnance_class, posterior->hyper, posterior->fit.evidence_bound,
                              positive_mean(posterior->law_ahead), posterior->model.short_lattice.active,
                              searches_in(posterior->model.observations), posterior->reports});
    const std::vector<StatementRatio> ratios = statement_ratios(*posterior);
    result.hazard.statements.insert(result.hazard.statements.end(), ratios.begin(), ratios.end());
  }
  result.hazard.effects = effects_of(posteriors);
}

geo::Raster empty_raster(const geo::Grid& grid, int epsg) {
  geo::Raster raster;
  raster.grid = grid;
  raster.epsg = epsg;
  raster.band_names = {"probability_any", "expected_items", "expected_items_p05", "expected_items_p95", "evidence"};
  raster.bands.assign(5, std::vector<float>(grid.size(), kNotEstimated));
  return raster;
}

std::int64_t cells_told(const geo::Raster& raster) {
  const std::vector<float>& values = raster.bands.front();
  return std::count_if(values.begin(), values.end(), [](float value) { return !std::isnan(value); });
}

CountryMap map_of(const evidence::Observations& observations, const EstimateOptions& options,
                  const Posteriors& posteriors, const std::vector<PolygonCells>& polygons,
                  const std::vector<std::uint8_t>& wanted, const KindMap* kinds) {
  CountryMap map;
  map.raster = empty_raster(observations.grid, observations.epsg);
  if (options.together > 1) {
    map.together = empty_raster(observations.grid.in_larger_cells(options.together), observations.epsg);
  }
  if (kinds != nullptr && options.kinds == KindUse::map) {
    map.kind_raster = kinds->empty_raster(options.together);
  }
  draw_cells(observations, options, posteriors, polygons, wanted, map, kinds);
  return map;
}

void draw_cells(const evidence::Observations& observations, const EstimateOptions& options,
                const Posteriors& posteriors, const std::vector<PolygonCells>& polygons,
                const std::vector<std::uint8_t>& wanted, CountryMap& map, const KindMap* kinds) {
  const MapCells cells(observations.grid, options.together);
  const bool together = options.together > 1;
  if (together) {
    map.parts.independent.assign(cells.grid().size(), 0);
    map.parts.likeliest.assign(cells.grid().size(), 0);
    if (map.kind_raster) {
      map.parts.kinds = kinds->empty_raster();
    }
  }
  geo::Raster* const kind_raster = map.parts.kinds ? &*map.parts.kinds : map.kind_raster ? &*map.kind_raster : nullptr;
  const auto rows_before = static_cast<std::size_t>(observations.grid.north - map.raster.grid.north);
  MapWork work{observations,
               options,
               posteriors,
               {},
               nullptr,
               {polygons, observations.grid.size()},
               wanted,
               cells,
               &map.raster,
               rows_before * static_cast<std::size_t>(observations.grid.columns),
               kinds,
               kind_raster,
               together ? &*map.together : nullptr,
               &map.parts};
  std::vector<std::optional<CellPredictor>> predictors(posteriors.size());
  base::parallel_for(predictors.size(), 1,
                     [&](std::size_t k, std::size_t) { predictors[k].emplace(*posteriors[k], observations, options); });
  for (std::optional<CellPredictor>& predictor : predictors) {
    work.predictors.push_back(std::move(*predictor));
  }
  const ConfirmedGround confirmed(observations, work.predictors, options, wanted);
  work.confirmed = &confirmed;
  const std::vector<std::size_t> runs = cells.runs(kStripeRows);
  std::vector<Stripe> stripes(runs.size() - 1);
  base::parallel_for(stripes.size(), 1,
                     [&](std::size_t at, std::size_t) { work.run(runs[at], runs[at + 1], stripes[at]); });

  // Sums in stripe order: the same bytes whatever the threads.
  map.nation = Sum(work.draws());
  std::vector<KindSum> by_kind;
  map.polygons.assign(polygons.size(), Sum(work.draws(), posteriors.size()));
  for (Stripe& stripe : stripes) {
    map.nation.add(stripe.nation);
    for (const auto& [polygon, sum] : stripe.polygons) {
      map.polygons[polygon].add(sum);
    }
    map.predicted_finds.insert(map.predicted_finds.end(), stripe.predicted_finds.begin(), stripe.predicted_finds.end());
    by_kind.push_back(std::move(stripe.kinds));
    map.parts.alike.add(stripe.alike);
    stripe = {};
  }
  if (kinds != nullptr) {
    map.kinds = kinds->added_up(by_kind);
  }
}

void tell_chances(const Likeness& alike, const geo::Grid& modelled, std::int32_t together, CountryMap& map) {
  if (together > 1) {
    tell_chances(MapCells(modelled, together), map.parts, alike, *map.together,
                 map.parts.kinds ? &*map.kind_raster : nullptr);
  }
}

PolygonEstimate polygon_of(const PolygonCells& polygon, const Sum& sum, const Posteriors& posteriors,
                           std::uint64_t seed, std::size_t number) {
  PolygonEstimate out;
  out.id = polygon.id;
  out.area_m2 = polygon.area_m2;
  if (sum.weight <= 0) {  // no cell of it was estimated: unknown, not empty (design invariant 5)
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    out.probability_none = out.items_mean = out.items_p05 = out.items_p95 = out.evidence = kUnknown;
    return out;
  }
  out.predicted = predicted_numbers(sum, posteriors, seed, 100 + number);
  const Interval of_polygon = interval(out.predicted);
  for (const double log_none : sum.none) {
    out.probability_none += std::exp(log_none) / static_cast<double>(sum.none.size());
  }
  out.items_mean = sum.mean;
  out.items_p05 = of_polygon.p05;
  out.items_p95 = of_polygon.p95;
  out.evidence = sum.evidence / sum.weight;
  return out;
}

NationalTotals totals_of(const Sum& nation, std::uint64_t seed) {
  const Interval of_nation = interval(predicted_numbers(nation, seed));
  return {nation.mean, std::min(of_nation.p05, nation.mean), std::max(of_nation.p95, nation.mean)};
}

void tell_nation(const Sum& nation, const evidence::Observations& observations, std::uint64_t seed,
                 const std::string& settings, EstimateResult& result) {
  result.predicted_total = predicted_numbers(nation, seed);
  result.hazard.mode = observations.mode;
  result.hazard.totals = totals_of(nation, seed);
  result.hazard.stamp = {"hazard-estimate", observations.snapshot_hash, base::version(), settings, seed};
  result.hazard.raster.metadata = {{"FIRMGROUND_STAMP", result.hazard.stamp.to_json()},
                                   {"FIRMGROUND_MODE", observations.mode},
                                   {"FIRMGROUND_ITEMS_MEAN", fmt::format("{:.6g}", nation.mean)}};
}

std::string settings_json(const evidence::Observations& observations, const EstimateOptions& options) {
  nlohmann::ordered_json json = {{"cell_m", observations.grid.cell_m},
                                 {"mode", observations.mode},
                                 {"from", observations.from},
                                 {"until", observations.until},
                                 {"records", observations.records ? "reconciled" : "as-drawn"},
                                 {"draws", options.draws},
                                 {"most_nodes", options.most_nodes},
                                 {"most_hyper_searches", options.most_hyper_searches}};
  if (options.together != 1) {
    json["cells_together"] = options.together;
  }
  if (options.years_ahead != 1) {
    json["years_ahead"] = options.years_ahead;
  }
  if (options.left_out != LeftOut{}) {
    json["search_worth"] = options.left_out.search_worth;
    json["untold_sd"] = options.left_out.untold_sd;
    json["confirmed_in_vain"] = options.left_out.confirmed_in_vain;
  }
  if (!options.reports) {
    json["reports"] = "ignored";
  }
  if (observations.records && !observations.records->as_recorded.empty()) {
    json["as_recorded"] = observations.records->as_recorded;
  }
  return json.dump();
}

base::Result<EstimateResult> estimate(const evidence::Observations& observations, const EstimateOptions& options,
                                      const std::vector<PolygonCells>& polygons, const base::Progress& progress) {
  const CloserLook& closer = options.closer;
  if ((closer.without_evidence || closer.surveys) && observations.mode != "effort") {
    return base::fail("estimate.effort_needed");
  }
  if (!progress("Fitting the hazard field", 0.1)) {
    return base::fail("base.cancelled");
  }
  FG_TRY(const Posteriors posteriors, fit_classes(observations, options));
  EstimateResult result;
  describe(posteriors, result);

  if (!progress("Drawing the map", 0.7)) {
    return base::fail("base.cancelled");
  }
  std::optional<KindMap> kinds;
  if (options.kinds != KindUse::left_out && options.leave_out.empty()) {
    kinds.emplace(observations, options, posteriors);
  }
  CountryMap map = map_of(observations, options, posteriors, polygons, observations.inside, kinds ? &*kinds : nullptr);
  tell_chances(map.parts.alike, observations.grid, options.together, map);
  if (kinds) {
    kinds->describe(result.hazard.hyperparameters);
    result.kinds = kinds->totals(*map.kinds, options.seed);
    result.kind_raster = std::move(map.kind_raster);
  }
  result.hazard.raster = std::move(map.together ? *map.together : map.raster);
  const geo::Raster& modelled = map.together ? map.raster : result.hazard.raster;
  result.predicted_finds = std::move(map.predicted_finds);
  tell_nation(map.nation, observations, options.seed, settings_json(observations, options), result);
  if (result.kind_raster) {
    result.kind_raster->metadata = result.hazard.raster.metadata;
  }
  result.polygons.resize(polygons.size());
  constexpr std::size_t kGrain = 16;
  base::parallel_for(polygons.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t p = begin; p < end; ++p) {
      const Sum& sum = map.polygons[p];
      PolygonEstimate& told = result.polygons[p] = polygon_of(polygons[p], sum, posteriors, options.seed, p);
      if (sum.weight > 0) {
        told.reasons = reasons_for(posteriors, observations, sum.likeliest_cell);
        told.kinds = kinds ? kinds->polygon(sum, told.probability_none, options.seed, kStreamOfKinds + p)
                           : std::vector<KindOfPolygon>{};
      }
    }
  });
  if (closer.without_evidence) {
    tell_without_evidence(posteriors, observations, options, polygons, closer.polygons, result.polygons);
  }
  if (closer.surveys) {
    std::vector<std::size_t> wanted(closer.polygons.count);
    std::iota(wanted.begin(), wanted.end(), closer.polygons.first);
    result.surveys =
        surveys_of(posteriors, observations, modelled.bands[0], options, polygons, wanted, *closer.surveys);
  }
  if (options.keep) {
    EstimateState state = state_of(observations, options, posteriors, kinds ? &*kinds : nullptr, polygons, map);
    state.watched = watched_cells(state.grid, state.together, result.hazard.raster);
    state.watched_values = values_at(state.watched, observations.covariates);
    result.state = std::make_shared<EstimateState>(std::move(state));
  }
  result.hazard.cells = cells_told(result.hazard.raster);
  progress("Estimate ready", 1);
  return result;
}

}  // namespace firmground::estimate
