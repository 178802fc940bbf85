#include "estimate/laplace.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "estimate/likelihood.h"

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

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

std::vector<double> times(const DenseMatrix& m, const std::vector<double>& v) {
  std::vector<double> result(m.rows, 0.0);
  for (std::size_t j = 0; j < m.columns; ++j) {
    for (std::size_t i = 0; i < m.rows; ++i) {
      result[i] += m(i, j) * v[j];
    }
  }
  return result;
}

/// log|a^2 I + L| and the trace of its inverse: what the field's log determinant and its slope need.
struct FieldDeterminant {
  sparse::SymmetricMatrix matrix;
  sparse::Cholesky factor;
  explicit FieldDeterminant(const FieldPrecision& field) : matrix(field.laplacian), factor(field.laplacian) {}

  base::Result<LogDeterminant> at(const FieldPrecision& field, double spacing_m, double range_m, double sd,
                                  bool slope) {
    const double a2 = 8 * spacing_m * spacing_m / (range_m * range_m);
    const auto n = static_cast<double>(matrix.n);
    sparse::SymmetricMatrix diagonal;
    diagonal.n = matrix.n;
    diagonal.column_begin.push_back(0);
    for (Index i = 0; i < matrix.n; ++i) {
      const Index at_diagonal = matrix.column_begin[static_cast<std::size_t>(i)];
      matrix.value[static_cast<std::size_t>(at_diagonal)] =
          field.laplacian.value[static_cast<std::size_t>(at_diagonal)] + a2;
      diagonal.row.push_back(i);
      diagonal.column_begin.push_back(i + 1);
    }
    FG_TRY_VOID(factor.factorise(matrix));
    LogDeterminant result;
    result.value = -n * std::log(4 * M_PI * sd * sd * a2) + 2 * factor.log_determinant();
    if (slope) {
      double trace = 0;
      for (const double v : factor.selected_inverse(diagonal)) {
        trace += v;
      }
      result.range_slope = 2 * n - 4 * a2 * trace;
    }
    return result;
  }
};

struct Vectors {
  std::vector<double> x;
  std::vector<double> b;
};

}  // namespace

struct Laplace::Impl {
  const HazardModel& model;
  double long_range_m;
  std::size_t n;
  std::size_t p;
  sparse::SymmetricMatrix prior;      ///< Q on the pattern
  sparse::SymmetricMatrix posterior;  ///< Q + A^T W A
  sparse::Cholesky factor;
  FieldDeterminant short_determinant;
  FieldDeterminant long_determinant;
  DenseMatrix effect_prior;
  DenseMatrix walk;
  Vectors mode;
  DenseMatrix cross;   ///< A^T W X
  DenseMatrix spread;  ///< H_xx^-1 cross
  std::shared_ptr<sparse::DenseCholesky> schur;
  std::vector<double> eta;

  Impl(const HazardModel& m, double range)
      : model(m),
        long_range_m(range),
        n(m.latent()),
        p(m.border()),
        prior(m.pattern),
        posterior(m.pattern),
        factor(m.pattern),
        short_determinant(m.short_field),
        long_determinant(m.long_field),
        cross(n, p),
        eta(m.observations.size()) {
    mode.x.assign(n, 0);
    mode.b.assign(p, 0);
    double found = 0;
    double exposure = 0;
    for (const Observation& o : model.observations) {
      found += o.events ? static_cast<double>(o.count) : (o.found ? 1.0 : 0.0);
      exposure += static_cast<double>(o.detection);
    }
    mode.b[0] = std::log((found + 0.5) / (exposure + 1));
  }

  Term term(std::size_t i, double at) const {
    const Observation& o = model.observations[i];
    return o.events ? event_term(at, static_cast<double>(o.detection), static_cast<double>(o.count))
                    : search_term(at, static_cast<double>(o.detection), o.found);
  }

  /// The border columns that observation i touches, with their weights.
  template <typename Visit>
  void visit_border(std::size_t i, Visit visit) const {
    visit(std::size_t{0}, 1.0);
    const BasisPlace* place = model.basis.data() + i * model.effects.size();
    for (const SmoothEffect& effect : model.effects) {
      visit(effect.first_column + place->knot, static_cast<double>(place->left));
      visit(effect.first_column + place->knot + 1, static_cast<double>(place->right));
      ++place;
    }
  }

  void predict(const Vectors& at, std::vector<double>& out) const {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const CellDesign& d = model.design[i];
      double sum = 0;
      for (std::size_t k = 0; k < 8; ++k) {
        if (d.node[k] >= 0) {
          sum += static_cast<double>(d.weight[k]) * at.x[static_cast<std::size_t>(d.node[k])];
        }
      }
      visit_border(i, [&](std::size_t column, double w) { sum += w * at.b[column]; });
      out[i] = sum;
    }
  }

  void set_prior(const Hyperparameters& hyper) {
    std::fill(prior.value.begin(), prior.value.end(), 0.0);
    std::vector<double> values;
    precision_values(model.short_field, model.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
                     std::exp(hyper.log_short_sd), values);
    for (std::size_t k = 0; k < values.size(); ++k) {
      prior.value[static_cast<std::size_t>(model.short_place[k])] += values[k];
    }
    precision_values(model.long_field, model.long_lattice.spacing_m, long_range_m, std::exp(hyper.log_long_sd), values);
    for (std::size_t k = 0; k < values.size(); ++k) {
      prior.value[static_cast<std::size_t>(model.long_place[k])] += values[k];
    }
    effect_prior = effect_precision(model.effects, std::exp(hyper.log_smooth_precision), walk);
  }

  /// log likelihood + log density of latent and border, but for constants.
  double objective(const Vectors& at, const std::vector<double>& predictor) const {
    double sum = 0;
    for (std::size_t i = 0; i < predictor.size(); ++i) {
      sum += term(i, predictor[i]).value;
    }
    std::vector<double> qx(n);
    prior.multiply(at.x, qx);
    return sum - 0.5 * dot(at.x, qx) - 0.5 * dot(at.b, times(effect_prior, at.b));
  }

  /// Adds a^T w a per observation to the latent block, its cross products with the border, and the border's own.
  void assemble(const std::vector<double>& weight, sparse::SymmetricMatrix& latent, DenseMatrix& mixed,
                DenseMatrix& border) const {
    std::array<double, 36> local{};
    std::size_t columns[64];
    double weights[64];
    for (std::size_t i = 0; i < weight.size(); ++i) {
      const CellDesign& d = model.design[i];
      const auto& place = model.quad_place[model.quad[i]];
      std::size_t pair = 0;
      for (std::size_t a = 0; a < 8; ++a) {
        for (std::size_t b = 0; b <= a; ++b, ++pair) {
          local[pair] = weight[i] * static_cast<double>(d.weight[a]) * static_cast<double>(d.weight[b]);
          if (place[pair] >= 0) {
            latent.value[static_cast<std::size_t>(place[pair])] += local[pair];
          }
        }
      }
      std::size_t touched = 0;
      visit_border(i, [&](std::size_t column, double w) {
        if (w != 0 && touched < 64) {
          columns[touched] = column;
          weights[touched++] = w;
        }
      });
      for (std::size_t c = 0; c < touched; ++c) {
        const double wc = weight[i] * weights[c];
        for (std::size_t k = 0; k < 8; ++k) {
          if (d.node[k] >= 0) {
            mixed(static_cast<std::size_t>(d.node[k]), columns[c]) += wc * static_cast<double>(d.weight[k]);
          }
        }
        for (std::size_t e = 0; e < touched; ++e) {
          border(columns[e], columns[c]) += wc * weights[e];
        }
      }
    }
  }

  /// [A X]^T v.
  Vectors project(const std::vector<double>& v) const {
    Vectors result{std::vector<double>(n, 0.0), std::vector<double>(p, 0.0)};
    for (std::size_t i = 0; i < v.size(); ++i) {
      const CellDesign& d = model.design[i];
      for (std::size_t k = 0; k < 8; ++k) {
        if (d.node[k] >= 0) {
          result.x[static_cast<std::size_t>(d.node[k])] += v[i] * static_cast<double>(d.weight[k]);
        }
      }
      visit_border(i, [&](std::size_t column, double w) { result.b[column] += v[i] * w; });
    }
    return result;
  }

  /// Factor of the posterior precision at the given weights.
  base::Result<void> factorise(const std::vector<double>& weight) {
    posterior.value = prior.value;
    std::fill(cross.value.begin(), cross.value.end(), 0.0);
    DenseMatrix border = effect_prior;
    assemble(weight, posterior, cross, border);
    FG_TRY_VOID(factor.factorise(posterior));
    spread = cross;
    factor.solve(spread.value, static_cast<Index>(p));
    sparse::subtract_transposed_product(cross, spread, border);
    schur = std::make_shared<sparse::DenseCholesky>(std::move(border));
    return {};
  }

  /// H^-1 r with the last factor.
  Vectors solve(Vectors r) const {
    factor.solve(r.x);
    for (std::size_t j = 0; j < p; ++j) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += cross(i, j) * r.x[i];
      }
      r.b[j] -= sum;
    }
    schur->solve(r.b);
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < n; ++i) {
        r.x[i] -= spread(i, j) * r.b[j];
      }
    }
    return r;
  }

  base::Result<int> newton(double settled);
  Vectors observed_solve(const Vectors& right, const std::vector<double>& observed) const;
  base::Result<void> add_gradient(const Hyperparameters& hyper, LaplaceFit& fit);
  std::vector<double> predictor_variance(const std::vector<double>& covariance) const;
};

base::Result<int> Laplace::Impl::newton(double settled) {
  constexpr int kMost = 60;
  std::vector<double> weight(eta.size());
  std::vector<double> slope(eta.size());
  predict(mode, eta);
  double value = objective(mode, eta);
  for (int iteration = 1; iteration <= kMost; ++iteration) {
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const Term t = term(i, eta[i]);
      weight[i] = std::max(t.information, 1e-12);
      slope[i] = t.slope;
    }
    FG_TRY_VOID(factorise(weight));
    Vectors gradient = project(slope);
    std::vector<double> qx(n);
    prior.multiply(mode.x, qx);
    const std::vector<double> pb = times(effect_prior, mode.b);
    for (std::size_t i = 0; i < n; ++i) {
      gradient.x[i] -= qx[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      gradient.b[j] -= pb[j];
    }
    const Vectors step = solve(gradient);
    const double decrement = dot(step.x, gradient.x) + dot(step.b, gradient.b);
    if (decrement < settled) {
      return iteration;
    }
    double length = 1;
    for (int halving = 0; halving < 20; ++halving, length /= 2) {
      Vectors next = mode;
      for (std::size_t i = 0; i < n; ++i) {
        next.x[i] += length * step.x[i];
      }
      for (std::size_t j = 0; j < p; ++j) {
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

std::vector<double> Laplace::Impl::predictor_variance(const std::vector<double>& covariance) const {
  std::vector<double> variance(eta.size());
  std::vector<double> difference;
  constexpr std::size_t kBatch = 256;
  for (std::size_t begin = 0; begin < eta.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, eta.size() - begin);
    difference.assign(p * count, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      double* row = difference.data() + i * p;
      visit_border(begin + i, [&](std::size_t column, double w) { row[column] += w; });
      const CellDesign& d = model.design[begin + i];
      for (std::size_t k = 0; k < 8; ++k) {
        if (d.node[k] >= 0) {
          for (std::size_t j = 0; j < p; ++j) {
            row[j] -= static_cast<double>(d.weight[k]) * spread(static_cast<std::size_t>(d.node[k]), j);
          }
        }
      }
    }
    schur->solve_lower(difference, count);
    for (std::size_t i = 0; i < count; ++i) {
      double sum = border_free_variance(model, covariance, begin + i);
      for (std::size_t j = 0; j < p; ++j) {
        sum += difference[i * p + j] * difference[i * p + j];
      }
      variance[begin + i] = sum;
    }
  }
  return variance;
}

/// Solves with the observed information, by conjugate gradients preconditioned with the expected one (few steps: they
/// are close).
Vectors Laplace::Impl::observed_solve(const Vectors& right, const std::vector<double>& observed) const {
  const auto apply = [&](const Vectors& v) {
    std::vector<double> predictor(eta.size());
    predict(v, predictor);
    for (std::size_t i = 0; i < predictor.size(); ++i) {
      predictor[i] *= observed[i];
    }
    Vectors result = project(predictor);
    std::vector<double> qx(n);
    prior.multiply(v.x, qx);
    const std::vector<double> pb = times(effect_prior, v.b);
    for (std::size_t i = 0; i < n; ++i) {
      result.x[i] += qx[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      result.b[j] += pb[j];
    }
    return result;
  };
  Vectors x{std::vector<double>(n, 0.0), std::vector<double>(p, 0.0)};
  Vectors r = right;
  Vectors z = solve(r);
  Vectors direction = z;
  double rz = dot(r.x, z.x) + dot(r.b, z.b);
  const double enough = 1e-12 * rz;
  for (int step = 0; step < 40 && rz > enough; ++step) {
    const Vectors h = apply(direction);
    const double curvature = dot(direction.x, h.x) + dot(direction.b, h.b);
    if (curvature <= 0) {
      break;  // not a proper maximum along this direction: keep what is solved so far
    }
    const double length = rz / curvature;
    for (std::size_t i = 0; i < n; ++i) {
      x.x[i] += length * direction.x[i];
      r.x[i] -= length * h.x[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      x.b[j] += length * direction.b[j];
      r.b[j] -= length * h.b[j];
    }
    z = solve(r);
    const double next = dot(r.x, z.x) + dot(r.b, z.b);
    for (std::size_t i = 0; i < n; ++i) {
      direction.x[i] = z.x[i] + next / rz * direction.x[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      direction.b[j] = z.b[j] + next / rz * direction.b[j];
    }
    rz = next;
  }
  return x;
}

base::Result<void> Laplace::Impl::add_gradient(const Hyperparameters& hyper, LaplaceFit& fit) {
  const std::vector<double> covariance = factor.selected_inverse(posterior);
  const std::vector<double> variance = predictor_variance(covariance);
  std::vector<double> pull(eta.size());
  std::vector<double> observed(eta.size());
  for (std::size_t i = 0; i < eta.size(); ++i) {
    const Term t = term(i, eta[i]);
    pull[i] = t.information > 1e-12 ? variance[i] * t.information_slope : 0;
    observed[i] = t.observed;
  }
  const Vectors adjoint = observed_solve(project(pull), observed);
  const DenseMatrix border_covariance = schur->inverse();

  // d/d theta of the latent part with slope matrix M on the pattern:
  // -x'Mx/2 - tr(H^-1 M)/2 + adjoint'M x/2, the last because the mode moves (eq. 15).
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
    return -0.5 * dot(mode.x, column) - 0.5 * trace + 0.5 * dot(adjoint.x, column);
  };

  const double short_range = std::exp(hyper.log_short_range_m);
  const double short_sd = std::exp(hyper.log_short_sd);
  const double long_sd = std::exp(hyper.log_long_sd);
  std::vector<double> values;
  FG_TRY(const LogDeterminant short_log,
         short_determinant.at(model.short_field, model.short_lattice.spacing_m, short_range, short_sd, true));
  precision_range_slope(model.short_field, model.short_lattice.spacing_m, short_range, short_sd, values);
  fit.gradient[0] =
      latent_part(model.short_place, values) + 0.5 * short_log.range_slope + range_prior(hyper.log_short_range_m).slope;
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
  double smooth = -0.5 * dot(mode.b, pulled) + 0.5 * dot(adjoint.b, pulled);
  for (std::size_t i = 0; i < walk.value.size(); ++i) {
    smooth += 0.5 * walk.value[i] * (prior_covariance.value[i] - border_covariance.value[i]);
  }
  fit.gradient[3] = smooth + smooth_prior(hyper.log_smooth_precision).slope;
  return {};
}

Laplace::Laplace(const HazardModel& model, double long_range_m) : impl_(std::make_unique<Impl>(model, long_range_m)) {}
Laplace::~Laplace() = default;

base::Result<LaplaceFit> Laplace::fit(const Hyperparameters& hyper, Want want, double settled) {
  Impl& m = *impl_;
  m.set_prior(hyper);
  LaplaceFit fit;
  FG_TRY(fit.iterations, m.newton(settled));
  FG_TRY(const LogDeterminant short_log,
         m.short_determinant.at(m.model.short_field, m.model.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
                                std::exp(hyper.log_short_sd), false));
  FG_TRY(const LogDeterminant long_log, m.long_determinant.at(m.model.long_field, m.model.long_lattice.spacing_m,
                                                              m.long_range_m, std::exp(hyper.log_long_sd), false));
  const double prior_log = short_log.value + long_log.value + sparse::DenseCholesky(m.effect_prior).log_determinant();
  const double posterior_log = m.factor.log_determinant() + m.schur->log_determinant();
  fit.log_marginal = m.objective(m.mode, m.eta) + 0.5 * prior_log - 0.5 * posterior_log +
                     range_prior(hyper.log_short_range_m).value + sd_prior(hyper.log_short_sd, 4).value +
                     sd_prior(hyper.log_long_sd, 2).value + smooth_prior(hyper.log_smooth_precision).value;
  if (want == Want::gradient) {
    FG_TRY_VOID(m.add_gradient(hyper, fit));
  }
  fit.latent = m.mode.x;
  fit.border = m.mode.b;
  fit.spread = m.spread;
  fit.schur = m.schur;
  return fit;
}

const sparse::Cholesky& Laplace::factor() const {
  return impl_->factor;
}

std::vector<double> Laplace::posterior_covariance() const {
  return impl_->factor.selected_inverse(impl_->posterior);
}

base::Result<std::vector<double>> Laplace::prior_variance(const Hyperparameters& hyper) {
  Impl& m = *impl_;
  m.set_prior(hyper);
  sparse::Cholesky prior_factor(m.prior);
  FG_TRY_VOID(prior_factor.factorise(m.prior));
  const std::vector<double> covariance = prior_factor.selected_inverse(m.prior);
  std::vector<double> variance(m.n);
  for (std::size_t j = 0; j < m.n; ++j) {
    variance[j] = covariance[static_cast<std::size_t>(m.prior.column_begin[j])];
  }
  return variance;
}

}  // namespace firmground::estimate
