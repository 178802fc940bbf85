#include "estimate/propensity.h"

#include <algorithm>
#include <cmath>

#include "estimate/covariate_logit.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kMostCells = 40'000;
constexpr double kMostOfMean = 10.0;  ///< a few cells unlike all others must not decide

}  // namespace

std::vector<std::uint32_t> propensity_sample(const evidence::Observations& observations) {
  const auto inside = static_cast<std::size_t>(
      std::count_if(observations.inside.begin(), observations.inside.end(), [](std::uint8_t in) { return in != 0; }));
  const std::size_t step = std::max<std::size_t>(1, inside / kMostCells);
  std::vector<std::uint32_t> cells;
  std::size_t seen = 0;
  for (std::uint32_t cell = 0; cell < observations.inside.size(); ++cell) {
    if (observations.inside[cell] != 0 && seen++ % step == 0) {
      cells.push_back(cell);
    }
  }
  return cells;
}

std::vector<double> likeness_to_unsearched(const evidence::Observations& observations,
                                           const std::vector<SmoothEffect>& effects,
                                           const std::vector<std::uint32_t>& cells) {
  std::vector<double> weight(cells.size(), 1.0);
  CovariateLogit searched(observations, effects);
  const std::vector<std::uint32_t> sampled = propensity_sample(observations);
  const bool both =
      std::any_of(sampled.begin(), sampled.end(), [&](auto cell) { return observations.processed[cell] == 0; });
  if (searched.empty() || !both || cells.empty()) {
    return weight;
  }
  std::vector<std::uint8_t> processed;
  processed.reserve(sampled.size());
  for (const std::uint32_t cell : sampled) {
    processed.push_back(observations.processed[cell]);
  }
  searched.fit(sampled, processed);
  double sum = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    weight[i] = std::exp(-std::clamp(searched.logit(cells[i]), -30.0, 30.0));  // (1 - p) / p
    sum += weight[i];
  }
  const double mean = sum / static_cast<double>(cells.size());
  sum = 0;
  for (double& w : weight) {
    w = std::min(w / mean, kMostOfMean);
    sum += w;
  }
  for (double& w : weight) {
    w *= static_cast<double>(weight.size()) / sum;
  }
  return weight;
}

}  // namespace firmground::estimate
