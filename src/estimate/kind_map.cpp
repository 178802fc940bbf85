#include "estimate/kind_map.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/country_map.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kConcentrations = 4;
constexpr double kConcentrationStep = 4;
constexpr double kManyPatches = 1e9;

/// The shape of numbers ahead; of events, that of a cell's rate.
CountLaw law_of(const ClassPosterior& posterior) {
  return posterior.events ? CountLaw{1, posterior.events->law.shape} : posterior.law_ahead;
}

std::size_t first_of(const Composition& composition) {
  return evidence::first_kind(composition.ordnance_class());
}

struct Quantiles {
  double p05;
  double p95;
};

Quantiles quantiles_of(std::vector<double>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  const auto n = static_cast<double>(numbers.size() - 1);
  return {numbers[static_cast<std::size_t>(0.05 * n)], numbers[static_cast<std::size_t>(std::lround(0.95 * n))]};
}

/// P(any item of a class) in a polygon, its mean and the shape of its number, from the sums of its cells by draw: as
/// many cells as eq. 26 has them hold items, each by the law of the class.
struct PolygonNumber {
  double any = 0;
  double occupied = 1;  ///< cells that hold items, where any does

  /// Patches, where any holds items: were they laid for themselves, as many as their chance of none says.
  double patches() const {
    const double p = std::min(any, 1 - 1e-9);
    return p > 1e-9 ? std::min(occupied, -std::log1p(-p) / p) : 1;
  }
};

PolygonNumber number_of(const ClassSum& sum) {
  PolygonNumber number;
  double cells = 0;
  for (std::size_t m = 0; m < sum.any.size(); ++m) {
    if (sum.any[m] > 0) {
      const double share = std::clamp(sum.any_squared[m] / sum.any[m], 1e-12, 1 - 1e-9);
      number.any -= std::expm1(sum.any[m] / share * std::log1p(-share)) / static_cast<double>(sum.any.size());
      cells += sum.any[m] / static_cast<double>(sum.any.size());
    }
  }
  number.occupied = number.any > 0 ? std::max(1.0, cells / number.any) : 1;
  return number;
}

using Divided = std::array<std::int64_t, evidence::kMostKindsOfClass>;

/// So many items by kind: the shares of this ground about their means (Dirichlet), then each item by them.
Divided divided(std::int64_t items, std::span<const double> share, double concentration, base::Random& random) {
  std::array<double, evidence::kMostKindsOfClass> part{};
  double all = 0;
  for (std::size_t j = 0; j < share.size(); ++j) {
    const double shape = concentration * share[j];
    part[j] = shape > 0 ? random.gamma(shape, 1) : 0;
    all += part[j];
  }
  if (!(all > 0)) {  // so little concentration that all are of one kind
    double left = random.uniform();
    std::size_t j = 0;
    while (j + 1 < share.size() && (left -= share[j]) >= 0) {
      ++j;
    }
    part[j] = all = 1;
  }
  Divided result{};
  for (std::size_t j = 0; j < share.size() && items > 0; ++j) {
    const bool last = j + 1 == share.size() || part[j] >= all;
    result[j] = last ? items : random.binomial(items, part[j] / all);
    items -= result[j];
    all -= part[j];
  }
  return result;
}

}  // namespace

std::vector<std::uint32_t> sample_ahead(const evidence::Observations& observations) {
  constexpr std::size_t kMost = 6000;
  const bool events = observations.mode == "presence-only";
  const auto ahead = [&](std::size_t cell) {
    return observations.inside[cell] != 0 && (events || observations.processed[cell] == 0);
  };
  std::size_t all = 0;
  for (std::size_t cell = 0; cell < observations.inside.size(); ++cell) {
    all += ahead(cell) ? 1 : 0;
  }
  const std::size_t step = std::max<std::size_t>(1, (all + kMost - 1) / kMost);
  std::vector<std::uint32_t> cells;
  std::size_t seen = 0;
  for (std::uint32_t cell = 0; cell < observations.inside.size(); ++cell) {
    if (ahead(cell) && seen++ % step == step / 2) {
      cells.push_back(cell);
    }
  }
  return cells;
}

std::vector<CellAhead> weighed_ahead(const std::vector<std::uint32_t>& cells, const CellPredictor& predictor) {
  ClassPrediction prediction;
  predictor.predict(cells, std::vector<std::uint8_t>(cells.size(), 0), prediction);
  std::vector<CellAhead> result;
  result.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    result.push_back({cells[i], static_cast<double>(prediction.probability[i])});
  }
  return result;
}

namespace {

Composition composition_of(const evidence::Observations& observations, const EstimateOptions& options,
                           const ClassPosterior& posterior, const std::vector<std::uint8_t>* near) {
  const auto which = static_cast<std::size_t>(posterior.ordnance_class);
  if (options.learnt && (*options.learnt)[which].kinds) {
    return {observations, posterior.ordnance_class, posterior.model.effects, *(*options.learnt)[which].kinds, near};
  }
  const bool told = !observations.kinds[which].cells.empty();
  return {observations, posterior.ordnance_class, posterior.model.effects,
          told ? weighed_ahead(sample_ahead(observations), CellPredictor(posterior, observations, options))
               : std::vector<CellAhead>{}};
}

}  // namespace

KindMap::KindMap(const evidence::Observations& observations, const EstimateOptions& options,
                 const Posteriors& posteriors, const std::vector<std::uint8_t>* near, const KindMap* like)
    : observations_(observations), draws_(static_cast<std::size_t>(options.draws)) {
  std::vector<std::optional<OfClass>> learnt(posteriors.size());
  base::parallel_for(posteriors.size(), 1, [&](std::size_t k, std::size_t) {
    const ClassPosterior& posterior = *posteriors[k];
    learnt[k].emplace(OfClass{
        composition_of(observations, options, posterior, near), law_of(posterior), {}, posterior.events.has_value()});
    if (!learnt[k]->composition.told()) {
      return;
    }
    if (like != nullptr && like->classes_[k].chances) {
      learnt[k]->chances = like->classes_[k].chances;
      return;
    }
    auto chances = std::make_shared<std::vector<KindChances>>();
    double concentration = learnt[k]->composition.cell_concentration();
    for (std::size_t c = 0; c < kConcentrations; ++c, concentration *= kConcentrationStep) {
      chances->emplace_back(learnt[k]->law, concentration);
    }
    learnt[k]->chances = std::move(chances);
  });
  for (auto& of_class : learnt) {
    classes_.push_back(std::move(*of_class));
  }
}

/// Of the cells that hold items of each kind, the mean number (eq. 38): the first item is one whatever its kind.
ByKind KindMap::OfClass::means(const KindShares& shares, double mean) const {
  double usual = 0;
  for (std::size_t j = 0; j < composition.kinds(); ++j) {
    usual += shares.share[j] * composition.excess()[j];
  }
  ByKind result{};
  for (std::size_t j = 0; j < composition.kinds(); ++j) {
    result[j] = 1 + (mean - 1) * composition.excess()[j] / usual;
  }
  return result;
}

/// Between the tables of the concentrations beside it: what holds of both holds of their mean.
double KindMap::OfClass::chance(double share, double found, double mean) const {
  const auto m = static_cast<float>(mean);
  const auto p = static_cast<float>(share);
  if (found <= 0) {
    return static_cast<double>(chances->front().at(m, p));
  }
  const double steps = std::log1p(found / composition.cell_concentration()) / std::log(kConcentrationStep);
  const auto below = std::min(kConcentrations - 2, static_cast<std::size_t>(steps));
  const double along = std::min(1.0, steps - static_cast<double>(below));
  return (1 - along) * static_cast<double>((*chances)[below].at(m, p)) +
         along * static_cast<double>((*chances)[below + 1].at(m, p));
}

void KindMap::tell(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes,
                   KindCells& out) const {
  out.any.assign(cells.size(), {});
  out.items.assign(cells.size(), {});
  out.cells.assign(cells.size(), {});
  out.from_ground.assign(cells.size(), {1, 1});
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const Composition& composition = classes_[k].composition;
    if (!composition.told()) {
      continue;
    }
    const std::size_t first = first_of(composition);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const KindShares shares = composition.at(cells[i]);
      const auto any = static_cast<double>(classes[k].probability[i]);
      const auto items = static_cast<double>(classes[k].items[i]);
      const double mean = any > 0 ? std::max(1.0, items / any) : 1;
      const ByKind means = classes_[k].means(shares, mean);
      out.from_ground[i][k] = static_cast<float>(shares.from_ground);
      for (std::size_t j = 0; j < composition.kinds(); ++j) {
        out.cells[i][first + j] = static_cast<float>(any * shares.share[j]);
        out.items[i][first + j] = static_cast<float>(items * shares.share[j] * means[j] / mean);
        out.any[i][first + j] =
            std::min(out.items[i][first + j],
                     static_cast<float>(any * classes_[k].chance(shares.share[j], shares.found, means[j])));
      }
    }
  }
}

void KindSum::add_times(const KindSum& part, double sign, std::size_t blocks_before) {
  for (std::size_t i = 0; i < draws.size(); ++i) {
    draws[i] += sign * part.draws[i];
  }
  for (std::size_t b = 0; b < part.blocks.size(); ++b) {
    for (std::size_t j = 0; j < kKinds; ++j) {
      blocks[blocks_before + b][j] += sign * part.blocks[b][j];
    }
  }
  for (std::size_t j = 0; j < kKinds; ++j) {
    items[j] += sign * part.items[j];
    variance[j] += sign * part.variance[j];
    shared[j] += sign * part.shared[j];
  }
}

namespace {

std::size_t blocks_along(std::int32_t cells) {
  return (static_cast<std::size_t>(cells) + kKindBlock - 1) / kKindBlock;
}

}  // namespace

std::size_t kind_blocks(const geo::Grid& grid) {
  return blocks_along(grid.columns) * blocks_along(grid.rows);
}

KindSum KindMap::empty_sum(std::size_t first_row, std::size_t last_row) const {
  const std::size_t first = (observations_.first_row() + first_row) / kKindBlock;
  const std::size_t last = (observations_.first_row() + last_row - 1) / kKindBlock;
  KindSum sum;
  sum.draws.assign(kKinds * draws_, 0.0);
  sum.blocks.assign((last - first + 1) * blocks_along(observations_.whole().columns), ByKind{});
  sum.first_row = static_cast<std::uint32_t>(first);
  return sum;
}

void KindMap::add(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes,
                  const KindCells& kinds, KindSum& sum) const {
  const auto columns = static_cast<std::size_t>(observations_.grid.columns);
  const std::size_t along = blocks_along(observations_.whole().columns);
  const auto block_of = [&](std::size_t cell) {
    const std::size_t row = (observations_.first_row() + cell / columns) / kKindBlock - sum.first_row;
    return row * along + (observations_.first_column() + cell % columns) / kKindBlock;
  };
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const Composition& composition = classes_[k].composition;
    if (!composition.told()) {
      continue;
    }
    const std::size_t first = first_of(composition);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const float items = classes[k].items[i];
      if (!(items > 0)) {
        continue;
      }
      ByKind& block = sum.blocks[block_of(cells[i])];
      const float* of_cell = classes[k].item_draws.data() + i * draws_;
      for (std::size_t j = first; j < first + composition.kinds(); ++j) {
        const auto of_kind = static_cast<double>(kinds.items[i][j]);
        const float share = kinds.items[i][j] / items;
        double* draws = sum.draws.data() + j * draws_;
        for (std::size_t m = 0; m < draws_; ++m) {
          draws[m] += static_cast<double>(share * of_cell[m]);
        }
        sum.items[j] += of_kind;
        sum.variance[j] += static_cast<double>(share * share * classes[k].variance_items[i]);
        sum.shared[j] += of_kind * static_cast<double>((1 - share) * kinds.from_ground[i][k]);
        block[j] += of_kind;
      }
    }
  }
}

/// Of what places may hold otherwise than their mean shares.
ByKind KindMap::variance_of_places(const KindSum& nation) const {
  ByKind variance{};
  for (const OfClass& of_class : classes_) {
    const std::size_t first = first_of(of_class.composition);
    if (!of_class.composition.told()) {
      continue;
    }
    for (const ByKind& block : nation.blocks) {
      double all = 0;
      for (std::size_t j = first; j < first + of_class.composition.kinds(); ++j) {
        all += block[j];
      }
      for (std::size_t j = first; j < first + of_class.composition.kinds(); ++j) {
        variance[j] += block[j] * (all - block[j]) / (1 + of_class.composition.concentration(kKindBlock, kManyPatches));
      }
    }
  }
  return variance;
}

KindSum KindMap::added_up(std::vector<KindSum>& rows) const {
  const geo::Grid& country = observations_.whole();
  const std::size_t along = blocks_along(country.columns);
  KindSum nation = empty_sum(0, 1);
  nation.first_row = 0;
  nation.blocks.assign(kind_blocks(country), ByKind{});
  for (KindSum& row : rows) {
    nation.add(row, row.first_row * along);
    row = {};
  }
  return nation;
}

std::vector<ClassKinds> KindMap::totals(const KindSum& nation, std::uint64_t seed) const {
  std::vector<ClassKinds> result;
  const ByKind of_places = variance_of_places(nation);
  for (const OfClass& of_class : classes_) {
    const Composition& composition = of_class.composition;
    const evidence::KindFinds& finds = observations_.kinds[static_cast<std::size_t>(composition.ordnance_class())];
    ClassKinds told{composition.ordnance_class(), finds.stated, finds.unstated, {}};
    const std::size_t first = first_of(composition);
    double all = 0;
    for (std::size_t j = 0; j < composition.kinds(); ++j) {
      all += nation.items[first + j];
    }
    for (std::size_t j = 0; j < composition.kinds() && composition.told(); ++j) {
      KindTotals kind{evidence::kItemKinds[first + j], 0, {}};
      for (const auto* where : {&finds.cells, &finds.beyond}) {
        for (const evidence::KindCount& found : *where) {
          kind.found += found.count[j];
        }
      }
      const double mean = std::max(0.0, nation.items[first + j]);
      const double share = all > 0 ? mean / all : 0;
      // The error of a share that rests on so many facts, on the scale of its logit.
      const double error = 1 / std::sqrt(std::max(composition.facts() * share * (1 - share), 1.0));
      const double sd = std::sqrt(std::max(0.0, nation.variance[first + j]) + of_places[first + j] +
                                  std::pow(nation.shared[first + j] * error, 2));
      base::Random random(seed, 2 + first + j);
      std::vector<double> numbers;
      numbers.reserve(draws_);
      for (std::size_t m = 0; m < draws_; ++m) {
        numbers.push_back(std::max(0.0, nation.draws[(first + j) * draws_ + m] + sd * random.normal()));
      }
      const Quantiles of_kind = quantiles_of(numbers);
      kind.totals = {mean, std::min(mean, of_kind.p05), std::max(mean, of_kind.p95)};
      told.kinds.push_back(kind);
    }
    result.push_back(std::move(told));
  }
  return result;
}

void KindMap::add_intervals(const ClassSum& sum, const OfClass& of_class, double concentration, base::Random& random,
                            std::span<KindOfPolygon> kinds) const {
  double items = 0;
  for (const KindOfPolygon& kind : kinds) {
    items += kind.items_mean;
  }
  if (!(items > 0)) {
    return;
  }
  std::array<double, evidence::kMostKindsOfClass> share{};
  for (std::size_t j = 0; j < kinds.size(); ++j) {
    share[j] = kinds[j].items_mean / items;
  }
  std::array<std::vector<double>, evidence::kMostKindsOfClass> numbers;
  for (std::size_t m = 0; m < draws_; ++m) {
    const std::int64_t number =
        of_class.events ? random.poisson(sum.items[m]) : std::llround(predicted_count(sum, m, of_class.law, random));
    const Divided by_kind = divided(number, std::span(share).first(kinds.size()), concentration, random);
    for (std::size_t j = 0; j < kinds.size(); ++j) {
      numbers[j].push_back(static_cast<double>(by_kind[j]));
    }
  }
  for (std::size_t j = 0; j < kinds.size(); ++j) {
    const Quantiles of_kind = quantiles_of(numbers[j]);
    kinds[j].items_p05 = of_kind.p05;
    kinds[j].items_p95 = of_kind.p95;
  }
}

std::vector<KindOfPolygon> KindMap::polygon(const Sum& sum, double none, std::uint64_t seed,
                                            std::uint64_t stream) const {
  std::vector<KindOfPolygon> result;
  base::Random random(seed, stream);
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const Composition& composition = classes_[k].composition;
    if (!composition.told()) {
      continue;
    }
    const std::size_t first = first_of(composition);
    const PolygonNumber number = number_of(sum.classes[k]);
    double items = 0;
    double patches = 0;  // of all kinds, in patches that hold any
    for (std::size_t j = first; j < first + composition.kinds(); ++j) {
      items += sum.kinds[j].items;
      patches += sum.kinds[j].cells / composition.cells_of_patch()[j - first];
    }
    const double any = std::min({number.any, items, 1 - none});
    const double concentration = composition.concentration(std::sqrt(sum.weight), number.patches());
    CountLaw law = classes_[k].law;
    law.shape *= number.occupied;
    for (std::size_t j = first; j < first + composition.kinds(); ++j) {
      const KindOfSum& kind = sum.kinds[j];
      double chance = 0;
      if (any > 0 && kind.cells > 0) {
        const double share = kind.cells / composition.cells_of_patch()[j - first] / patches;
        const double mean = std::max(1 + 1e-6, kind.items / any / share);
        chance = any * any_of_kind(share, concentration, with_positive_mean(law, mean));
      }
      result.push_back({evidence::kItemKinds[j], std::min(kind.items, chance), kind.items});
    }
    add_intervals(sum.classes[k], classes_[k], concentration, random, std::span(result).last(composition.kinds()));
  }
  return result;
}

void KindMap::describe(std::map<std::string, double>& hyperparameters) const {
  for (const OfClass& of_class : classes_) {
    const Composition& composition = of_class.composition;
    if (!composition.told()) {
      continue;
    }
    const std::string suffix = fmt::format("_{}", evidence::to_string(composition.ordnance_class()));
    hyperparameters["kinds_concentration_of_cell" + suffix] = composition.cell_concentration();
    for (const int side : {8, 20, 40}) {
      hyperparameters[fmt::format("kinds_concentration_of_{}_cells{}", side, suffix)] =
          composition.concentration(side, kManyPatches);
    }
    for (std::size_t j = 0; j < composition.kinds(); ++j) {
      const std::string_view key = evidence::key_of(evidence::kItemKinds[first_of(composition) + j]);
      hyperparameters[fmt::format("kinds_excess_{}", key)] = composition.excess()[j];
      hyperparameters[fmt::format("kinds_cells_of_patch_{}", key)] = composition.cells_of_patch()[j];
    }
    hyperparameters["kinds_facts" + suffix] = composition.facts();
    hyperparameters["kinds_ground_ridge" + suffix] = composition.ridge();
    hyperparameters["kinds_record_worth" + suffix] = composition.record_worth();
    for (const Composition::Scale& scale : composition.scales()) {
      hyperparameters[fmt::format("kinds_strength_{:.0f}_m{}", scale.radius_m, suffix)] = scale.strength;
    }
  }
}

geo::Raster KindMap::empty_raster(std::int32_t together) const {
  geo::Raster raster;
  raster.grid = observations_.grid.in_larger_cells(together);
  raster.epsg = observations_.epsg;
  const auto add = [&](const std::string& of) {
    raster.band_names.push_back("probability_" + of);
    raster.band_names.push_back("items_" + of);
  };
  add("mines");
  add("erw");
  for (const evidence::ItemKind kind : evidence::kItemKinds) {
    add(std::string(evidence::key_of(kind)));
  }
  raster.bands.assign(raster.band_names.size(),
                      std::vector<float>(raster.grid.size(), std::numeric_limits<float>::quiet_NaN()));
  return raster;
}

void KindMap::write(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes,
                    const KindCells& kinds, geo::Raster& raster) const {
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const Composition& composition = classes_[k].composition;
    const std::size_t band = 2 * static_cast<std::size_t>(composition.ordnance_class());
    const std::size_t first = first_of(composition);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      raster.bands[band][cells[i]] = classes[k].probability[i];
      raster.bands[band + 1][cells[i]] = classes[k].items[i];
      for (std::size_t j = first; j < first + composition.kinds() && composition.told(); ++j) {
        raster.bands[4 + 2 * j][cells[i]] = kinds.any[i][j];
        raster.bands[5 + 2 * j][cells[i]] = kinds.items[i][j];
      }
    }
  }
}

}  // namespace firmground::estimate
