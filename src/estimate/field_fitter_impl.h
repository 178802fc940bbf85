#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/parallel.h"
#include "estimate/border_share.h"
#include "estimate/field_determinant.h"
#include "estimate/field_fit.h"
#include "estimate/mean_terms.h"

/// What a FieldFitter holds; for field_fit.cpp and window_settling.cpp alone.
namespace firmground::estimate {

/// Observations that one thread takes at a time: the class that fits longer has the idle core from then on.
inline constexpr std::size_t kBlock = 2048;

/// Of an observation that tells next to nothing.
inline constexpr double kLeastWeight = 1e-9;

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

inline std::vector<double> times(const sparse::DenseMatrix& m, const std::vector<double>& v) {
  std::vector<double> result(m.rows, 0.0);
  for (std::size_t j = 0; j < m.columns; ++j) {
    for (std::size_t i = 0; i < m.rows; ++i) {
      result[i] += m(i, j) * v[j];
    }
  }
  return result;
}

struct Vectors {
  std::vector<double> x;
  std::vector<double> b;
};

struct FieldFitter::Impl {
  using DenseMatrix = sparse::DenseMatrix;
  using Index = sparse::Index;

  const HazardModel& model;
  double long_range_m;
  const RegionShare* share;
  double observed = 0;         ///< observations, of all regions
  double log_determinant = 0;  ///< of the latent block, of all regions
  std::optional<OwnDeterminant> own_determinant;
  std::size_t n;
  std::size_t p;                          ///< columns of the border that the observations reach
  std::vector<std::size_t> border_place;  ///< theirs in the whole border, which has also what others reach
  std::size_t whole_border;
  sparse::SymmetricMatrix prior;      ///< Q on the pattern
  sparse::SymmetricMatrix posterior;  ///< Q + A^T W A
  sparse::Cholesky factor;
  std::optional<FieldDeterminant> short_determinant;  ///< a window needs none
  std::optional<FieldDeterminant> long_determinant;
  const Surroundings* around = nullptr;
  Vectors stood;       ///< of a window: its mode before anything new was said
  Vectors stood_pull;  ///< and what pulled it on from there
  DenseMatrix effect_prior;
  std::vector<double> border_centre;  ///< prior mean
  DenseMatrix walk;
  Vectors mode;
  DenseMatrix border_block;                      ///< precision, scratch
  DenseMatrix cross_by_node;                     ///< (A^T W X)^T, border x nodes: an observation writes to eight nodes
  DenseMatrix spread_by_node;                    ///< (H_xx^-1 cross)^T
  std::shared_ptr<sparse::DenseCholesky> schur;  ///< of the whole border
  std::shared_ptr<sparse::DenseCholesky> near_schur;  ///< of the columns that the observations reach
  std::vector<double> eta;
  std::vector<double> used_weight;  ///< of the last factorisation
  std::size_t weighed = 0;          ///< first observations whose used_weight means something
  std::vector<double> covariance;   ///< of the latent given the border, at the pattern
  std::vector<double> variance;     ///< of each observation's predictor
  BorderShare border_share;         ///< at the last factorisation
  bool roughly = false;             ///< Settled::roughly, of the fit that goes on
  double patchiness = 0;            ///< of the hyperparameters, or of the window's surroundings
  double short_variance = 0;        ///< of the prior, away from the lattice's edges

  Impl(const HazardModel& m, double range, const RegionShare* of_region)
      : model(m),
        long_range_m(range),
        share(of_region),
        n(m.latent()),
        p(m.border()),
        border_place(place_in_border(m)),
        whole_border(border_columns(m.effects) +
                     (m.long_in_border ? static_cast<std::size_t>(m.long_lattice.active) : 0)),
        prior(m.pattern),
        posterior(m.pattern),
        factor(m.pattern),
        border_centre(effect_centre(m.effects)),
        cross_by_node(p, n),
        eta(m.observations.size()) {
    FG_CHECK(2 * model.effects.size() + 13 <=
             RowSum::kMost);  // intercept, knots, four long nodes, eight of the lattices
    border_centre.resize(whole_border, 0.0);
    mode.x.assign(n, 0);
    mode.b = border_centre;
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
    start();
    observed = sums[2];
    if (share != nullptr) {
      own_determinant.emplace(model.pattern, share->owner);
    }
  }

  /// From the mode as it is, of whose covariance nothing is known.
  void start() {
    constexpr double kUnknown = 1;  // variance of a predictor
    predict(mode, 0, eta.size(), eta);
    variance.assign(eta.size(), kUnknown);
    used_weight.resize(eta.size());
    weighed = 0;
  }

  static std::vector<std::size_t> place_in_border(const HazardModel& m) {
    std::vector<std::size_t> place(m.border());
    const std::size_t effects = border_columns(m.effects);
    for (std::size_t j = 0; j < place.size(); ++j) {
      place[j] = j < effects ? j : effects + m.long_node_of_column[j - effects];
    }
    return place;
  }

  /// Observations up to the last that tells anything: blocks that are set aside come after the searches.
  std::size_t telling() const {
    std::size_t count = model.observations.size();
    while (count > 0 && model.observations[count - 1].detection == 0) {
      --count;
    }
    return count;
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

  CommonLaw law() const { return {patchiness, model.event_shape, model.search_worth, roughly}; }
  /// The border columns that observation i touches, ascending, as (column, its weight, weight of the next one).
  template <typename Visit>
  void visit_pairs(std::size_t i, Visit visit) const {
    visit(std::size_t{0}, 1.0, 0.0);
    const BasisPlace* place = model.basis.data() + i * model.effects.size();
    for (const SmoothEffect& effect : model.effects) {
      visit(effect.first_column + place->knot, static_cast<double>(place->left), static_cast<double>(place->right));
      ++place;
    }
    if (model.long_in_border) {
      const LongPlace& square = model.long_columns[i];
      for (std::size_t k = 0; k < 4; ++k) {
        visit(std::size_t{square.column[k]}, static_cast<double>(square.weight[k]), 0.0);
      }
    }
  }

  /// The same one by one, with their weights.
  template <typename Visit>
  void visit_border(std::size_t i, Visit visit) const {
    visit_pairs(i, [&](std::size_t column, double left, double right) {
      visit(column, left);
      if (right != 0) {
        visit(column + 1, right);
      }
    });
  }

  void predict(const Vectors& at, std::size_t first, std::size_t last, std::vector<double>& out) const {
    base::parallel_for(last - first, kBlock, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = first + begin; i < first + end; ++i) {
        const CellDesign& d = model.design[i];
        double sum = 0;
        for (std::size_t k = 0; k < 8; ++k) {
          if (d.node[k] >= 0) {
            sum += static_cast<double>(d.weight[k]) * at.x[static_cast<std::size_t>(d.node[k])];
          }
        }
        visit_border(i, [&](std::size_t column, double w) { sum += w * at.b[border_place[column]]; });
        out[i] = sum;
      }
    });
  }

  void set_prior(const Hyperparameters& hyper) {
    std::fill(prior.value.begin(), prior.value.end(), 0.0);
    patchiness = hyper.patchiness();
    short_variance = interior_variance(model.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
                                       std::exp(hyper.log_short_sd));
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
    DenseMatrix both(whole_border, whole_border);
    for (std::size_t j = 0; j < first; ++j) {
      for (std::size_t i = 0; i < first; ++i) {
        both(i, j) = effect_prior(i, j);
      }
    }
    const sparse::SymmetricMatrix& pattern = model.long_field.pattern;
    for (std::size_t j = 0; j < whole_border - first; ++j) {
      for (auto k = static_cast<std::size_t>(pattern.column_begin[j]);
           k < static_cast<std::size_t>(pattern.column_begin[j + 1]); ++k) {
        const auto i = static_cast<std::size_t>(pattern.row[k]);
        both(first + i, first + j) = both(first + j, first + i) = values[k];
      }
    }
    effect_prior = std::move(both);
  }

  std::vector<double> off_centre(std::vector<double> border) const {
    for (std::size_t j = 0; j < border.size(); ++j) {
      border[j] -= border_centre[j];
    }
    return border;
  }

  /// Q + A^T W A.
  void assemble_latent(const std::vector<double>& weight);
  /// Its cross products with the border, and the border's own.
  void assemble_border(const std::vector<double>& weight);

  /// [A X]^T v.
  Vectors project(const std::vector<double>& v) const {
    constexpr std::size_t kParts = 4;  // whatever the thread count: each adds up by itself
    std::array<Vectors, kParts> parts;
    const std::size_t count = telling();
    base::parallel_for(kParts, 1, [&](std::size_t part, std::size_t) {
      Vectors& result = parts[part];
      result = {std::vector<double>(n, 0.0), std::vector<double>(whole_border, 0.0)};
      for (std::size_t i = part * count / kParts; i < (part + 1) * count / kParts; ++i) {
        const CellDesign& d = model.design[i];
        for (std::size_t k = 0; k < 8; ++k) {
          if (d.node[k] >= 0) {
            result.x[static_cast<std::size_t>(d.node[k])] += v[i] * static_cast<double>(d.weight[k]);
          }
        }
        if (owns(i)) {
          visit_border(i, [&](std::size_t column, double w) { result.b[border_place[column]] += v[i] * w; });
        }
      }
    });
    Vectors result = std::move(parts[0]);
    for (std::size_t part = 1; part < kParts; ++part) {
      std::transform(result.x.begin(), result.x.end(), parts[part].x.begin(), result.x.begin(), std::plus<>());
      std::transform(result.b.begin(), result.b.end(), parts[part].b.begin(), result.b.begin(), std::plus<>());
    }
    total(result.b);
    return result;
  }

  /// Factor of the posterior precision's latent block at the given weights, and what observations say of the border.
  base::Result<void> weigh(const std::vector<double>& weight) {
    used_weight = weight;
    weighed = telling();
    assemble_latent(weight);
    base::Result<double> local;
    base::parallel_for(2, 1, [&](std::size_t part, std::size_t) {
      if (part == 0) {
        local = factorise_local();
      } else {
        assemble_border(weight);
      }
    });
    return all_factorised(local);
  }

  /// Result: the log determinant's part of this region.
  base::Result<double> factorise_local() {
    FG_TRY_VOID(factor.factorise(posterior));
    return own_determinant ? own_determinant->of(posterior, factor.log_determinant()) : factor.log_determinant();
  }

  /// The log determinant over all regions; an error in one is an error in all.
  base::Result<void> all_factorised(const base::Result<double>& local) {
    std::array<double, 2> sums = {local ? 0.0 : 1.0, local.value_or(0)};
    total(sums);
    log_determinant = sums[1];
    if (!local) {
      return tl::unexpected<base::Error>(local.error());
    }
    return sums[0] > 0 ? base::fail("estimate.region_failed") : base::Result<void>{};
  }

  /// The border's posterior precision: what this region says of its columns, what the others say, and the prior.
  DenseMatrix whole_precision(const DenseMatrix& own) const {
    DenseMatrix whole = share == nullptr || share->first ? effect_prior : DenseMatrix(whole_border, whole_border);
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < p; ++i) {
        whole(border_place[i], border_place[j]) += own(i, j);
      }
    }
    total(whole.value);
    return whole;
  }

  /// Of the columns that the observations reach, whatever the others are.
  std::shared_ptr<sparse::DenseCholesky> precision_of_reached() const {
    const DenseMatrix all = schur->inverse();
    DenseMatrix reached(p, p);
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < p; ++i) {
        reached(i, j) = all(border_place[i], border_place[j]);
      }
    }
    return std::make_shared<sparse::DenseCholesky>(sparse::DenseCholesky(std::move(reached)).inverse());
  }

  /// Nodes that other regions count are left out of sums over nodes.
  void keep_own(DenseMatrix& by_node) const {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < p && !owns_node(i); ++j) {
        by_node(j, i) = 0;
      }
    }
  }

  /// The border's block, given the latent one (of regions: eq. 29).
  void factorise_border() {
    spread_by_node = cross_by_node;
    factor.solve_rows(spread_by_node.value, static_cast<Index>(p));
    keep_own(cross_by_node);
    sparse::subtract_product_transposed(cross_by_node, spread_by_node, border_block);
    if (model.long_in_border) {
      border_block = whole_precision(border_block);
    }
    schur = std::make_shared<sparse::DenseCholesky>(std::move(border_block));
    near_schur = model.long_in_border ? precision_of_reached() : schur;
  }

  /// Factor of the posterior precision at the given weights, and the covariance.
  base::Result<void> factorise(const std::vector<double>& weight) {
    FG_TRY_VOID(weigh(weight));
    beside([&] { factorise_border(); }, [&] { covariance = factor.selected_inverse(posterior); });
    return {};
  }

  /// Both at the same time, of regions one after the other: these talk to each other from the calling thread alone.
  template <typename First, typename Second>
  void beside(First first, Second second) const {
    base::parallel_for(2, share == nullptr ? 1 : 2, [&](std::size_t begin, std::size_t end) {
      for (std::size_t part = begin; part < end; ++part) {
        if (part == 0) {
          first();
        } else {
          second();
        }
      }
    });
  }

  /// Gradient of likelihood and prior at the mode, from the slopes of the observations.
  Vectors uphill(const std::vector<double>& slope) const {
    Vectors gradient = project(slope);
    if (around != nullptr) {
      pull_towards_surroundings(gradient);
      return gradient;
    }
    std::vector<double> qx(n);
    prior.multiply(mode.x, qx);
    const std::vector<double> pb = times(effect_prior, off_centre(mode.b));
    for (std::size_t i = 0; i < n; ++i) {
      gradient.x[i] -= qx[i];
    }
    for (std::size_t j = 0; j < whole_border; ++j) {
      gradient.b[j] -= pb[j];
    }
    return gradient;
  }

  /// The mode less `from`.
  Vectors moved_from(const Vectors& from) const {
    Vectors moved = mode;
    for (std::size_t i = 0; i < n; ++i) {
      moved.x[i] -= from.x[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      moved.b[j] -= from.b[j];
    }
    return moved;
  }
  /// The window stands where it was before, from where all is measured: nodes that are held have precisions of 1e12.
  void stand_in_surroundings() {
    stood = mode;
    stood_pull = held_back(moved_from({around->latent_centre, around->border_centre}));
    for (std::size_t i = 0; i < n; ++i) {
      stood_pull.x[i] = around->latent_pull[i] - stood_pull.x[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      stood_pull.b[j] = around->border_pull[j] - stood_pull.b[j];
    }
  }
  /// P moved, P the precision of the surroundings.
  Vectors held_back(const Vectors& moved) const {
    Vectors back{std::vector<double>(n), times(effect_prior, moved.b)};
    prior.multiply(moved.x, back.x);
    const std::vector<double> of_border = times(around->cross, moved.b);
    for (std::size_t i = 0; i < n; ++i) {
      back.x[i] += of_border[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t i = 0; i < n; ++i) {
        back.b[j] += around->cross(i, j) * moved.x[i];
      }
    }
    return back;
  }
  /// Adds pull - P (u - centre), u = (x, b).
  void pull_towards_surroundings(Vectors& gradient) const {
    const Vectors back = held_back(moved_from(stood));
    for (std::size_t i = 0; i < n; ++i) {
      gradient.x[i] += stood_pull.x[i] - back.x[i];
    }
    for (std::size_t j = 0; j < p; ++j) {
      gradient.b[j] += stood_pull.b[j] - back.b[j];
    }
  }

  /// x'Qx + b'Pb at the mode, b from its prior mean.
  /// Whose half, taken away, has the slope of the prior, or of the surroundings.
  double prior_square() const {
    if (around != nullptr) {
      const Vectors moved = moved_from(stood);
      const Vectors back = held_back(moved);
      return dot(moved.x, back.x) + dot(moved.b, back.b) -
             2 * (dot(stood_pull.x, moved.x) + dot(stood_pull.b, moved.b));
    }
    std::vector<double> qx(n);
    prior.multiply(mode.x, qx);
    const std::vector<double> moved = off_centre(mode.b);
    return total(own_dot(mode.x, qx)) + dot(moved, times(effect_prior, moved));
  }

  /// H^-1 r with the last factor.
  Vectors solve(Vectors r) const {
    factor.solve(r.x);
    const std::size_t blocks = (n + kBlock - 1) / kBlock;
    std::vector<double> of_block(blocks * p, 0.0);
    base::parallel_for(n, kBlock, [&](std::size_t begin, std::size_t end) {
      double* sums = of_block.data() + begin / kBlock * p;
      for (std::size_t i = begin; i < end; ++i) {
        for (std::size_t j = 0; j < p; ++j) {
          sums[j] += cross_by_node(j, i) * r.x[i];
        }
      }
    });
    std::vector<double> explained(whole_border, 0.0);
    for (std::size_t k = 0; k < of_block.size(); ++k) {
      explained[border_place[k % p]] += of_block[k];
    }
    total(explained);
    for (std::size_t j = 0; j < whole_border; ++j) {
      r.b[j] -= explained[j];
    }
    schur->solve(r.b);
    std::vector<double> reached(p);
    for (std::size_t j = 0; j < p; ++j) {
      reached[j] = r.b[border_place[j]];
    }
    base::parallel_for(n, kBlock, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        for (std::size_t j = 0; j < p; ++j) {
          r.x[i] -= spread_by_node(j, i) * reached[j];
        }
      }
    });
    return r;
  }

  struct PriorDeterminants {
    LogDeterminant short_field, long_field;
  };
  base::Result<PriorDeterminants> prior_determinants(const Hyperparameters& hyper, bool slope);
  base::Result<double> settle(const Settled& until, int& iterations);
  base::Result<double> variational(const Settled& until, int& iterations);
  double to_go(std::span<const double> aim) const;
  double bound_of_mean(std::span<double> slope, std::span<double> curvature) const;
  double bound_of_covariance(std::size_t count) const;
  double settle_mean(double reached, double settled, std::span<double> slope, std::span<double> curvature);
  /// Mode and first predictors there, or `length` along from there.
  void stand_at(const Vectors& there, std::size_t count);
  void move(const Vectors& from, const Vectors& along, double length, std::size_t count);
  double product(const Vectors& a, const Vectors& b) const { return total(own_dot(a.x, b.x)) + dot(a.b, b.b); }
  /// Standard deviation of what an observation's log intensity may be.
  double spread_of(std::size_t i) const;
  /// Of the observations from `first` on, as many as `out` has place for, given their variances.
  void find_means(std::size_t first, const MeanTerms& out) const;
  void weigh_new();
  /// d bound / d log patchiness, without the prior.
  double patchiness_slope() const;
  base::Result<void> add_gradient(const Hyperparameters& hyper, double short_range_slope, FieldFit& fit);
  /// Of observations [first, last), at the last factorisation.
  void find_variance(std::size_t first, std::size_t last);
};

}  // namespace firmground::estimate
