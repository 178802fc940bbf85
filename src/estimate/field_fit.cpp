#include "estimate/field_fit.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/parallel.h"
#include "estimate/hermite.h"
#include "estimate/likelihood.h"

namespace firmground::estimate {

namespace {

using sparse::DenseMatrix;
using sparse::Index;

/// Observations that one thread takes at a time: the class that fits longer has the idle core from then on.
constexpr std::size_t kBlock = 2048;

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

struct FieldFitter::Impl {
  const HazardModel& model;
  double long_range_m;
  const RegionShare* share;
  double observed = 0;         ///< observations, of all regions
  double log_determinant = 0;  ///< of the latent block, of all regions
  std::optional<OwnDeterminant> own_determinant;
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
  std::vector<double> used_weight;  ///< of the last factorisation
  bool started = false;             ///< it means something
  std::vector<double> covariance;   ///< of the latent given the border, at the pattern
  std::vector<double> variance;     ///< of each observation's predictor
  std::vector<double> node_rows;    ///< scratch, n x p row by row

  Impl(const HazardModel& m, double range, const RegionShare* of_region)
      : model(m),
        long_range_m(range),
        share(of_region),
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
    std::array<double, 3> sums{};  // found, exposure, observations
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const Observation& o = model.observations[i];
      if (owns(i)) {
        sums[0] += o.events ? static_cast<double>(o.count) : (o.found ? 1.0 : 0.0);
        sums[1] += static_cast<double>(o.detection);
        sums[2] += 1;
      }
    }
    total(sums);
    mode.b[0] = std::log((sums[0] + 0.5) / (sums[1] + 1));
    observed = sums[2];
    if (share != nullptr) {
      own_determinant.emplace(model.pattern, share->owner);
    }
  }

  bool owns(std::size_t observation) const { return share == nullptr || share->owns_observation[observation] != 0; }
  bool owns_node(std::size_t node) const { return share == nullptr || share->owner[node] == NodeOwner::own; }
  /// Sums over the region -> over all regions.
  void total(std::span<double> sums) const {
    if (share != nullptr) {
      share->sum(sums);
    }
  }
  double total(double sum) const {
    total(std::span(&sum, 1));
    return sum;
  }
  /// a'b over the nodes that are the region's own.
  double own_dot(const std::vector<double>& a, const std::vector<double>& b) const {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += owns_node(i) ? a[i] * b[i] : 0.0;
    }
    return sum;
  }

  Term term(std::size_t i, double at) const {
    const Observation& o = model.observations[i];
    return o.events ? event_term(at, static_cast<double>(o.detection), static_cast<double>(o.count))
                    : search_term(at, static_cast<double>(o.detection), o.found, static_cast<double>(o.recorded));
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
    if (model.long_in_border) {
      const LongPlace& square = model.long_columns[i];
      for (std::size_t k = 0; k < 4; ++k) {
        visit(std::size_t{square.column[k]}, static_cast<double>(square.weight[k]));
      }
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
    effect_prior = effect_precision(model.effects, std::exp(hyper.log_smooth_precision), walk);
    precision_values(model.long_field, model.long_lattice.spacing_m, long_range_m, std::exp(hyper.log_long_sd), values);
    if (model.long_in_border) {
      put_long_in_border(values);
      return;
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
      prior.value[static_cast<std::size_t>(model.long_place[k])] += values[k];
    }
  }

  /// effect_prior becomes that of effects and long field.
  void put_long_in_border(const std::vector<double>& values) {
    const std::size_t first = effect_prior.rows;
    DenseMatrix both(p, p);
    for (std::size_t j = 0; j < first; ++j) {
      for (std::size_t i = 0; i < first; ++i) {
        both(i, j) = effect_prior(i, j);
      }
    }
    const sparse::SymmetricMatrix& pattern = model.long_field.pattern;
    for (std::size_t j = 0; j < p - first; ++j) {
      for (auto k = static_cast<std::size_t>(pattern.column_begin[j]);
           k < static_cast<std::size_t>(pattern.column_begin[j + 1]); ++k) {
        const auto i = static_cast<std::size_t>(pattern.row[k]);
        both(first + i, first + j) = both(first + j, first + i) = values[k];
      }
    }
    effect_prior = std::move(both);
  }

  /// log likelihood + log density of latent and border, but for constants.
  double objective(const Vectors& at, const std::vector<double>& predictor) const {
    double sum = 0;
    for (std::size_t i = 0; i < predictor.size(); ++i) {
      sum += owns(i) ? term(i, predictor[i]).value : 0.0;
    }
    std::vector<double> qx(n);
    prior.multiply(at.x, qx);
    return total(sum - 0.5 * own_dot(at.x, qx)) - 0.5 * dot(at.b, times(effect_prior, at.b));
  }

  /// Adds a^T w a per observation to the latent block, its cross products with the border, and the border's own.
  void assemble(const std::vector<double>& weight, sparse::SymmetricMatrix& latent, DenseMatrix& mixed,
                DenseMatrix& border) {
    constexpr std::size_t kMost = 64;
    std::array<std::size_t, kMost> columns{};
    std::array<double, kMost> weights{};
    node_rows.assign(n * p, 0.0);  // a node's row side by side: an observation writes to eight of them
    for (std::size_t i = 0; i < weight.size(); ++i) {
      const CellDesign& d = model.design[i];
      const auto& place = model.quad_place[model.quad[i]];
      std::size_t pair = 0;
      for (std::size_t a = 0; a < 8; ++a) {
        const double wa = weight[i] * static_cast<double>(d.weight[a]);
        for (std::size_t b = 0; b <= a; ++b, ++pair) {
          if (place[pair] >= 0) {
            latent.value[static_cast<std::size_t>(place[pair])] += wa * static_cast<double>(d.weight[b]);
          }
        }
      }
      std::size_t touched = 0;
      visit_border(i, [&](std::size_t column, double w) {
        if (w != 0 && touched < kMost) {
          columns[touched] = column;
          weights[touched++] = w;
        }
      });
      for (std::size_t k = 0; k < 8; ++k) {
        if (d.node[k] >= 0) {
          double* row = node_rows.data() + static_cast<std::size_t>(d.node[k]) * p;
          const double wk = weight[i] * static_cast<double>(d.weight[k]);
          for (std::size_t c = 0; c < touched; ++c) {
            row[columns[c]] += wk * weights[c];
          }
        }
      }
      for (std::size_t c = 0; c < touched && owns(i); ++c) {  // columns ascend: the lower triangle
        const double wc = weight[i] * weights[c];
        double* column = border.value.data() + columns[c] * p;
        for (std::size_t e = c; e < touched; ++e) {
          column[columns[e]] += wc * weights[e];
        }
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < p; ++j) {
        mixed(i, j) += node_rows[i * p + j];
      }
    }
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = j + 1; i < p; ++i) {
        border(j, i) = border(i, j);
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
      if (owns(i)) {
        visit_border(i, [&](std::size_t column, double w) { result.b[column] += v[i] * w; });
      }
    }
    total(result.b);
    return result;
  }

  /// Factor of the latent block and its log determinant over all regions; an error in one is an error in all.
  base::Result<void> factorise_latent() {
    const auto local = [&]() -> base::Result<double> {
      FG_TRY_VOID(factor.factorise(posterior));
      return own_determinant ? own_determinant->of(posterior, factor.log_determinant()) : factor.log_determinant();
    };
    const base::Result<double> done = local();
    std::array<double, 2> sums = {done ? 0.0 : 1.0, done.value_or(0)};
    total(sums);
    log_determinant = sums[1];
    if (!done) {
      return tl::unexpected<base::Error>(done.error());
    }
    return sums[0] > 0 ? base::fail("estimate.region_failed") : base::Result<void>{};
  }

  /// Rows that other regions count are left out of sums over nodes.
  void keep_own_rows(DenseMatrix& rows) const {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < p && !owns_node(i); ++j) {
        rows(i, j) = 0;
      }
    }
  }

  /// Factor of the posterior precision at the given weights (of regions: eq. 29).
  base::Result<void> factorise(const std::vector<double>& weight) {
    used_weight = weight;
    started = true;
    posterior.value = prior.value;
    std::fill(cross.value.begin(), cross.value.end(), 0.0);
    DenseMatrix border = share == nullptr || share->first ? effect_prior : DenseMatrix(p, p);
    assemble(weight, posterior, cross, border);
    FG_TRY_VOID(factorise_latent());
    spread = cross;
    factor.solve(spread.value, static_cast<Index>(p));
    keep_own_rows(cross);
    sparse::subtract_transposed_product(cross, spread, border);
    total(border.value);
    schur = std::make_shared<sparse::DenseCholesky>(std::move(border));
    return {};
  }

  /// Gradient of likelihood and prior at the mode, from the slopes of the observations.
  Vectors uphill(const std::vector<double>& slope) const {
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
    return gradient;
  }

  /// x'Qx + b'Pb at the mode.
  double prior_square() const {
    std::vector<double> qx(n);
    prior.multiply(mode.x, qx);
    return total(own_dot(mode.x, qx)) + dot(mode.b, times(effect_prior, mode.b));
  }

  /// H^-1 r with the last factor.
  Vectors solve(Vectors r) const {
    factor.solve(r.x);
    std::vector<double> explained(p, 0.0);
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < n; ++i) {
        explained[j] += cross(i, j) * r.x[i];
      }
    }
    total(explained);
    for (std::size_t j = 0; j < p; ++j) {
      r.b[j] -= explained[j];
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
  base::Result<double> variational(double settled, int& iterations);
  Term mean_term(std::size_t i, double spread_of_eta) const;
  base::Result<void> add_gradient(const Hyperparameters& hyper, double short_range_slope, FieldFit& fit);
  std::vector<double> predictor_variance();
};

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

std::vector<double> FieldFitter::Impl::predictor_variance() {
  // (x - V'a)' S^-1 (x - V'a) = |L^-1 x - sum of a_k L^-1 V'_k|^2: the columns of L^-1 and the nodes' vectors serve all
  // observations.
  node_rows.resize(n * p);
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      node_rows[i * p + j] = spread(i, j);
    }
  }
  schur->solve_lower(node_rows, n);
  const DenseMatrix inverse = schur->inverse_of_lower();
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
  const double sd = std::sqrt(std::max(spread_of_eta, 0.0));
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
    for (std::size_t j = 0; j < p; ++j) {
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
  FG_TRY(const LogDeterminant short_log,
         m.short_determinant.at(m.model.short_field, m.model.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
                                std::exp(hyper.log_short_sd), want == Want::gradient));
  FG_TRY(const LogDeterminant long_log, m.long_determinant.at(m.model.long_field, m.model.long_lattice.spacing_m,
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
  FG_CHECK(latent.size() == m.n && border.size() == m.p);
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
