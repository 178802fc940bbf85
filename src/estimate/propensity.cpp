#include "estimate/propensity.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/check.h"
#include "sparse/dense.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kMostCells = 40'000;
constexpr double kRidge = 1.0;        ///< precision of each knot's coefficient: an effect of e-fold needs little data
constexpr double kMostOfMean = 10.0;  ///< a few cells unlike all others must not decide

/// The effects that may explain where people searched, with their covariates.
struct Features {
  std::vector<const SmoothEffect*> effect;
  std::vector<const evidence::CovariateField*> field;
  std::size_t columns = 1;

  template <typename Visit>
  void visit(std::uint32_t cell, Visit add) const {
    add(std::size_t{0}, 1.0);
    std::size_t column = 1;
    for (std::size_t e = 0; e < effect.size(); ++e) {
      const BasisPlace place = basis_place(*effect[e], field[e]->value[cell]);
      add(column + place.knot, static_cast<double>(place.left));
      add(column + place.knot + 1, static_cast<double>(place.right));
      column += effect[e]->knots.size();
    }
  }

  double logit(std::uint32_t cell, const std::vector<double>& beta) const {
    double sum = 0;
    visit(cell, [&](std::size_t column, double w) { sum += w * beta[column]; });
    return sum;
  }

  std::size_t entries() const { return 1 + 2 * effect.size(); }
};

struct Entry {
  std::size_t column;
  double weight;
};

/// The rows of the regression's design, entries() each: every Newton step reads them again.
std::vector<Entry> design_of(const Features& features, const std::vector<std::uint32_t>& cells) {
  std::vector<Entry> design;
  design.reserve(cells.size() * features.entries());
  for (const std::uint32_t cell : cells) {
    features.visit(cell, [&](std::size_t column, double weight) { design.push_back({column, weight}); });
  }
  return design;
}

Features features_of(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects) {
  Features features;
  for (const SmoothEffect& effect : effects) {
    const auto field = std::find_if(observations.covariates.begin(), observations.covariates.end(),
                                    [&](const evidence::CovariateField& f) { return f.name == effect.name; });
    FG_CHECK(field != observations.covariates.end());
    if (!field->tells_effort) {
      features.effect.push_back(&effect);
      features.field.push_back(&*field);
      features.columns += effect.knots.size();
    }
  }
  return features;
}

std::vector<std::uint32_t> sample(const evidence::Observations& observations) {
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

/// Ridge logistic regression of `processed` by Newton steps.
std::vector<double> fit(const Features& features, const std::vector<std::uint8_t>& processed,
                        const std::vector<std::uint32_t>& cells) {
  constexpr int kSteps = 10;
  const std::size_t p = features.columns;
  const std::vector<Entry> design = design_of(features, cells);
  std::vector<double> beta(p, 0.0);
  for (int step = 0; step < kSteps; ++step) {
    sparse::DenseMatrix information(p, p);
    std::vector<double> uphill(p);
    for (std::size_t j = 0; j < p; ++j) {
      information(j, j) = j == 0 ? 1e-6 : kRidge;
      uphill[j] = -information(j, j) * beta[j];
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::span<const Entry> row(design.data() + i * features.entries(), features.entries());
      double logit = 0;
      for (const Entry& entry : row) {
        logit += entry.weight * beta[entry.column];
      }
      const double probability = 1 / (1 + std::exp(-logit));
      const double residual = (processed[cells[i]] != 0 ? 1.0 : 0.0) - probability;
      const double weight = probability * (1 - probability);
      for (const Entry& a : row) {
        uphill[a.column] += a.weight * residual;
        for (const Entry& b : row) {
          information(b.column, a.column) += weight * a.weight * b.weight;
        }
      }
    }
    sparse::DenseCholesky(std::move(information)).solve(uphill);
    double longest = 0;
    for (std::size_t j = 0; j < p; ++j) {
      beta[j] += uphill[j];
      longest = std::max(longest, std::abs(uphill[j]));
    }
    if (longest < 1e-4) {
      break;
    }
  }
  return beta;
}

}  // namespace

std::vector<double> likeness_to_unsearched(const evidence::Observations& observations,
                                           const std::vector<SmoothEffect>& effects,
                                           const std::vector<std::uint32_t>& cells) {
  std::vector<double> weight(cells.size(), 1.0);
  const Features features = features_of(observations, effects);
  const std::vector<std::uint32_t> sampled = sample(observations);
  const bool both =
      std::any_of(sampled.begin(), sampled.end(), [&](auto cell) { return observations.processed[cell] == 0; });
  if (features.effect.empty() || !both || cells.empty()) {
    return weight;
  }
  const std::vector<double> beta = fit(features, observations.processed, sampled);
  double sum = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    weight[i] = std::exp(-std::clamp(features.logit(cells[i], beta), -30.0, 30.0));  // (1 - p) / p
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
