#pragma once
#include <cstdint>
#include <vector>

namespace firmground::estimate {

/// Forecasts of a yes/no outcome, cell by cell: p in [0, 1] (or any score, for the ranking scores), y 0 or 1.
struct Forecasts {
  std::vector<float> p;
  std::vector<std::uint8_t> y;
  void add(float probability, bool outcome) {
    p.push_back(probability);
    y.push_back(outcome ? 1 : 0);
  }
};

/// Area under the ROC curve; ties count half.  NaN when only one outcome occurs, as are the others where they mean
/// nothing.
double auc(const Forecasts& f);
/// Mean precision over positives in descending order; a group of ties is taken at once (no order among equals is
/// assumed).
double average_precision(const Forecasts& f);
double brier(const Forecasts& f);
/// Mean of -log p(outcome), with p kept within [1e-6, 1 - 1e-6].
double log_score(const Forecasts& f);
/// Slope of the logistic regression of the outcome on logit(p): 1 = neither over- nor under-confident.
double calibration_slope(const Forecasts& f);

struct ReliabilityBin {
  double mean_forecast = 0;
  double share_observed = 0;
  std::int64_t count = 0;
};
/// Bins of equal count in ascending forecast.
std::vector<ReliabilityBin> reliability(const Forecasts& f, int bins = 20);
/// Expected calibration error: mean |forecast - observed| over the bins, weighted by count.
double expected_calibration_error(const Forecasts& f, int bins = 20);

/// Share of `weight` (items, events) in the `share` of cells with the highest score; a cut group of ties counts in
/// proportion.
double weight_in_riskiest(const std::vector<float>& score, const std::vector<float>& weight, double share);
/// Smallest share of the cells, worked in descending score, that holds `share` of the weight.
double area_for_weight(const std::vector<float>& score, const std::vector<float>& weight, double share);

}  // namespace firmground::estimate
