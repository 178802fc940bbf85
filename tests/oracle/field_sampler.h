#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/error.h"
#include "estimate/field_fit.h"
#include "estimate/hazard_model.h"

namespace firmground::oracle {

/// The linear predictor of one cell as weights on the joint vector (latent nodes, then border).
struct PredictorRow {
  std::vector<std::pair<std::uint32_t, double>> weight;
  double at(std::span<const double> joint) const;
};

/// Rows of any cells of the ground.  REQUIRES: the short field reaches them.
std::vector<PredictorRow> predictor_rows(const estimate::HazardModel& model, const evidence::Observations& ground,
                                         const std::vector<std::uint32_t>& cells);

/// Means over draws that depend on each other, with their Monte Carlo standard errors by batch means.
class BatchMeans {
 public:
  BatchMeans(std::size_t values, std::size_t draws_per_batch);
  void add(std::span<const double> values);
  std::vector<double> mean() const;
  std::vector<double> error() const;  ///< REQUIRES: two whole batches

 private:
  std::size_t per_batch_;
  std::size_t in_batch_ = 0;
  std::vector<double> batch_;
  std::vector<std::vector<double>> batches_;
};

struct SamplerOptions {
  int chains = 4;
  int warm_up = 300;  ///< draws per chain that are thrown away: step length and mass are learned from them
  int draws = 1000;   ///< kept per chain
  std::uint64_t seed = 1;
};

/// What happened to the chains.
struct SamplerReport {
  double accepted = 0;  ///< share of proposals, after the warm-up
  double step = 0;
};

/// The exact posterior of the model that FieldFitter approximates (docs/methods/hazard-field.md, eq. 3-5), at fixed
/// hyperparameters, by Hamiltonian Monte Carlo (Duane et al. 1987; one leap is MALA) with the posterior precision as
/// mass (Girolami & Calderhead 2011, section 5, fixed). The likelihood is written down here anew. `visit` gets the
/// joint vector (latent, then border) of each kept draw, chain after chain. Cost: a sparse solve and a pass over the
/// observations per leap, some ten leaps per draw. Deterministic for a seed.
base::Result<SamplerReport> sample_field(const estimate::HazardModel& model, double long_range_m,
                                         const estimate::Hyperparameters& hyper, std::vector<double> start,
                                         const SamplerOptions& options,
                                         const std::function<void(std::span<const double>)>& visit);

}  // namespace firmground::oracle
