#pragma once
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "estimate/hazard_model.h"
#include "estimate/own_determinant.h"
#include "sparse/cholesky.h"
#include "sparse/dense.h"

namespace firmground::estimate {

/// What is learned by marginal likelihood: five as logarithms, by gradient, and `stretch`, of a few.
struct Hyperparameters {
  double log_short_range_m = 0;
  double log_short_sd = 0;
  double log_long_sd = 0;
  double log_smooth_precision = 0;
  double stretch = 1;  ///< the short field's range along the former line of contact over that across it
  double log_patchiness = -std::numeric_limits<double>::infinity();  ///< as it is: none, and none is learned
  static constexpr std::size_t kCount = 5;
  /// In words, in the order of as_array().
  static constexpr std::array<const char*, kCount> kNames = {"log range", "log sd", "log long sd",
                                                             "log smooth precision", "log patchiness"};
  std::array<double, kCount> as_array() const {
    return {log_short_range_m, log_short_sd, log_long_sd, log_smooth_precision, log_patchiness};
  }
  static Hyperparameters from(const std::array<double, kCount>& a, double stretch) {
    return {a[0], a[1], a[2], a[3], stretch, a[4]};
  }
  double patchiness() const { return std::exp(log_patchiness); }
};

/// Gaussian approximation of the latent field and the border (intercept, effects) at their joint mode (Rue, Martino &
/// Chopin 2009).
struct FieldFit {
  std::vector<double> latent;
  std::vector<double> border;
  double evidence_bound = 0;  ///< lower bound of log p(data | hyperparameters), plus their log prior (eq. 7)
  std::array<double, Hyperparameters::kCount> gradient{};  ///< of evidence_bound, when asked for
  int iterations = 0;
  /// H_xx^-1 H_xb, latent x border; with the long field in the border, of the columns that the model reaches.
  sparse::DenseMatrix spread;
  std::shared_ptr<const sparse::DenseCholesky> schur;  ///< of the border's posterior precision
};

/// What makes a fit that of a region, one of several that overlap and share the border: sums over observations and
/// nodes count each once, where it is the region's own, and `sum` adds them up over all regions, with the same bytes in
/// each.  docs/methods/hazard-field.md, eq. 29-31.
struct RegionShare {
  bool first = true;                           ///< of the regions: adds what belongs to none of them
  std::vector<std::uint8_t> owns_observation;  ///< a flag for each
  std::vector<NodeOwner> owner;                ///< of each node of the short field
  std::function<void(std::span<double>)> sum;
};

/// What a window of a larger model knows of the rest, which is held: a Gaussian about where the larger fit settled
/// (docs/methods/hazard-field.md, eq. 34-35).
struct Surroundings {
  sparse::SymmetricMatrix latent;  ///< prior precision of the window's latent vector, on model.pattern
  sparse::DenseMatrix cross;       ///< latent x border
  sparse::DenseMatrix border;      ///< border x border
  std::vector<double> latent_centre, border_centre;
  std::vector<double> latent_pull, border_pull;  ///< gradient that the rest adds, whatever the window does
  std::vector<double> weight_offset;             ///< per observation, added to its curvature
  double patchiness = 0;
  double short_variance = 0;  ///< of the short field's prior, for blocks that it does not reach
};

/// What the observations say at a point.
struct Said {
  std::vector<double> latent_slope, border_slope;  ///< [A X]^T E[slope]
  std::vector<double> latent_prior;                ///< prior precision x latent vector
  std::vector<double> curvature;                   ///< of each observation, at least next to nothing
};

/// When a fit has settled.  The bound is a sum over all observations: to follow what a single one says, far from
/// others, the two below have to be small.
struct Settled {
  double bound = 0.1;  ///< nats that a round still promises
  double mode = 0.1;   ///< nats that a step of the mode, given the covariance, still promises
  /// Sum of squares of what each observation's weight has still to change by, times its variance.
  double weights = std::numeric_limits<double>::infinity();
  bool roughly = false;  ///< with means by nine nodes (normal_nodes.h), until the next fit
};

/// Of an observation's log intensity.
struct Predicted {
  double mean = 0;
  double variance = 0;
};

/// FieldFitter approximation of one class's model, reusing the symbolic factor and the last mode over calls.
/// Not for use from two threads at once; two objects may run beside each other.
class FieldFitter {
 public:
  /// `share`: the model is of a region, with the long field in its border; all regions fit at the same time.
  explicit FieldFitter(const HazardModel& model, double long_range_m, const RegionShare* share = nullptr);
  /// A window of a larger model; `around` outlives the fitter.
  FieldFitter(const HazardModel& model, const Surroundings& around);
  ~FieldFitter();

  enum class Want : std::uint8_t { mode, gradient };
  /// The fixed point of eq. 14, from the last mode, until it has settled.  Errors: estimate.no_convergence,
  /// sparse.not_positive_definite.  Cost: two to five factorisations of the latent precision with their selected
  /// inverses, and some twenty steps of the mode, each a tenth of such a pair.
  base::Result<FieldFit> fit(const Hyperparameters& hyper, Want want, const Settled& until = {});

  /// Nats at which a fit of so many observations tells well enough how often people meet what is there.
  double roughly() const;

  /// Where the next fit starts instead of at nothing: latent and border near the answer, such as a coarser lattice's.
  void start_at(std::vector<double> latent, std::vector<double> border);

  /// Of a window: the precision when observations curve by `weight`, for covariance_with_shared() alone.
  base::Result<void> weigh(const std::vector<double>& weight);
  /// Of a window: stands at latent and border, observations curving by `weight`; those of which it is NaN as they do
  /// there, were the variance of their predictors 1.
  base::Result<void> stand(std::vector<double> latent, std::vector<double> border, std::vector<double> weight);
  /// What is said there.
  Said say();
  /// The fixed point of eq. 14 from there, until the weights of observations, each times the variance of its predictor,
  /// have a thousandth to go.  Errors: estimate.no_convergence, sparse.not_positive_definite.
  base::Result<void> settle();
  /// Mode, spread and border's precision as they are.
  FieldFit fit_so_far() const;
  /// Posterior covariance of what all cells share, long field and border: its columns, in the rows of the latent
  /// vector and the border from `first_row` on.
  sparse::DenseMatrix covariance_with_shared(std::size_t first_row) const;

  /// Posterior factor of the last fit, for draws and variances.
  const sparse::Cholesky& factor() const;
  /// Posterior and prior variance of the latent vector's entries at `model.pattern` (posterior: given the border) and
  /// at its diagonal.
  const std::vector<double>& posterior_covariance() const;
  /// Of the last fit.
  Predicted predicted(std::size_t observation) const;
  double patchiness() const;
  /// Weight of each observation in it (eq. 14).
  const std::vector<double>& weights() const;
  /// Uses the factor's place: the next fit starts anew.
  base::Result<std::vector<double>> prior_variance(const Hyperparameters& hyper);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Variance of a cell's linear predictor given the posterior covariance on the pattern (eq. 17).
double border_free_variance(const HazardModel& model, const std::vector<double>& covariance, std::size_t observation);

}  // namespace firmground::estimate
