#include "estimate/field_fit.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "estimate/field_fitter_impl.h"
#include "estimate/hermite.h"

namespace firmground::estimate {

namespace {

using sparse::DenseMatrix;
using sparse::Index;

/// Weak priors of the hyperparameters on the log scale (Simpson et al. 2017; Fuglstad et al. 2019 for range and sd
/// jointly): P(range < 150 m) = 0.05, P(short sd > 4) = 0.05, P(long sd > 2) = 0.05; smooth precision log-normal around
/// e^2 with sd 2.
struct PriorTerm {
  double value;
  double slope;
};

PriorTerm range_prior(double log_range) {
  const double rate = -std::log(0.05) * 150;
  return {-log_range - rate * std::exp(-log_range), -1 + rate * std::exp(-log_range)};
}

PriorTerm sd_prior(double log_sd, double upper) {
  const double rate = -std::log(0.05) / upper;
  return {log_sd - rate * std::exp(log_sd), 1 - rate * std::exp(log_sd)};
}

PriorTerm smooth_prior(double log_precision) {
  const double z = (log_precision - 2) / 2;
  return {-0.5 * z * z, -z / 2};
}

}  // namespace

base::Result<int> FieldFitter::Impl::newton(double settled) {
  constexpr int kMost = 60;
  std::vector<double> weight(eta.size());
  std::vector<double> slope(eta.size());
  predict(mode, eta);
  double value = objective(mode, eta);
  for (int iteration = 1; iteration <= kMost; ++iteration) {
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const Term t = term(i, eta[i]);
      // Observed information makes the last steps quadratic; where it is small or negative the expected one keeps them
      // uphill.
      weight[i] = std::max({t.observed, 0.25 * t.information, 1e-12});
      slope[i] = t.slope;
    }
    FG_TRY_VOID(factorise(weight));
    const Vectors gradient = uphill(slope);
    const Vectors step = solve(gradient);
    const double decrement = total(own_dot(step.x, gradient.x)) + dot(step.b, gradient.b);
    if (decrement < settled) {
      return iteration;
    }
    double length = 1;
    for (int halving = 0; halving < 20; ++halving, length /= 2) {
      Vectors next = mode;
      for (std::size_t i = 0; i < n; ++i) {
        next.x[i] += length * step.x[i];
      }
      for (std::size_t j = 0; j < whole_border; ++j) {
        next.b[j] += length * step.b[j];
      }
      std::vector<double> next_eta(eta.size());
      predict(next, next_eta);
      const double next_value = objective(next, next_eta);
      if (next_value > value + 1e-4 * length * decrement ||
          (decrement < 1e-5 && next_value >= value - 1e-9 * std::abs(value))) {
        mode = std::move(next);
        eta = std::move(next_eta);
        value = next_value;
        break;
      }
    }
  }
  return base::fail("estimate.no_convergence", {{"iterations", std::to_string(kMost)}});
}

double border_free_variance(const HazardModel& model, const std::vector<double>& covariance, std::size_t observation) {
  const CellDesign& d = model.design[observation];
  const auto& place = model.quad_place[model.quad[observation]];
  double sum = 0;
  std::size_t pair = 0;
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = 0; b <= a; ++b, ++pair) {
      if (place[pair] >= 0) {
        sum += (a == b ? 1.0 : 2.0) * static_cast<double>(d.weight[a]) * static_cast<double>(d.weight[b]) *
               covariance[static_cast<std::size_t>(place[pair])];
      }
    }
  }
  return sum;
}

std::vector<double> FieldFitter::Impl::predictor_variance() {
  // (x - V'a)' S^-1 (x - V'a) = |L^-1 x - sum of a_k L^-1 V'_k|^2: the columns of L^-1 and the nodes' vectors serve all
  // observations.
  node_rows.resize(n * p);
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      node_rows[i * p + j] = spread(i, j);
    }
  }
  near_schur->solve_lower(node_rows, n);
  const DenseMatrix inverse = near_schur->inverse_of_lower();
  std::vector<double> result(eta.size());
  base::parallel_for(eta.size(), kBlock, [&](std::size_t begin, std::size_t end) {
    std::vector<double> sum(p);
    for (std::size_t i = begin; i < end; ++i) {
      std::fill(sum.begin(), sum.end(), 0.0);
      visit_border(i, [&](std::size_t column, double w) {
        const double* from = inverse.value.data() + column * p;
        for (std::size_t j = column; j < p; ++j) {
          sum[j] += w * from[j];
        }
      });
      const CellDesign& d = model.design[i];
      for (std::size_t k = 0; k < 8; ++k) {
        if (d.node[k] >= 0) {
          const double* from = node_rows.data() + static_cast<std::size_t>(d.node[k]) * p;
          const auto w = static_cast<double>(d.weight[k]);
          for (std::size_t j = 0; j < p; ++j) {
            sum[j] -= w * from[j];
          }
        }
      }
      result[i] = border_free_variance(model, covariance, i) + dot(sum, sum);
    }
  });
  return result;
}

/// E over the Gaussian marginal of an observation's terms (Gauss-Hermite, 9 nodes).
Term FieldFitter::Impl::mean_term(std::size_t i, double spread_of_eta) const {
  // Far from searches a block's short field is what the prior says, and no node's.
  const double beyond = model.observations[i].report && model.design[i].node[0] < 0 ? short_variance : 0.0;
  const double sd = std::sqrt(std::max(spread_of_eta, 0.0) + beyond);
  Term mean{};
  for (std::size_t k = 0; k < kHermiteNodes.size(); ++k) {
    const Term t = term(i, eta[i] + sd * kHermiteNodes[k]);
    mean.value += kHermiteWeights[k] * t.value;
    mean.slope += kHermiteWeights[k] * t.slope;
    mean.observed += kHermiteWeights[k] * t.observed;
  }
  return mean;
}

/// Fixed point of the variational Gaussian approximation: mean slope balances the prior, mean curvature makes the
/// precision (eq. 14).
base::Result<double> FieldFitter::Impl::variational(double settled, int& iterations) {
  constexpr int kMost = 40;
  std::vector<double> weight(eta.size());
  std::vector<double> slope(eta.size());
  std::vector<Term> mean(eta.size());
  double last = -1e300;
  double pace = 1;  // halved whenever the bound falls: full steps may swing around the fixed point
  for (int round = 0; round < kMost; ++round, ++iterations) {
    covariance = factor.selected_inverse(posterior);
    variance = predictor_variance();
    base::parallel_for(eta.size(), kBlock, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        mean[i] = mean_term(i, variance[i]);
      }
    });
    double expected = 0;
    double traced = 0;
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const Term& t = mean[i];
      expected += owns(i) ? t.value : 0.0;
      slope[i] = t.slope;
      traced += owns(i) ? used_weight[i] * variance[i] : 0.0;
      // A searched cell whose detection is far below 1 can curve upwards: the precision must not follow it.
      weight[i] = std::max(t.observed, 1e-9);
    }
    // tr(Q Sigma) = n - sum of weight x variance, because Sigma is the inverse of Q + A'WA.
    const double bound = total(expected) - 0.5 * prior_square() + 0.5 * total(traced) -
                         0.5 * (log_determinant + schur->log_determinant());
    if (std::abs(bound - last) < settled) {
      return bound;
    }
    pace = bound < last - settled ? std::max(0.1, pace / 2) : pace;
    last = bound;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      weight[i] = pace * weight[i] + (1 - pace) * used_weight[i];
    }
    FG_TRY_VOID(factorise(weight));
    const Vectors step = solve(uphill(slope));
    // Long steps would leave the range where the quadrature's marginals mean anything: each goes as far as it may.
    constexpr double kLongest = 3;
    for (std::size_t i = 0; i < n; ++i) {
      mode.x[i] += pace * std::clamp(step.x[i], -kLongest, kLongest);
    }
    for (std::size_t j = 0; j < whole_border; ++j) {
      mode.b[j] += pace * std::clamp(step.b[j], -kLongest, kLongest);
    }
    predict(mode, eta);
  }
  return base::fail("estimate.no_convergence", {{"iterations", std::to_string(kMost)}});
}

base::Result<void> FieldFitter::Impl::add_gradient(const Hyperparameters& hyper, double short_range_slope,
                                                   FieldFit& fit) {
  const DenseMatrix border_covariance = schur->inverse();

  // At the fixed point the bound is stationary in mean and covariance, so only the prior's own slope M is left:
  // -x'Mx/2 - tr(Sigma M)/2 (eq. 15).
  sparse::SymmetricMatrix slope = model.pattern;
  const auto latent_part = [&](const std::vector<Index>& place, const std::vector<double>& values) {
    std::fill(slope.value.begin(), slope.value.end(), 0.0);
    for (std::size_t k = 0; k < values.size(); ++k) {
      slope.value[static_cast<std::size_t>(place[k])] += values[k];
    }
    double trace = 0;
    for (std::size_t j = 0; j < n; ++j) {
      for (auto k = static_cast<std::size_t>(slope.column_begin[j]);
           k < static_cast<std::size_t>(slope.column_begin[j + 1]); ++k) {
        trace += (slope.row[k] == static_cast<Index>(j) ? 1.0 : 2.0) * slope.value[k] * covariance[k];
      }
    }
    std::vector<double> column(n);
    for (std::size_t j = 0; j < p; ++j) {
      slope.multiply(std::span(spread.value).subspan(j * n, n), column);
      for (std::size_t k = 0; k < p; ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
          sum += column[i] * spread(i, k);
        }
        trace += sum * border_covariance(j, k);
      }
    }
    slope.multiply(mode.x, column);
    return -0.5 * dot(mode.x, column) - 0.5 * trace;
  };

  const double short_range = std::exp(hyper.log_short_range_m);
  const double short_sd = std::exp(hyper.log_short_sd);
  const double long_sd = std::exp(hyper.log_long_sd);
  std::vector<double> values;
  precision_range_slope(model.short_field, model.short_lattice.spacing_m, short_range, short_sd, values);
  fit.gradient[0] =
      latent_part(model.short_place, values) + 0.5 * short_range_slope + range_prior(hyper.log_short_range_m).slope;
  precision_values(model.short_field, model.short_lattice.spacing_m, short_range, short_sd, values);
  for (double& v : values) {
    v *= -2;
  }
  fit.gradient[1] = latent_part(model.short_place, values) - static_cast<double>(model.short_lattice.active) +
                    sd_prior(hyper.log_short_sd, 4).slope;
  precision_values(model.long_field, model.long_lattice.spacing_m, long_range_m, long_sd, values);
  for (double& v : values) {
    v *= -2;
  }
  fit.gradient[2] = latent_part(model.long_place, values) - static_cast<double>(model.long_lattice.active) +
                    sd_prior(hyper.log_long_sd, 2).slope;

  const DenseMatrix prior_covariance = sparse::DenseCholesky(effect_prior).inverse();
  const std::vector<double> pulled = times(walk, mode.b);
  double smooth = -0.5 * dot(mode.b, pulled);
  for (std::size_t i = 0; i < walk.value.size(); ++i) {
    smooth += 0.5 * walk.value[i] * (prior_covariance.value[i] - border_covariance.value[i]);
  }
  fit.gradient[3] = smooth + smooth_prior(hyper.log_smooth_precision).slope;
  return {};
}

FieldFitter::FieldFitter(const HazardModel& model, double long_range_m, const RegionShare* share)
    : impl_(std::make_unique<Impl>(model, long_range_m, share)) {}
FieldFitter::~FieldFitter() = default;

base::Result<FieldFit> FieldFitter::fit(const Hyperparameters& hyper, Want want, double settled) {
  Impl& m = *impl_;
  FG_CHECK(m.share == nullptr || want == Want::mode);
  m.set_prior(hyper);
  FieldFit fit;
  // A rough mode is enough to start from; from a fixed point near by even that is not needed.
  if (!m.started) {
    FG_TRY(fit.iterations, m.newton(std::max(0.5, 5e-4 * m.observed)));
  } else {
    FG_TRY_VOID(m.factorise(m.used_weight));
  }
  FG_TRY(const double bound, m.variational(settled, fit.iterations));
  if (!m.short_determinant) {
    m.short_determinant.emplace(m.model.short_field);
    m.long_determinant.emplace(m.model.long_field);
  }
  FG_TRY(const LogDeterminant short_log, m.short_determinant->at(m.model.short_field, m.model.short_lattice.spacing_m,
                                                                 std::exp(hyper.log_short_range_m),
                                                                 std::exp(hyper.log_short_sd), want == Want::gradient));
  FG_TRY(const LogDeterminant long_log, m.long_determinant->at(m.model.long_field, m.model.long_lattice.spacing_m,
                                                               m.long_range_m, std::exp(hyper.log_long_sd), false));
  // effect_prior is that of the whole border, with the long field where it holds it.
  const double prior_log = short_log.value + (m.model.long_in_border ? 0.0 : long_log.value) +
                           sparse::DenseCholesky(m.effect_prior).log_determinant();
  fit.evidence_bound = bound + 0.5 * prior_log + range_prior(hyper.log_short_range_m).value +
                       sd_prior(hyper.log_short_sd, 4).value + sd_prior(hyper.log_long_sd, 2).value +
                       smooth_prior(hyper.log_smooth_precision).value;
  if (want == Want::gradient) {
    FG_TRY_VOID(m.add_gradient(hyper, short_log.range_slope, fit));
  }
  fit.latent = m.mode.x;
  fit.border = m.mode.b;
  fit.spread = m.spread;
  fit.schur = m.schur;
  return fit;
}

void FieldFitter::start_at(std::vector<double> latent, std::vector<double> border, double variance) {
  Impl& m = *impl_;
  FG_CHECK(latent.size() == m.n && border.size() == m.whole_border);
  m.mode = {std::move(latent), std::move(border)};
  m.predict(m.mode, m.eta);
  m.started = true;
  m.used_weight.resize(m.eta.size());
  for (std::size_t i = 0; i < m.eta.size(); ++i) {
    m.used_weight[i] = std::max(m.mean_term(i, variance).observed, 1e-9);
  }
}

const sparse::Cholesky& FieldFitter::factor() const {
  return impl_->factor;
}

const std::vector<double>& FieldFitter::posterior_covariance() const {
  return impl_->covariance;
}

Predicted FieldFitter::predicted(std::size_t observation) const {
  return {impl_->eta[observation], impl_->variance[observation]};
}

const std::vector<double>& FieldFitter::weights() const {
  return impl_->used_weight;
}

base::Result<std::vector<double>> FieldFitter::prior_variance(const Hyperparameters& hyper) {
  Impl& m = *impl_;
  m.set_prior(hyper);
  FG_TRY_VOID(m.factor.factorise(m.prior));
  m.started = false;
  const std::vector<double> covariance = m.factor.selected_inverse(m.prior);
  std::vector<double> variance(m.n);
  for (std::size_t j = 0; j < m.n; ++j) {
    variance[j] = covariance[static_cast<std::size_t>(m.prior.column_begin[j])];
  }
  return variance;
}

}  // namespace firmground::estimate
