#include "estimate/covariate_logit.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/check.h"
#include "sparse/dense.h"

namespace firmground::estimate {

namespace {

constexpr double kRidge = 1.0;  ///< precision of each knot's coefficient: an effect of e-fold needs little data

struct Entry {
  std::size_t column;
  double weight;
};

}  // namespace

CovariateLogit::CovariateLogit(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects) {
  for (const SmoothEffect& effect : effects) {
    const auto field = std::find_if(observations.covariates.begin(), observations.covariates.end(),
                                    [&](const evidence::CovariateField& f) { return f.name == effect.name; });
    FG_CHECK(field != observations.covariates.end());
    if (!field->tells_searches() && field->from != evidence::CovariateSource::reconciled_records) {
      columns_.add(effect, *field);
    }
  }
  beta_.assign(columns_.count(), 0.0);
}

void CovariateLogit::take(std::vector<double> coefficients) {
  FG_CHECK(coefficients.size() == beta_.size());
  beta_ = std::move(coefficients);
}

double CovariateLogit::logit(std::uint32_t cell) const {
  return columns_.sum(cell, beta_);
}

void CovariateLogit::logits(std::span<const CovariateLogit> of, std::uint32_t cell, std::span<double> out) {
  std::fill(out.begin(), out.end(), 0.0);
  of.front().columns_.visit(cell, [&](std::size_t column, double w) {
    for (std::size_t k = 0; k < of.size(); ++k) {
      out[k] += w * of[k].beta_[column];
    }
  });
}

void CovariateLogit::fit(const std::vector<std::uint32_t>& cells, const std::vector<std::uint8_t>& yes) {
  Facts facts;
  facts.cells = cells;
  for (const std::uint8_t answer : yes) {
    facts.share.push_back(answer != 0 ? 1.0 : 0.0);
  }
  facts.weight.assign(yes.size(), 1.0);
  climb(facts, kRidge, 0);
}

void CovariateLogit::fit(const Facts& facts, double ridge) {
  climb(facts, ridge, 1);
}

void CovariateLogit::climb(const Facts& facts, double ridge, double usual_worth) {
  constexpr int kSteps = 10;
  const std::size_t p = beta_.size();
  const std::size_t entries = columns_.entries();
  std::vector<Entry> design;  // every Newton step reads it again
  design.reserve(facts.cells.size() * entries);
  for (const std::uint32_t cell : facts.cells) {
    columns_.visit(cell, [&](std::size_t column, double weight) { design.push_back({column, weight}); });
  }
  for (int step = 0; step < kSteps; ++step) {
    sparse::DenseMatrix information(p, p);
    std::vector<double> uphill(p);
    for (std::size_t j = 0; j < p; ++j) {
      information(j, j) = j == 0 ? 1e-6 : ridge;
      uphill[j] = -information(j, j) * beta_[j];
    }
    if (usual_worth > 0) {
      const double probability = 1 / (1 + std::exp(-beta_[0]));
      uphill[0] += usual_worth * (facts.usual - probability);
      information(0, 0) += usual_worth * probability * (1 - probability);
    }
    for (std::size_t i = 0; i < facts.cells.size(); ++i) {
      const std::span<const Entry> row(design.data() + i * entries, entries);
      double logit = 0;
      for (const Entry& entry : row) {
        logit += entry.weight * beta_[entry.column];
      }
      const double probability = 1 / (1 + std::exp(-logit));
      const double residual = facts.weight[i] * (facts.share[i] - probability);
      const double weight = facts.weight[i] * (probability * (1 - probability));
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
      beta_[j] += uphill[j];
      longest = std::max(longest, std::abs(uphill[j]));
    }
    if (longest < 1e-4) {
      break;
    }
  }
}

}  // namespace firmground::estimate
