#include "estimate/confirmed_ground.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/parallel.h"
#include "estimate/hermite.h"
#include "estimate/patchiness.h"
#include "estimate/short_correlation.h"
#include "evidence/statements.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kNodes = kHermiteNodes.size();
using ByNode = std::array<double, kNodes>;

const evidence::CovariateField* statements_of(const evidence::Observations& observations) {
  const auto said = std::find_if(observations.covariates.begin(), observations.covariates.end(),
                                 [](const evidence::CovariateField& field) { return field.confirmed != nullptr; });
  return said == observations.covariates.end() ? nullptr : &*said;
}

/// A CHA still speaks of a cell that it covers unless it was cancelled since; where the ground was searched before, the
/// covariate keeps silent.
bool still_confirmed(const evidence::CovariateField& said, std::uint32_t cell) {
  const auto now = evidence::statement_value(said.value[cell]);
  return !now || (*said.statements)[now->of_class].kind == evidence::StatementKind::confirmed;
}

/// Cells where an item was found or met.
NumberedCells cells_with_items(const evidence::Observations& observations) {
  NumberedCells cells(observations.grid.size());
  for (std::size_t k = 0; k < observations.searched.size(); ++k) {
    for (const evidence::SearchedCell& searched : observations.searched[k]) {
      if (searched.found > 0) {
        cells.add(searched.cell);
      }
    }
    for (const evidence::Report& report : observations.reports[k]) {
      cells.add(report.cell);
    }
  }
  return cells;
}

/// Mean correlation of the short field over pairs of cells, each with itself among them.
double mean_correlation(const ShortCorrelation& correlation, const std::vector<std::uint32_t>& cells,
                        std::uint32_t columns) {
  constexpr std::size_t kMost = 48;  // cells, spread evenly: the mean is smooth
  const std::size_t step = (cells.size() + kMost - 1) / kMost;
  double sum = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < cells.size(); i += step) {
    for (std::size_t j = 0; j < cells.size(); j += step) {
      const auto x = static_cast<std::int64_t>(cells[i] % columns) - static_cast<std::int64_t>(cells[j] % columns);
      const auto y = static_cast<std::int64_t>(cells[i] / columns) - static_cast<std::int64_t>(cells[j] / columns);
      sum += correlation.at(std::hypot(static_cast<double>(x), static_cast<double>(y)));
      pairs += 1;
    }
  }
  return sum / pairs;
}

/// What one class says of the cells of an area when each log intensity is what all have in common, at the nodes of
/// `common`, and what it has of its own (eq. 71).
struct ClassOfArea {
  struct Cell {
    ByNode squared_over;  ///< E[P(none)^2 | common] / E[P(none) | common]
    double none = 0;      ///< P(none), by itself
    double recorded = 1;  ///< of that, what minefield records leave
  };
  std::vector<Cell> cells;
  ByNode all_none{};   ///< P(no item in any | common), by the field
  double records = 1;  ///< P(no item of a record in any)

  double none() const {
    double sum = 0;
    for (std::size_t a = 0; a < kNodes; ++a) {
      sum += kHermiteWeights[a] * all_none[a];
    }
    return records * sum;
  }
  /// E[P(none in cell i) P(none in any)].
  double none_with(std::size_t i) const {
    double sum = 0;
    for (std::size_t a = 0; a < kNodes; ++a) {
      sum += kHermiteWeights[a] * all_none[a] * cells[i].squared_over[a];
    }
    return records * cells[i].recorded * sum;
  }
};

/// P(no item of any record in the area): each is there or not, in all its cells.
double none_recorded(const ClassPosterior& posterior, const evidence::Observations& observations,
                     const std::vector<std::uint32_t>& cells) {
  if (posterior.recorded.empty()) {
    return 1;
  }
  std::unordered_map<std::uint32_t, double> left;  // by record: P(no item of it in any of the cells | it is there)
  for (const std::uint32_t cell : cells) {
    if (posterior.recorded[cell] == 0) {
      continue;
    }
    for (const evidence::RecordShare& share : observations.records->at(cell)) {
      left.try_emplace(share.record, 1).first->second *= 1 - static_cast<double>(std::min(0.999F, share.probability));
    }
  }
  std::vector<double> by_record;
  by_record.reserve(left.size());
  for (const auto& [record, none] : left) {
    by_record.push_back(1 - posterior.findable[record] * (1 - none));
  }
  std::sort(by_record.begin(), by_record.end());  // the same product whatever the order of the map
  return std::accumulate(by_record.begin(), by_record.end(), 1.0, std::multiplies<>());
}

ClassOfArea class_of_area(const CellPredictor& predictor, const ShortCorrelation& correlation,
                          const evidence::Observations& observations, const std::vector<std::uint32_t>& cells) {
  const ClassPosterior& posterior = predictor.posterior();
  std::vector<double> mean;
  std::vector<double> variance;
  predictor.moments(cells, mean, variance);
  const double of_pairs = mean_correlation(correlation, cells, static_cast<std::uint32_t>(observations.grid.columns));
  ClassOfArea area;
  area.records = none_recorded(posterior, observations, cells);
  area.cells.resize(cells.size());
  ByNode log_none{};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const OwnSearch own = predictor.own_search(cells[i]);
    // What is not of the short field (the long one, effects) is alike in all cells.
    const double short_share = std::min(1.0, posterior.short_variance / std::max(variance[i], 1e-9));
    const double in_common = 1 - short_share * (1 - of_pairs);
    const double common_sd = std::sqrt(variance[i] * in_common);
    const double own_sd = std::sqrt(variance[i] * (1 - in_common));
    ClassOfArea::Cell& cell = area.cells[i];
    cell.recorded = posterior.recorded.empty() ? 1 : std::exp(-static_cast<double>(posterior.recorded[cells[i]]));
    for (std::size_t a = 0; a < kNodes; ++a) {
      double none = 0;
      double squared = 0;
      for (std::size_t b = 0; b < kNodes; ++b) {
        const double p = presence_at(mean[i] + common_sd * kHermiteNodes[a] + own_sd * kHermiteNodes[b],
                                     posterior.hyper.patchiness(), 0);
        const double left =
            std::max(1e-12, 1 - p * static_cast<double>(own.missed) / (1 - p * static_cast<double>(own.detected)));
        none += kHermiteWeights[b] * left;
        squared += kHermiteWeights[b] * left * left;
      }
      log_none[a] += std::log(none);
      cell.squared_over[a] = squared / none;
      cell.none += kHermiteWeights[a] * none;
    }
    cell.none *= cell.recorded;
  }
  for (std::size_t a = 0; a < kNodes; ++a) {
    area.all_none[a] = std::exp(log_none[a]);
  }
  return area;
}

/// What (71) makes of the odds that cell i holds any.  `others`: P(no item of any other class in the area).
double odds_factor(const ClassOfArea& area, std::size_t i, double others, double in_vain) {
  const double none = area.cells[i].none;
  const double with_none = area.none_with(i) * others;
  const double with_any = area.none() * others - with_none;
  const auto likely = [&](double together,
                          double of_cell) {  // rounding aside, a probability is divided by a larger one
    return 1 - (1 - in_vain) * (of_cell > 0 ? std::clamp(together / of_cell, 0.0, 1.0) : 0.0);
  };
  return likely(with_any, 1 - none) / likely(with_none, none);
}

/// By draw, log P(no item in any of the cells).
std::vector<double> log_none_drawn(const std::vector<CellPredictor>& predictors,
                                   const std::vector<std::uint32_t>& cells) {
  const std::size_t draws = predictors.front().draws();
  std::vector<double> sum(draws, 0.0);
  const std::vector<std::uint8_t> with_none(cells.size(), 1);
  ClassPrediction of_class;
  for (const CellPredictor& predictor : predictors) {
    predictor.predict(cells, with_none, of_class);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      for (std::size_t m = 0; m < draws; ++m) {
        sum[m] += static_cast<double>(of_class.none_draws[i * draws + m]);
      }
    }
  }
  return sum;
}

/// By draw, the one that stands at its rank when each counts as much as (70) has it.
std::vector<std::uint16_t> weighed_ranks(const std::vector<double>& log_none, double in_vain) {
  const std::size_t draws = log_none.size();
  std::vector<double> likelihood;
  likelihood.reserve(draws);
  for (const double of_draw : log_none) {
    likelihood.push_back(1 - (1 - in_vain) * std::exp(of_draw));
  }
  const double sum = std::accumulate(likelihood.begin(), likelihood.end(), 0.0);
  std::vector<std::uint16_t> by_rank(draws);
  std::iota(by_rank.begin(), by_rank.end(), std::uint16_t{0});
  std::stable_sort(by_rank.begin(), by_rank.end(),
                   [&](std::uint16_t a, std::uint16_t b) { return log_none[a] > log_none[b]; });
  std::vector<std::uint16_t> like(draws);
  std::size_t at = 0;
  double below = likelihood[by_rank[0]];
  for (std::size_t rank = 0; rank < draws; ++rank) {
    const double wanted = (static_cast<double>(rank) + 0.5) / static_cast<double>(draws) * sum;
    while (below < wanted && at + 1 < draws) {
      below += likelihood[by_rank[++at]];
    }
    like[by_rank[rank]] = by_rank[at];
  }
  return like;
}

void put_in_order(const std::vector<std::uint16_t>& like, std::vector<float>& scratch, float* draws) {
  std::copy_n(draws, like.size(), scratch.begin());
  for (std::size_t m = 0; m < like.size(); ++m) {
    draws[m] = scratch[like[m]];
  }
}

}  // namespace

std::vector<ConfirmedArea> confirmed_areas_of(const evidence::Observations& observations) {
  const evidence::CovariateField* said = statements_of(observations);
  if (said == nullptr) {
    return {};
  }
  std::vector<ConfirmedArea> areas;
  std::unordered_map<std::uint32_t, std::size_t> place;  // of an area in `areas`
  for (const evidence::ConfirmedCell& confirmed : *said->confirmed) {
    if (observations.inside[confirmed.cell] != 0 && still_confirmed(*said, confirmed.cell)) {
      const auto [at, first] = place.try_emplace(confirmed.area, areas.size());
      if (first) {
        areas.emplace_back();
      }
      areas[at->second].cells.push_back(confirmed.cell);
    }
  }
  std::erase_if(areas, [](const ConfirmedArea& area) { return area.cells.size() > kMostConfirmedCells; });
  return areas;
}

std::vector<ConfirmedArea> confirmed_areas_unfound(const evidence::Observations& observations) {
  std::vector<ConfirmedArea> areas = confirmed_areas_of(observations);
  const NumberedCells with_items = cells_with_items(observations);
  std::erase_if(areas, [&](const ConfirmedArea& area) {
    return std::any_of(area.cells.begin(), area.cells.end(), [&](std::uint32_t cell) { return with_items.has(cell); });
  });
  return areas;
}

std::string assumed_of_confirmed(const evidence::Observations& observations, const EstimateOptions& options) {
  const double in_vain = options.left_out.confirmed_in_vain;
  const bool any = std::any_of(observations.covariates.begin(), observations.covariates.end(), [](const auto& field) {
    return field.statements && std::any_of(field.statements->begin(), field.statements->end(), [](const auto& said) {
             return said.kind == evidence::StatementKind::confirmed && said.polygons > 0;
           });
  });
  if (!any || in_vain == 1 || observations.mode != "effort") {
    return "";
  }
  return fmt::format(
      "Confirmed hazardous areas (CHA) in which nothing was found are judged as wholes, too: ground that holds nothing "
      "is taken to be confirmed {:g} times as often as ground that holds some. That figure is assumed.",
      in_vain);
}

ConfirmedGround::ConfirmedGround(const evidence::Observations& observations,
                                 const std::vector<CellPredictor>& predictors, const EstimateOptions& options,
                                 const std::vector<std::uint8_t>& wanted)
    : predictors_(predictors), cells_(observations.grid.size()) {
  const double in_vain = options.left_out.confirmed_in_vain;
  if (observations.mode != "effort" || !options.leave_out.empty() || predictors.empty() || in_vain == 1) {
    return;
  }
  std::vector<ConfirmedArea> areas = confirmed_areas_unfound(observations);
  std::erase_if(areas, [&](const ConfirmedArea& area) {
    return std::none_of(area.cells.begin(), area.cells.end(), [&](std::uint32_t cell) { return wanted[cell] != 0; });
  });
  for (const ConfirmedArea& area : areas) {
    for (const std::uint32_t cell : area.cells) {
      cells_.add(cell);
    }
  }
  cells_.count();
  area_.resize(cells_.size());
  odds_.assign(predictors.size(), std::vector<float>(cells_.size()));
  like_.resize(areas.size());
  std::vector<ShortCorrelation> correlations;
  correlations.reserve(predictors.size());
  for (const CellPredictor& predictor : predictors) {
    correlations.emplace_back(predictor.posterior().hyper.log_short_range_m, observations.grid.cell_m);
  }
  constexpr std::size_t kGrain = 8;
  base::parallel_for(areas.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t a = begin; a < end; ++a) {
      const std::vector<std::uint32_t>& cells = areas[a].cells;
      like_[a] = weighed_ranks(log_none_drawn(predictors, cells), in_vain);
      std::vector<ClassOfArea> classes;
      classes.reserve(predictors.size());
      for (std::size_t k = 0; k < predictors.size(); ++k) {
        classes.push_back(class_of_area(predictors[k], correlations[k], observations, cells));
      }
      for (std::size_t k = 0; k < classes.size(); ++k) {
        double others = 1;
        for (std::size_t other = 0; other < classes.size(); ++other) {
          others *= other == k ? 1 : classes[other].none();
        }
        for (std::size_t i = 0; i < cells.size(); ++i) {
          const std::uint32_t number = cells_.number(cells[i]);
          area_[number] = static_cast<std::uint32_t>(a);
          odds_[k][number] = static_cast<float>(odds_factor(classes[k], i, others, in_vain));
        }
      }
    }
  });
}

void ConfirmedGround::predict(std::size_t k, const std::vector<std::uint32_t>& cells,
                              const std::vector<std::uint8_t>& with_none, ClassPrediction& out) const {
  predictors_[k].predict(cells, with_none, out);
  if (like_.empty()) {
    return;
  }
  const std::size_t draws = like_.front().size();
  std::vector<float> scratch(draws);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells_.has(cells[i])) {
      continue;
    }
    const std::uint32_t number = cells_.number(cells[i]);
    const auto p = static_cast<double>(out.probability[i]);
    const auto expected = static_cast<double>(out.items[i]);
    if (p > 0 && p < 1) {
      const double odds = p / (1 - p) * static_cast<double>(odds_[k][number]);
      const double times = odds / (1 + odds) / p;
      const double second = static_cast<double>(out.variance_items[i]) + expected * expected;
      out.probability[i] = static_cast<float>(p * times);
      out.items[i] = static_cast<float>(expected * times);
      out.variance_items[i] = static_cast<float>(std::max(0.0, second * times - expected * times * expected * times));
    }
    const std::vector<std::uint16_t>& like = like_[area_[number]];
    for (std::vector<float>* of_draws : {&out.item_draws, &out.any_draws, &out.none_draws}) {
      put_in_order(like, scratch, of_draws->data() + i * draws);
    }
  }
}

}  // namespace firmground::estimate
