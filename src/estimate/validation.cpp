#include "estimate/validation.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "estimate/peers.h"
#include "evidence/record_fields.h"

namespace firmground::estimate {

namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

struct HeldOut {
  std::vector<std::uint32_t> cell;
  std::vector<float> finds;  ///< items found, all classes
  std::vector<std::uint8_t> outcome;
};

ScoreRow judge(const std::string& name, const std::vector<float>& score, const HeldOut& truth, bool probabilities) {
  Forecasts f{score, truth.outcome};
  ScoreRow row;
  row.forecaster = name;
  row.average_precision = average_precision(f);
  row.auc = auc(f);
  row.brier = probabilities ? brier(f) : kUndefined;
  row.log_score = probabilities ? log_score(f) : kUndefined;
  row.calibration_slope = probabilities ? calibration_slope(f) : kUndefined;
  row.calibration_error = probabilities ? expected_calibration_error(f) : kUndefined;
  row.share_in_1_percent = weight_in_riskiest(score, truth.finds, 0.01);
  row.share_in_5_percent = weight_in_riskiest(score, truth.finds, 0.05);
  row.share_in_10_percent = weight_in_riskiest(score, truth.finds, 0.10);
  row.area_for_90_percent = area_for_weight(score, truth.finds, 0.90);
  return row;
}

/// Items found per searched cell over both classes; -1 where nothing was searched.
std::vector<float> finds_by_cell(const evidence::Observations& observations) {
  std::vector<float> finds(observations.grid.size(), -1);
  for (const auto& searched : observations.searched) {
    for (const evidence::SearchedCell& cell : searched) {
      finds[cell.cell] = std::max(finds[cell.cell], 0.0F) + static_cast<float>(cell.found);
    }
  }
  return finds;
}

/// Which fold a cell's block belongs to: a fixed permutation of the blocks that hold searched land.
std::vector<std::int8_t> folds_of(const evidence::Observations& observations, const std::vector<float>& finds,
                                  const BlockOptions& options) {
  const geo::Grid& grid = observations.grid;
  const auto block = static_cast<std::int32_t>(std::max(1.0, std::round(options.block_m / grid.cell_m)));
  const std::int32_t across = (grid.columns + block - 1) / block;
  std::vector<std::int8_t> result(grid.size(), -1);
  std::vector<std::int32_t> rank(
      static_cast<std::size_t>(across) * static_cast<std::size_t>((grid.rows + block - 1) / block), -1);
  std::int32_t next = 0;
  for (std::int32_t row = 0; row < grid.rows; ++row) {
    for (std::int32_t column = 0; column < grid.columns; ++column) {
      const std::size_t cell = grid.index(column, row);
      if (finds[cell] < 0) {
        continue;
      }
      std::int32_t& at = rank[static_cast<std::size_t>(row / block) * static_cast<std::size_t>(across) +
                              static_cast<std::size_t>(column / block)];
      at = at < 0 ? next++ : at;
      result[cell] = static_cast<std::int8_t>(at % options.folds);
    }
  }
  return result;
}

}  // namespace

namespace {

/// Forecasts of held-out cells, one list per forecaster, beside what was found there.
struct Forecasters {
  HeldOut truth;
  std::vector<float> ours;
  std::vector<float> as_drawn;  ///< ours, records not reconciled; empty without records
  std::vector<float> outline;
  std::vector<std::vector<float>> kernel;  ///< by bandwidth
};

std::vector<std::uint8_t> unseen_around(const geo::Grid& grid, const std::vector<std::uint8_t>& held, double buffer_m) {
  const std::vector<float> away = geo::distance_transform(grid, held);
  std::vector<std::uint8_t> unseen(held.size());
  for (std::size_t i = 0; i < held.size(); ++i) {
    unseen[i] = away[i] <= static_cast<float>(buffer_m) ? 1 : 0;
  }
  return unseen;
}

/// How held-out land was released says whether anything was found there: hidden as long as this lives, the ground is as
/// if nobody had searched it.
class HiddenOutcomes {
 public:
  HiddenOutcomes(const std::vector<std::uint8_t>& unseen, evidence::Observations& observations)
      : observations_(observations) {
    if (evidence::CovariateField* field = outcomes()) {
      kept_ = field->value;
      for (std::size_t i = 0; i < unseen.size(); ++i) {
        field->value[i] = unseen[i] != 0 ? 0.0F : field->value[i];
      }
    }
  }
  ~HiddenOutcomes() {
    if (evidence::CovariateField* field = outcomes()) {
      field->value = std::move(kept_);
    }
  }
  HiddenOutcomes(const HiddenOutcomes&) = delete;
  HiddenOutcomes& operator=(const HiddenOutcomes&) = delete;

 private:
  evidence::CovariateField* outcomes() {
    const auto field = std::find_if(observations_.covariates.begin(), observations_.covariates.end(),
                                    [](const evidence::CovariateField& f) { return f.tells_outcome; });
    return field == observations_.covariates.end() ? nullptr : &*field;
  }

  evidence::Observations& observations_;
  std::vector<float> kept_;
};

/// Forecasts one part and appends what its held-out cells got.
base::Result<void> forecast_part(const mineaction::Snapshot& snapshot, const std::vector<std::uint8_t>& held,
                                 const std::vector<float>& finds, const BlockOptions& options,
                                 evidence::Observations& observations, Forecasters& all) {
  EstimateOptions estimate_options = options.estimate;
  estimate_options.leave_out = unseen_around(observations.grid, held, options.buffer_m);
  const auto append = [&](const EstimateResult& result, std::vector<float>& list) {
    for (const auto& [cell, probability] : result.predicted_finds) {
      if (held[cell] != 0) {
        list.push_back(probability);
      }
    }
  };
  evidence::forget_records(observations);
  const HiddenOutcomes hidden(estimate_options.leave_out, observations);
  if (!snapshot.minefield_records.empty()) {
    FG_TRY(const EstimateResult as_drawn, estimate(observations, estimate_options));
    append(as_drawn, all.as_drawn);
    FG_TRY_VOID(evidence::reconcile_records(snapshot, options.observe, estimate_options.leave_out, {}, observations));
  }
  FG_TRY(const EstimateResult result, estimate(observations, estimate_options));
  append(result, all.ours);
  const std::vector<float> outline = recorded_outline_score(observations);
  const std::vector<double> bandwidths = kernel_bandwidths(observations.grid.cell_m);
  all.kernel.resize(bandwidths.size());
  for (std::size_t b = 0; b < bandwidths.size(); ++b) {
    const std::vector<float> score = kernel_density_score(observations, bandwidths[b], estimate_options.leave_out);
    for (const auto& [cell, probability] : result.predicted_finds) {
      if (held[cell] != 0) {
        all.kernel[b].push_back(score[cell]);
      }
    }
  }
  for (const auto& [cell, probability] : result.predicted_finds) {
    if (held[cell] != 0) {
      all.truth.cell.push_back(cell);
      all.truth.finds.push_back(finds[cell]);
      all.truth.outcome.push_back(finds[cell] > 0 ? 1 : 0);
      all.outline.push_back(outline[cell]);
    }
  }
  return {};
}

}  // namespace

base::Result<Validation> validate_blocks(const mineaction::Snapshot& snapshot, const BlockOptions& options,
                                         const base::Progress& progress) {
  FG_TRY(evidence::Observations observations, evidence::observe(snapshot, options.observe));
  const std::vector<float> finds = finds_by_cell(observations);
  const std::vector<std::int8_t> fold_of = folds_of(observations, finds, options);
  if (*std::max_element(fold_of.begin(), fold_of.end()) + 1 < options.folds) {
    return base::fail("estimate.too_few_blocks", {{"block", fmt::format("{:g}", options.block_m)}});
  }
  Forecasters all;
  for (int fold = 0; fold < options.folds; ++fold) {
    const double share = static_cast<double>(fold) / options.folds;
    if (!progress(fmt::format("Forecasting held-out blocks, part {} of {}", fold + 1, options.folds), share)) {
      return base::fail("base.cancelled");
    }
    std::vector<std::uint8_t> held(observations.grid.size());
    for (std::size_t i = 0; i < held.size(); ++i) {
      held[i] = fold_of[i] == fold ? 1 : 0;
    }
    FG_TRY_VOID(forecast_part(snapshot, held, finds, options, observations, all));
  }
  Validation validation;
  validation.method = fmt::format("blocks of {:g} m in {} parts, buffer {:g} m, searched land", options.block_m,
                                  options.folds, options.buffer_m);
  validation.cell_m = observations.grid.cell_m;
  validation.cells = static_cast<std::int64_t>(all.ours.size());
  validation.positives = std::count(all.truth.outcome.begin(), all.truth.outcome.end(), std::uint8_t{1});
  validation.rows.push_back(judge("firmground", all.ours, all.truth, true));
  if (!all.as_drawn.empty()) {
    validation.rows.push_back(judge("firmground, records as drawn", all.as_drawn, all.truth, true));
  }
  validation.rows.push_back(judge("recorded outline + 50 m", all.outline, all.truth, false));
  const std::vector<double> bandwidths = kernel_bandwidths(observations.grid.cell_m);
  ScoreRow best;
  for (std::size_t b = 0; b < bandwidths.size(); ++b) {
    const ScoreRow row =
        judge(fmt::format("kernel density over effort, {:g} m", bandwidths[b]), all.kernel[b], all.truth, false);
    best = b == 0 || row.average_precision > best.average_precision ? row : best;
  }
  validation.rows.push_back(best);
  validation.reliability = reliability({all.ours, all.truth.outcome});
  progress("Scored", 1);
  return validation;
}

namespace {

struct LaterEvents {
  std::vector<std::uint32_t> cell;
  std::vector<float> count;
};

/// Ranking scores of a rate surface, and its Poisson log score when it is scaled to the expected number of events. A
/// hundredth of the rate is spread evenly: an event where a peer says zero would cost it everything.
ScoreRow judge_rate(const std::string& name, const std::vector<float>& surface, const LaterEvents& later,
                    double expected, double even) {
  std::vector<float> score;
  score.reserve(later.cell.size());
  for (const std::uint32_t cell : later.cell) {
    score.push_back(surface[cell]);
  }
  HeldOut truth{later.cell, later.count, {}};
  for (const float count : later.count) {
    truth.outcome.push_back(count > 0 ? 1 : 0);
  }
  ScoreRow row = judge(name, score, truth, false);
  const double total = std::accumulate(score.begin(), score.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < score.size(); ++i) {
    const double rate =
        expected * ((1 - even) * static_cast<double>(score[i]) / total + even / static_cast<double>(score.size()));
    const auto count = static_cast<double>(later.count[i]);
    sum -= count * std::log(rate) - rate - std::lgamma(count + 1);
  }
  row.log_score = sum / static_cast<double>(score.size());
  return row;
}

}  // namespace

base::Result<Validation> validate_later_events(const evidence::Observations& history,
                                               const evidence::Observations& later, double expected_events,
                                               const EstimateOptions& options, const base::Progress& progress) {
  FG_CHECK(history.grid == later.grid);
  LaterEvents events;
  std::vector<float> counts(later.grid.size(), 0);
  for (const auto& reports : later.reports) {
    for (const evidence::Report& report : reports) {
      counts[report.cell] += static_cast<float>(report.count);
    }
  }
  for (std::uint32_t cell = 0; cell < later.grid.size(); ++cell) {
    if (history.inside[cell] != 0) {
      events.cell.push_back(cell);
      events.count.push_back(counts[cell]);
    }
  }
  FG_TRY(const EstimateResult result, estimate(history, options, {}, progress));
  Validation validation;
  validation.method = "forward in time: events of a later period";
  validation.cell_m = history.grid.cell_m;
  validation.cells = static_cast<std::int64_t>(events.cell.size());
  validation.positives = std::count_if(events.count.begin(), events.count.end(), [](float c) { return c > 0; });
  constexpr double kEven = 0.01;
  validation.rows.push_back(judge_rate("firmground", result.hazard.raster.bands[1], events, expected_events, kEven));
  ScoreRow best;
  for (const double bandwidth : kernel_bandwidths(history.grid.cell_m)) {
    const ScoreRow row = judge_rate(fmt::format("kernel density, {:g} m", bandwidth),
                                    kernel_density_score(history, bandwidth, {}), events, expected_events, kEven);
    best = best.forecaster.empty() || row.log_score < best.log_score ? row : best;
  }
  validation.rows.push_back(best);
  return validation;
}

}  // namespace firmground::estimate
