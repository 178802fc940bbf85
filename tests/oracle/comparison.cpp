#include "comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimate/patchiness.h"
#include "estimate/prediction.h"

namespace firmground::oracle {

namespace {

constexpr std::size_t kBatches = 20;

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

/// Standard error of a quantile over draws that depend on each other: by the quantiles of batches.
double quantile_error(const std::vector<double>& values, double q) {
  const std::size_t size = values.size() / kBatches;
  double sum = 0;
  double squares = 0;
  for (std::size_t b = 0; b < kBatches; ++b) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(b * size);
    const double v = quantile(std::vector<double>(from, from + static_cast<std::ptrdiff_t>(size)), q);
    sum += v;
    squares += v * v;
  }
  const auto n = static_cast<double>(kBatches);
  return std::sqrt(std::max(0.0, squares / n - sum / n * sum / n) / (n - 1));
}

/// The cells that are compared: a value each of eta, and P(any left | eta).
struct Cells {
  std::vector<std::uint32_t> cell;
  std::vector<double> detection;  ///< of presence; 0 = never searched
  std::vector<PredictorRow> row;
  double patchiness = 0;
};

Cells cells_without_finds(const DrawnGround& ground, const estimate::HazardModel& model) {
  std::vector<double> detection(ground.eta.size(), 0.0);
  for (const estimate::Observation& o : model.observations) {
    detection[o.cell] = o.found ? -1 : static_cast<double>(o.detection);
  }
  Cells cells;
  for (std::uint32_t cell = 0; cell < detection.size(); ++cell) {
    if (detection[cell] >= 0) {
      cells.cell.push_back(cell);
      cells.detection.push_back(detection[cell]);
    }
  }
  cells.patchiness = ground.hyper.patchiness();
  cells.row = predictor_rows(model, ground.observations, cells.cell);
  return cells;
}

/// Per draw: eta, eta squared, P(any left) of each cell, and the sums of the last over searched and unsearched cells.
struct Draw {
  std::vector<double> values;
  double sum[2] = {0, 0};

  void at(const Cells& cells, std::span<const double> joint) {
    const std::size_t n = cells.row.size();
    values.resize(3 * n);
    sum[0] = sum[1] = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double eta = cells.row[i].at(joint);
      const double p = -std::expm1(-estimate::hazard_at(eta, cells.patchiness).value);
      const double d = cells.detection[i];
      values[i] = eta;
      values[n + i] = eta * eta;
      values[2 * n + i] = p * (1 - d) / (1 - p * d);
      sum[d > 0 ? 0 : 1] += values[2 * n + i];
    }
  }
};

}  // namespace

base::Result<Comparison> compare(const DrawnGround& ground, const SamplerOptions& options) {
  estimate::EstimateOptions fixed;
  fixed.hyper = {ground.hyper, ground.hyper};
  fixed.draws = 8000;
  fixed.left_out = {1, 0};
  FG_TRY(const auto fitted, estimate::fit_class(ground.observations, 0, fixed));
  const Cells cells = cells_without_finds(ground, fitted->model);
  const std::size_t n = cells.row.size();
  const auto batch = static_cast<std::size_t>(options.draws * options.chains) / kBatches;
  BatchMeans exact(3 * n, batch);
  BatchMeans sums(2, batch);
  std::vector<double> exact_sum[2];
  Draw draw;
  std::vector<double> start = fitted->fit.latent;
  start.insert(start.end(), fitted->fit.border.begin(), fitted->fit.border.end());
  Comparison result;
  FG_TRY(result.sampler, sample_field(fitted->model, ground.long_range_m, ground.hyper, start, options,
                                      [&](std::span<const double> joint) {
                                        draw.at(cells, joint);
                                        exact.add(draw.values);
                                        sums.add(draw.sum);
                                        exact_sum[0].push_back(draw.sum[0]);
                                        exact_sum[1].push_back(draw.sum[1]);
                                      }));

  const auto kept = static_cast<std::size_t>(fixed.draws);
  const std::size_t latent = fitted->model.latent();
  std::vector<double> fit_sum[2];
  std::vector<double> fit_mean(3 * n, 0.0);
  std::vector<double> joint(start.size());
  for (std::size_t m = 0; m < kept; ++m) {
    for (std::size_t i = 0; i < joint.size(); ++i) {
      joint[i] = static_cast<double>(i < latent ? fitted->latent_draws[i * kept + m]
                                                : fitted->border_draws[(i - latent) * kept + m]);
    }
    draw.at(cells, joint);
    fit_sum[0].push_back(draw.sum[0]);
    fit_sum[1].push_back(draw.sum[1]);
    for (std::size_t i = 0; i < 3 * n; ++i) {
      fit_mean[i] += draw.values[i] / static_cast<double>(kept);
    }
  }
  const estimate::CellPredictor predictor(*fitted, ground.observations, fixed);
  estimate::ClassPrediction shown;
  predictor.predict(cells.cell, std::vector<std::uint8_t>(n, 0), shown);

  const std::vector<double> mean = exact.mean();
  for (std::size_t i = 0; i < n; ++i) {
    Agreement& a = cells.detection[i] > 0 ? result.searched : result.unsearched;
    const double sd = std::sqrt(std::max(1e-12, mean[n + i] - mean[i] * mean[i]));
    const double fit_sd = std::sqrt(std::max(1e-12, fit_mean[n + i] - fit_mean[i] * fit_mean[i]));
    const auto probability = static_cast<double>(shown.probability[i]);
    a.cells_left.fitted += probability;
    a.sd_ratio += fit_sd / sd;
    a.mean_shift += (fit_mean[i] - mean[i]) / sd;
    a.apart += std::abs(probability - mean[2 * n + i]);
    ++a.cells;
  }
  for (std::size_t k = 0; k < 2; ++k) {
    Agreement& a = k == 0 ? result.searched : result.unsearched;
    const auto count = static_cast<double>(std::max<std::size_t>(1, a.cells));
    a.sd_ratio /= count;
    a.mean_shift /= count;
    a.apart /= count;
    a.cells_left.exact = sums.mean()[k];
    a.cells_left.error = sums.error()[k];
    // Draws of the fit are independent: their quantiles are sqrt(8000 / effective draws) surer, which is left out.
    a.p05 = {quantile(fit_sum[k], 0.05), quantile(exact_sum[k], 0.05), quantile_error(exact_sum[k], 0.05)};
    a.p95 = {quantile(fit_sum[k], 0.95), quantile(exact_sum[k], 0.95), quantile_error(exact_sum[k], 0.95)};
  }
  return result;
}

}  // namespace firmground::oracle
