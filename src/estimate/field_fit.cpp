#include "estimate/field_fit.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/parallel.h"
#include "estimate/field_fitter_impl.h"

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

constexpr double kMostPatchiness = 5;  ///< P(patchiness > 5) = 0.05, by sd_prior()

PriorTerm smooth_prior(double log_precision) {
  const double z = (log_precision - 2) / 2;
  return {-0.5 * z * z, -z / 2};
}

}  // namespace

namespace {

/// Two numbers that are added at once.
using Pair [[gnu::vector_size(2 * sizeof(double))]] = double;

void add_pair(double* to, Pair value) {
  Pair sum;
  std::memcpy(&sum, to, sizeof sum);
  sum += value;
  std::memcpy(to, &sum, sizeof sum);
}

/// The border columns that an observation touches: an effect touches two side by side, all others stand with a 0.
struct TouchedPairs {
  std::array<std::size_t, RowSum::kMost> column;  ///< ascending
  std::array<Pair, RowSum::kMost> weight;
  std::size_t count = 0;
  void add(std::size_t at, double left, double right) {
    if (left != 0 || right != 0) {
      column[count] = at;
      weight[count++] = Pair{left, right};
    }
  }
  void add_scaled(double scale, double* row) const {
    for (std::size_t k = 0; k < count; ++k) {
      if (weight[k][1] != 0) {
        add_pair(row + column[k], scale * weight[k]);
      } else {
        row[column[k]] += scale * weight[k][0];
      }
    }
  }
  /// Adds scale x x', below the diagonal and the squares about it.
  void add_square(double scale, double* square, std::size_t stride) const {
    for (std::size_t c = 0; c < count; ++c) {
      double* left = square + column[c] * stride;
      const double of_left = scale * weight[c][0];
      const double of_right = scale * weight[c][1];
      for (std::size_t e = c; e < count; ++e) {
        add_pair(left + column[e], of_left * weight[e]);
      }
      for (std::size_t e = c; e < count && of_right != 0; ++e) {
        add_pair(left + stride + column[e], of_right * weight[e]);
      }
    }
  }
};

}  // namespace

void FieldFitter::Impl::assemble_latent(const std::vector<double>& weight) {
  posterior.value = prior.value;
  const std::size_t count = telling();
  for (std::size_t i = 0; i < count; ++i) {
    const CellDesign& d = model.design[i];
    const auto& place = model.quad_place[model.quad[i]];
    std::size_t pair = 0;
    for (std::size_t a = 0; a < 8; ++a) {
      const double wa = weight[i] * static_cast<double>(d.weight[a]);
      for (std::size_t b = 0; b <= a; ++b, ++pair) {
        if (place[pair] >= 0) {
          posterior.value[static_cast<std::size_t>(place[pair])] += wa * static_cast<double>(d.weight[b]);
        }
      }
    }
  }
}

void FieldFitter::Impl::assemble_border(const std::vector<double>& weight) {
  if (around != nullptr) {
    cross_by_node = sparse::transposed(around->cross);
  } else {
    std::fill(cross_by_node.value.begin(), cross_by_node.value.end(), 0.0);
  }
  border_block = model.long_in_border ? DenseMatrix(p, p) : effect_prior;
  const std::size_t stride = p + 1;  // the last column may be touched as the left one of two
  std::vector<double> square(stride * stride, 0.0);
  const std::size_t count = telling();
  for (std::size_t i = 0; i < count; ++i) {
    const CellDesign& d = model.design[i];
    TouchedPairs touched;
    visit_pairs(i, [&](std::size_t column, double left, double right) { touched.add(column, left, right); });
    for (std::size_t k = 0; k < 8; ++k) {
      if (d.node[k] >= 0) {
        touched.add_scaled(weight[i] * static_cast<double>(d.weight[k]),
                           cross_by_node.value.data() + static_cast<std::size_t>(d.node[k]) * p);
      }
    }
    if (owns(i)) {
      touched.add_square(weight[i], square.data(), stride);
    }
  }
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t i = j; i < p; ++i) {
      border_block(i, j) += square[j * stride + i];
      border_block(j, i) = border_block(i, j);
    }
  }
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

void FieldFitter::Impl::find_variance(std::size_t first, std::size_t last) {
  border_share.set(spread_by_node, *near_schur);
  variance.resize(eta.size());
  base::parallel_for(last - first, kBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = first + begin; i < first + end; ++i) {
      RowSum sum;
      visit_border(
          i, [&](std::size_t column, double w) { border_share.touch_column(column, static_cast<float>(w), sum); });
      const CellDesign& d = model.design[i];
      for (std::size_t k = 0; k < 8; ++k) {
        if (d.node[k] >= 0) {
          border_share.touch_node(static_cast<std::size_t>(d.node[k]), d.weight[k], sum);
        }
      }
      variance[i] = border_free_variance(model, covariance, i) + border_share.variance(sum);
    }
  });
}

double FieldFitter::Impl::spread_of(std::size_t i) const {
  // Far from searches a block's short field is what the prior says, and no node's.
  const double beyond = model.observations[i].report && model.design[i].node[0] < 0 ? short_variance : 0.0;
  return std::sqrt(std::max(variance[i], 0.0) + beyond);
}

void FieldFitter::Impl::find_means(std::size_t first, const MeanTerms& out) const {
  base::parallel_for(out.value.size(), kBlock, [&](std::size_t begin, std::size_t end) {
    std::array<double, kBlock> sd{};
    for (std::size_t i = begin; i < end; ++i) {
      sd[i - begin] = spread_of(first + i);
    }
    const auto part = [&](std::span<double> whole) {
      return whole.empty() ? whole : whole.subspan(begin, end - begin);
    };
    find_mean_terms(std::span(model.observations).subspan(first + begin, end - begin),
                    std::span(eta).subspan(first + begin, end - begin), std::span(sd).first(end - begin), law(),
                    {part(out.value), part(out.slope), part(out.observed), part(out.by_patchiness)});
  });
}

/// Weights of observations that had none at the last factorisation.
void FieldFitter::Impl::weigh_new() {
  const std::size_t count = telling();
  if (weighed >= count) {
    return;
  }
  std::vector<double> value(count - weighed);
  std::vector<double> slope(count - weighed);
  find_means(weighed, {value, slope, std::span(used_weight).subspan(weighed, count - weighed), {}});
  for (std::size_t i = weighed; i < count; ++i) {
    used_weight[i] = std::max(used_weight[i], kLeastWeight);
  }
}

/// The hazard's own slope by log patchiness is that by eta less the hazard, and the bound is at its highest in all
/// else.
double FieldFitter::Impl::patchiness_slope() const {
  const std::size_t count = telling();
  std::vector<double> value(count);
  std::vector<double> slope(count);
  std::vector<double> curvature(count);
  std::vector<double> by_patchiness(count);
  find_means(0, {value, slope, curvature, by_patchiness});
  return std::accumulate(by_patchiness.begin(), by_patchiness.end(), 0.0);
}

/// All of the bound (eq. 7, without the prior's constants) that depends on the mode: what the first observations say on
/// average there, and the prior.
double FieldFitter::Impl::bound_of_mean(std::span<double> slope, std::span<double> curvature) const {
  const std::size_t count = slope.size();
  std::vector<double> value(count);
  find_means(0, {value, slope, curvature, {}});
  double expected = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // A searched cell whose detection is far below 1 can curve upwards: the precision must not follow it.
    curvature[i] = std::max(curvature[i], kLeastWeight);
    expected += owns(i) ? value[i] : 0.0;
  }
  return total(expected) - 0.5 * prior_square();
}

/// The rest of it, at the last factorisation.
double FieldFitter::Impl::bound_of_covariance(std::size_t count) const {
  double traced = 0;
  for (std::size_t i = 0; i < count; ++i) {
    traced += owns(i) ? used_weight[i] * variance[i] : 0.0;
  }
  // tr(Q Sigma) = n - sum of weight x variance, because Sigma is the inverse of Q + A'WA.
  return 0.5 * total(traced) - 0.5 * (log_determinant + schur->log_determinant());
}

void FieldFitter::Impl::stand_at(const Vectors& there, std::size_t count) {
  mode = there;
  predict(mode, 0, count, eta);
}

void FieldFitter::Impl::move(const Vectors& from, const Vectors& along, double length, std::size_t count) {
  for (std::size_t i = 0; i < n; ++i) {
    mode.x[i] = from.x[i] + length * along.x[i];
  }
  for (std::size_t j = 0; j < whole_border; ++j) {
    mode.b[j] = from.b[j] + length * along.b[j];
  }
  predict(mode, 0, count, eta);
}

namespace {

/// Long steps would leave the range where the quadrature's marginals mean anything: each goes as far as it may.
Vectors limited(Vectors step) {
  static constexpr double kLongest = 3;
  const auto limit = [](double& x) { x = std::clamp(x, -kLongest, kLongest); };
  std::for_each(step.x.begin(), step.x.end(), limit);
  std::for_each(step.b.begin(), step.b.end(), limit);
  return step;
}

Vectors sum(Vectors a, double by, const Vectors& b) {
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    a.x[i] += by * b.x[i];
  }
  for (std::size_t j = 0; j < a.b.size(); ++j) {
    a.b[j] += by * b.b[j];
  }
  return a;
}

}  // namespace

/// Steps of the mode alone, the covariance being what it is (Seeger & Nickisch 2011), until the next one promises less
/// than `settled`: conjugate gradients (Polak & Ribiere 1969) preconditioned by the last factor. Each takes a tenth of
/// the time of a factorisation with its selected inverse.
/// Result: bound_of_mean(), which was `reached`, with slopes and curvatures there.
double FieldFitter::Impl::settle_mean(double reached, double settled, std::span<double> slope,
                                      std::span<double> curvature) {
  constexpr int kMost = 8;
  constexpr double kLittle = 0.001;  // of what was gained, which the next covariance makes up for
  constexpr double kUphill = 0.1;    // of what the factor promises: a direction that rises less is not worth keeping
  constexpr double kSteep = 0.3;     // at the end of a step, of the slope at its beginning: asks for another length
  constexpr double kLongest = 3;     // times a step
  const std::size_t count = slope.size();
  std::vector<double> next_slope(eta.size(), 0.0);
  std::vector<double> next_curvature(count);
  std::copy(slope.begin(), slope.end(), next_slope.begin());
  Vectors gradient = uphill(next_slope);
  Vectors towards = solve(gradient);
  Vectors direction = limited(towards);
  double promised = product(towards, gradient);
  const double at_first = reached;
  for (int step = 0; step < kMost && promised >= std::max(settled, kLittle * (reached - at_first)); ++step) {
    double rise = product(direction, gradient);
    if (rise < kUphill * promised) {
      direction = limited(towards);
      rise = product(direction, gradient);
    }
    const Vectors from = mode;
    Vectors next_gradient;
    const auto go = [&](double length) {
      move(from, direction, length, count);
      const double value = bound_of_mean(std::span(next_slope).first(count), next_curvature);
      next_gradient = uphill(next_slope);
      return value;
    };
    double next = go(1);
    const double rise_there = product(direction, next_gradient);
    if (next < reached || std::abs(rise_there) > kSteep * std::abs(rise)) {
      const double turn = rise - rise_there;
      next = go(turn > 0 ? std::clamp(rise / turn, 0.02, kLongest) : kLongest);
    }
    if (!(next >= reached)) {
      stand_at(from, count);
      break;
    }
    reached = next;
    std::copy_n(next_slope.begin(), count, slope.begin());
    std::copy(next_curvature.begin(), next_curvature.end(), curvature.begin());
    towards = solve(next_gradient);
    const double next_promised = product(towards, next_gradient);
    const double kept = std::max(0.0, (next_promised - product(towards, gradient)) / promised);
    direction = limited(sum(towards, kept, direction));
    gradient = std::move(next_gradient);
    promised = next_promised;
  }
  return reached;
}

namespace {

std::vector<double> part_way(const std::vector<double>& from, const std::vector<double>& to, double pace) {
  std::vector<double> result = from;
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] += pace * (to[i] - from[i]);
  }
  return result;
}

/// Steps towards a fixed point, of each component along the secant of its own last two residuals (Aitken's relaxation,
/// Irons & Tuck 1969): what two reports far from each other still have to say does not go at one pace, and mixtures of
/// whole steps (Anderson 1965) sent back what had settled here for what had not there.
class SecantSteps {
 public:
  /// The next point after `at`, where the plain step leads to `to`.
  std::vector<double> next(const std::vector<double>& at, const std::vector<double>& to) {
    std::vector<double> result(at.size());
    std::vector<double> residual(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
      residual[i] = to[i] - at[i];
      const double moved = last_at_.empty() ? 0 : at[i] - last_at_[i];
      const double steepness =
          moved == 0 ? 1.0 : std::clamp((last_residual_[i] - residual[i]) / moved, kFlattest, kSteepest);
      result[i] = at[i] + residual[i] / steepness;
    }
    last_at_ = at;
    last_residual_ = std::move(residual);
    return result;
  }

 private:
  static constexpr double kFlattest = 0.5;  ///< flatter is not believed: at .3 fits of a nation overshot
  static constexpr double kSteepest = 4;
  std::vector<double> last_at_, last_residual_;
};

/// Whether what rose by `rise`, and by `last_rise` before (0: nobody knows), has less than `settled` to go.
bool has_settled(double rise, double last_rise, double settled) {
  constexpr double kFastest = 0.05;  // of a round's rise to that of the one before: no faster is believed
  return std::abs(rise) < settled || (rise > 0 && rise * std::max(kFastest, rise / last_rise) < settled);
}

}  // namespace

base::Result<double> FieldFitter::Impl::settle(const Settled& until, int& iterations) {
  weigh_new();
  FG_TRY_VOID(factorise(used_weight));
  return variational(until, iterations);
}

/// How far the weights of the last factorisation are from what the mode makes of them (Settled::weights).
double FieldFitter::Impl::to_go(std::span<const double> aim) const {
  double squares = 0;
  for (std::size_t i = 0; i < aim.size(); ++i) {
    const double step = (aim[i] - used_weight[i]) * variance[i];
    squares += owns(i) ? step * step : 0.0;
  }
  return total(squares);
}

/// Fixed point of the variational Gaussian approximation: mean slope balances the prior, mean curvature makes the
/// precision (eq. 14). In turn the mode, given the covariance, and the covariance, given the mode. Steps of the
/// precisions follow secants, for plain ones swing round the fixed point where the field is vague; after one that led
/// away from it, shorter ones are taken. (The bound does not tell: where finds can be put down to a minefield record or
/// to the ground there are two such points, and a pass between them, from which it falls towards both.)
base::Result<double> FieldFitter::Impl::variational(const Settled& until, int& iterations) {
  constexpr int kMost = 120;
  constexpr int kPatience = 40;  // with weights that step to and fro across where two rules of quadrature meet
  const std::size_t count = telling();
  std::vector<double> slope(count);
  std::vector<double> aim(count);
  SecantSteps steps;
  double last = -1e300;
  double last_rise = 0;
  double last_to_go = 1e300;
  double pace = 1;
  for (int round = 0; round < kMost; ++round, ++iterations) {
    find_variance(0, count);
    const double bound = settle_mean(bound_of_mean(slope, aim), std::min(until.mode, until.bound), slope, aim) +
                         bound_of_covariance(count);
    const double rise = bound - last;
    if (around != nullptr) {
      for (std::size_t i = 0; i < count; ++i) {
        aim[i] = std::max(aim[i] + around->weight_offset[i], kLeastWeight);
      }
    }
    const double still_to_go = to_go(aim);
    if ((still_to_go < until.weights || round >= kPatience) && has_settled(rise, last_rise, until.bound)) {
      if (count < eta.size()) {
        predict(mode, count, eta.size(), eta);
        find_variance(count, eta.size());
      }
      return bound;
    }
    pace = still_to_go > last_to_go ? std::max(1.0 / 64, pace / 2) : std::min(1.0, 2 * pace);
    last = bound;
    last_rise = round == 0 ? 0 : rise;
    last_to_go = still_to_go;
    const std::vector<double> weight(used_weight.begin(), used_weight.begin() + static_cast<std::ptrdiff_t>(count));
    std::vector<double> next = part_way(weight, steps.next(weight, aim), pace);
    next.resize(eta.size(), 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      next[i] = std::max(next[i], kLeastWeight);
    }
    FG_TRY_VOID(factorise(next));
  }
  return base::fail("estimate.no_convergence", {{"iterations", std::to_string(kMost)}});
}

namespace {

/// V'M, V' held by node.
DenseMatrix multiplied(const sparse::SymmetricMatrix& m, const DenseMatrix& by_node) {
  DenseMatrix result(by_node.rows, by_node.columns);
  const auto add = [&](std::size_t from, double by, std::size_t to) {
    for (std::size_t k = 0; k < by_node.rows; ++k) {
      result(k, to) += by * by_node(k, from);
    }
  };
  for (std::size_t j = 0; j < by_node.columns; ++j) {
    for (auto k = static_cast<std::size_t>(m.column_begin[j]); k < static_cast<std::size_t>(m.column_begin[j + 1]);
         ++k) {
      const auto i = static_cast<std::size_t>(m.row[k]);
      add(j, m.value[k], i);
      if (i != j) {
        add(i, m.value[k], j);
      }
    }
  }
  return result;
}

}  // namespace

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
    DenseMatrix among(p, p);  // less V'MV
    sparse::subtract_product_transposed(multiplied(slope, spread_by_node), spread_by_node, among);
    trace -= dot(among.value, border_covariance.value);
    std::vector<double> column(n);
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
  if (patchiness > 0) {
    fit.gradient[4] = patchiness_slope() + sd_prior(hyper.log_patchiness, kMostPatchiness).slope;
  }
  return {};
}

base::Result<FieldFitter::Impl::PriorDeterminants> FieldFitter::Impl::prior_determinants(const Hyperparameters& hyper,
                                                                                         bool slope) {
  if (!short_determinant) {
    short_determinant.emplace(model.short_field);
    long_determinant.emplace(model.long_field);
  }
  PriorDeterminants result;
  FG_TRY(result.short_field,
         short_determinant->at(model.short_field, model.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
                               std::exp(hyper.log_short_sd), slope));
  FG_TRY(result.long_field, long_determinant->at(model.long_field, model.long_lattice.spacing_m, long_range_m,
                                                 std::exp(hyper.log_long_sd), false));
  return result;
}

FieldFitter::FieldFitter(const HazardModel& model, double long_range_m, const RegionShare* share)
    : impl_(std::make_unique<Impl>(model, long_range_m, share)) {}
FieldFitter::~FieldFitter() = default;

base::Result<FieldFit> FieldFitter::fit(const Hyperparameters& hyper, Want want, const Settled& until) {
  Impl& m = *impl_;
  FG_CHECK(m.share == nullptr || want == Want::mode);
  m.set_prior(hyper);
  m.roughly = until.roughly;
  FieldFit fit;
  base::Result<double> bound;
  base::Result<Impl::PriorDeterminants> prior;
  m.beside([&] { bound = m.settle(until, fit.iterations); },
           [&] { prior = m.prior_determinants(hyper, want == Want::gradient); });
  if (!bound || !prior) {
    return tl::unexpected<base::Error>(bound ? prior.error() : bound.error());
  }
  // effect_prior is that of the whole border, with the long field where it holds it.
  const double prior_log = prior->short_field.value + (m.model.long_in_border ? 0.0 : prior->long_field.value) +
                           sparse::DenseCholesky(m.effect_prior).log_determinant();
  fit.evidence_bound = *bound + 0.5 * prior_log + range_prior(hyper.log_short_range_m).value +
                       sd_prior(hyper.log_short_sd, 4).value + sd_prior(hyper.log_long_sd, 2).value +
                       smooth_prior(hyper.log_smooth_precision).value +
                       (m.patchiness > 0 ? sd_prior(hyper.log_patchiness, kMostPatchiness).value : 0.0);
  if (want == Want::gradient) {
    FG_TRY_VOID(m.add_gradient(hyper, prior->short_field.range_slope, fit));
  }
  fit.latent = m.mode.x;
  fit.border = m.mode.b;
  fit.spread = sparse::transposed(m.spread_by_node);
  fit.schur = m.schur;
  return fit;
}

double FieldFitter::roughly() const {
  return std::max(10.0, 1e-4 * impl_->observed);
}

void FieldFitter::start_at(std::vector<double> latent, std::vector<double> border) {
  Impl& m = *impl_;
  FG_CHECK(latent.size() == m.n && border.size() == m.whole_border);
  m.mode = {std::move(latent), std::move(border)};
  m.start();
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

double FieldFitter::patchiness() const {
  return impl_->patchiness;
}

const std::vector<double>& FieldFitter::weights() const {
  return impl_->used_weight;
}

base::Result<std::vector<double>> FieldFitter::prior_variance(const Hyperparameters& hyper) {
  Impl& m = *impl_;
  m.set_prior(hyper);
  FG_TRY_VOID(m.factor.factorise(m.prior));
  const std::vector<double> covariance = m.factor.selected_inverse(m.prior);
  std::vector<double> variance(m.n);
  for (std::size_t j = 0; j < m.n; ++j) {
    variance[j] = covariance[static_cast<std::size_t>(m.prior.column_begin[j])];
  }
  return variance;
}

}  // namespace firmground::estimate
