#include "estimate/map_cells.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/wide_vectors.h"
#include "estimate/draw_quantiles.h"
#include "estimate/hazard_estimate.h"

namespace firmground::estimate {

namespace {

constexpr double kCertain = 1 - 1e-12;

std::size_t band(HazardBand of) {
  return static_cast<std::size_t>(of);
}

/// Takes a cell's chance in each draw to hold any item into those of what lies with it; adds the chances to `sum`.
FG_WIDE_VECTORS void add_chances(const float* const* any, std::size_t classes, std::size_t draws, double* none,
                                 double& sum) {
  double added = 0;
  for (std::size_t m = 0; m < draws; ++m) {
    double none_here = 1;
    for (std::size_t k = 0; k < classes; ++k) {
      none_here *= 1 - static_cast<double>(any[k][m]);
    }
    none[m] *= none_here;
    added += 1 - none_here;
  }
  sum = added;
}

}  // namespace

MapCells::MapCells(const geo::Grid& modelled, std::int32_t together)
    : modelled_(modelled),
      grid_(modelled.in_larger_cells(together)),
      together_(together),
      before_column_(static_cast<std::int32_t>(modelled.west - grid_.west * together)),
      before_row_(static_cast<std::int32_t>(grid_.north * together - modelled.north)) {}

std::uint32_t MapCells::of(std::uint32_t modelled) const {
  const auto columns = static_cast<std::uint32_t>(modelled_.columns);
  const auto column = static_cast<std::int32_t>(modelled % columns);
  const auto row = static_cast<std::int32_t>(modelled / columns);
  return static_cast<std::uint32_t>(
      grid_.index((column + before_column_) / together_, (row + before_row_) / together_));
}

std::vector<std::size_t> MapCells::runs(std::size_t about_rows) const {
  const std::int32_t each = together_ * std::max(1, static_cast<std::int32_t>(about_rows) / together_);
  std::vector<std::size_t> begins;
  for (std::int32_t row = -before_row_; row < modelled_.rows; row += each) {
    begins.push_back(static_cast<std::size_t>(std::max(0, row)));
  }
  begins.push_back(static_cast<std::size_t>(modelled_.rows));
  return begins;
}

std::vector<std::uint8_t> MapCells::holding(const std::vector<std::uint8_t>& flags) const {
  if (together_ == 1) {
    return flags;
  }
  std::vector<std::uint8_t> of_map(grid_.size(), 0);
  for (std::uint32_t cell = 0; cell < flags.size(); ++cell) {
    of_map[of(cell)] |= flags[cell];
  }
  return of_map;
}

void MapCells::flag_whole(std::vector<std::uint8_t>& flags) const {
  if (together_ == 1) {
    return;
  }
  const std::vector<std::uint8_t> of_map = holding(flags);
  for (std::uint32_t cell = 0; cell < flags.size(); ++cell) {
    flags[cell] = of_map[of(cell)];
  }
}

MapRow::MapRow(const MapCells& cells, std::size_t draws)
    : cells_(cells), draws_(draws), row_(static_cast<std::size_t>(cells.grid().columns)) {}

void MapRow::add(std::uint32_t modelled, std::size_t at, const std::vector<ClassPrediction>& classes, bool weighed,
                 const geo::Raster& of_modelled, std::size_t in_raster) {
  const std::uint32_t of_map = cells_.of(modelled);
  const auto columns = static_cast<std::uint32_t>(cells_.grid().columns);
  first_ = of_map - of_map % columns;
  Cell& cell = row_[of_map % columns];
  if (!cell.any) {
    cell = {};
    cell.any = true;
    cell.items.assign(draws_, 0.0);
    cell.none.assign(draws_, 1.0);
  }
  cell.weighed |= weighed;
  std::array<const float*, evidence::kOrdnanceClasses.size()> any{};
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const ClassPrediction& c = classes[k];
    any[k] = c.any_draws.data() + at * draws_;
    for (std::size_t m = 0; m < draws_; ++m) {
      cell.items[m] += static_cast<double>(c.item_draws[at * draws_ + m]);
    }
    const double weight = static_cast<double>(c.probability[at]) + 1e-9;
    cell.evidence += weight * static_cast<double>(c.evidence[at]);
    cell.weight += weight;
  }
  double chances = 0;
  add_chances(any.data(), classes.size(), draws_, cell.none.data(), chances);
  const auto probability = static_cast<double>(of_modelled.bands[band(HazardBand::probability_any)][in_raster]);
  cell.log_none += std::log1p(-std::min(probability, kCertain));
  cell.log_none_drawn += std::log1p(-std::min(chances / static_cast<double>(draws_), kCertain));
  cell.expected += static_cast<double>(of_modelled.bands[band(HazardBand::expected_items)][in_raster]);
  cell.likeliest = std::max(cell.likeliest, probability);
}

void MapRow::write(geo::Raster& map, MapParts& parts, Likeness& alike) {
  std::vector<float> items(draws_);
  for (std::size_t column = 0; column < row_.size(); ++column) {
    Cell& cell = row_[column];
    if (!cell.any) {
      continue;
    }
    double drawn = 0;
    for (std::size_t m = 0; m < draws_; ++m) {
      drawn += (1 - cell.none[m]) / static_cast<double>(draws_);
      items[m] = static_cast<float>(cell.items[m]);
    }
    const double independent = -std::expm1(cell.log_none);
    const double evidence = cell.evidence / cell.weight;
    if (!cell.weighed) {
      alike.add(independent, evidence, -std::expm1(cell.log_none_drawn), drawn);
    }
    const std::size_t at = first_ + column;
    const DrawQuantiles quantiles = quantiles_of(items);
    map.bands[band(HazardBand::expected_items)][at] = static_cast<float>(cell.expected);
    map.bands[band(HazardBand::expected_items_p05)][at] = quantiles.p05;
    map.bands[band(HazardBand::expected_items_p95)][at] = quantiles.p95;
    map.bands[band(HazardBand::evidence)][at] = static_cast<float>(evidence);
    parts.independent[at] = static_cast<float>(independent);
    parts.likeliest[at] = static_cast<float>(cell.likeliest);
    cell.any = false;
  }
}

struct Likeness::Place {
  std::array<std::size_t, 4> knot;
  std::array<double, 4> weight;
};

Likeness::Place Likeness::place(double independent, double evidence) {
  constexpr double kFirst = -10;  // logit of the first knot; they are one apart
  const double p = std::clamp(independent, 1e-12, 1 - 1e-12);
  const double x = std::clamp(std::log(p / (1 - p)) - kFirst, 0.0, static_cast<double>(kChances - 1) - 1e-9);
  const double y = std::clamp(evidence, 0.0, 1.0 - 1e-9) * static_cast<double>(kEvidence - 1);
  const auto column = static_cast<std::size_t>(x);
  const auto row = static_cast<std::size_t>(y);
  const double u = x - static_cast<double>(column);
  const double v = y - static_cast<double>(row);
  const std::size_t at = row * kChances + column;
  return {{at, at + 1, at + kChances, at + kChances + 1}, {(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v}};
}

void Likeness::add(double independent, double evidence, double independent_drawn, double drawn) {
  const Place at = place(independent, evidence);
  for (std::size_t k = 0; k < 4; ++k) {
    sums_[at.knot[k]] += at.weight[k] * drawn;
    sums_[kChances * kEvidence + at.knot[k]] += at.weight[k] * independent_drawn;
  }
}

void Likeness::add(const Likeness& other) {
  for (std::size_t k = 0; k < sums_.size(); ++k) {
    sums_[k] += other.sums_[k];
  }
}

double Likeness::at(double independent, double evidence) const {
  const Place at = place(independent, evidence);
  double drawn = 0;
  double as_independent = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    const double there = sums_[kChances * kEvidence + at.knot[k]];
    if (there > 0) {
      drawn += at.weight[k] * sums_[at.knot[k]] / there;
      as_independent += at.weight[k];
    }
  }
  return as_independent > 0 ? std::min(1.0, drawn / as_independent) : 1.0;
}

namespace {

/// Two bands of a kind or class: P(any), expected items.
void tell_kind(const MapCells& cells, const geo::Raster& of_modelled, const std::vector<float>& alike,
               std::size_t first, geo::Raster& map) {
  std::vector<double> log_none(map.grid.size(), 0.0);
  std::vector<double> items(map.grid.size(), 0.0);
  std::vector<std::uint8_t> told(map.grid.size(), 0);
  for (std::uint32_t cell = 0; cell < of_modelled.grid.size(); ++cell) {
    const auto probability = static_cast<double>(of_modelled.bands[first][cell]);
    if (!std::isnan(probability)) {
      const std::uint32_t at = cells.of(cell);
      log_none[at] += std::log1p(-std::min(probability, kCertain));
      items[at] += static_cast<double>(of_modelled.bands[first + 1][cell]);
      told[at] = 1;
    }
  }
  for (std::size_t at = 0; at < told.size(); ++at) {
    if (told[at] != 0) {
      map.bands[first][at] = static_cast<float>(-std::expm1(log_none[at]) * static_cast<double>(alike[at]));
      map.bands[first + 1][at] = static_cast<float>(items[at]);
    }
  }
}

}  // namespace

void tell_chances(const MapCells& cells, const MapParts& parts, const Likeness& alike, geo::Raster& map,
                  geo::Raster* kinds) {
  std::vector<float> ratio(parts.independent.size(), 1);
  for (std::size_t at = 0; at < ratio.size(); ++at) {
    if (!(parts.independent[at] > 0)) {
      continue;
    }
    const auto independent = static_cast<double>(parts.independent[at]);
    float& expected = map.bands[band(HazardBand::expected_items)][at];
    const double most = std::min({1.0, independent, static_cast<double>(expected)});
    const double told = std::min(
        most,
        std::max(static_cast<double>(parts.likeliest[at]),
                 independent * alike.at(independent, static_cast<double>(map.bands[band(HazardBand::evidence)][at]))));
    map.bands[band(HazardBand::probability_any)][at] = static_cast<float>(told);
    expected = std::max(expected, static_cast<float>(told));
    ratio[at] = static_cast<float>(told / independent);
  }
  for (std::size_t first = 0; kinds != nullptr && first < kinds->bands.size(); first += 2) {
    tell_kind(cells, *parts.kinds, ratio, first, *kinds);
  }
}

}  // namespace firmground::estimate
