#include "estimate/field_fitter_impl.h"

namespace firmground::estimate {

using sparse::DenseMatrix;
using sparse::Index;

FieldFitter::FieldFitter(const HazardModel& model, const Surroundings& around)
    : impl_(std::make_unique<Impl>(model, 0.0, nullptr)) {
  impl_->around = &around;
  impl_->patchiness = around.patchiness;
  impl_->short_variance = around.short_variance;
  impl_->prior = around.latent;
  impl_->effect_prior = around.border;
}

FieldFit FieldFitter::fit_so_far() const {
  FieldFit fit;
  fit.latent = impl_->mode.x;
  fit.border = impl_->mode.b;
  fit.spread = sparse::transposed(impl_->spread_by_node);
  fit.schur = impl_->schur;
  return fit;
}

base::Result<Said> FieldFitter::say(std::vector<double> latent, std::vector<double> border,
                                    const std::vector<double>& weight) {
  Impl& m = *impl_;
  m.mode = {std::move(latent), std::move(border)};
  m.stand_in_surroundings();
  m.predict(m.mode, 0, m.eta.size(), m.eta);
  FG_TRY_VOID(m.factorise(weight));
  m.find_variance(0, m.eta.size());
  Said said;
  std::vector<double> slope(m.eta.size());
  std::vector<double> value(m.eta.size());
  said.curvature.resize(m.eta.size());
  m.find_means(0, {value, slope, said.curvature, {}});
  for (double& curvature : said.curvature) {
    curvature = std::max(curvature, kLeastWeight);
  }
  Vectors projected = m.project(slope);
  said.latent_slope = std::move(projected.x);
  said.border_slope = std::move(projected.b);
  said.latent_prior.resize(m.n);
  m.prior.multiply(m.mode.x, said.latent_prior);
  return said;
}

base::Result<FieldFit> FieldFitter::settle() {
  // Of the surroundings' determinants nothing is known here: mode and weights alone tell when it has settled.
  constexpr Settled kStill{.bound = std::numeric_limits<double>::infinity(), .mode = 1e-6, .weights = 1e-7};
  int rounds = 0;
  FG_TRY_VOID(impl_->variational(kStill, rounds));
  return fit_so_far();
}

sparse::DenseMatrix FieldFitter::covariance_with_shared(std::size_t first_row) const {
  const Impl& m = *impl_;
  const auto first = static_cast<std::size_t>(m.model.short_lattice.active);
  const std::size_t of_long = m.n - first;
  const DenseMatrix border = m.schur->inverse();
  DenseMatrix response(m.n, m.p);  // V S^-1
  for (std::size_t k = 0; k < m.p; ++k) {
    for (std::size_t j = 0; j < m.p; ++j) {
      const double w = border(j, k);
      for (std::size_t i = 0; i < m.n; ++i) {
        response(i, k) += m.spread_by_node(j, i) * w;
      }
    }
  }
  DenseMatrix result(m.n + m.p - first_row, of_long + m.p);
  constexpr std::size_t kBatch = 32;
  std::vector<double> unit;
  for (std::size_t begin = 0; begin < of_long; begin += kBatch) {
    const std::size_t count = std::min(kBatch, of_long - begin);
    unit.assign(m.n * count, 0.0);
    for (std::size_t c = 0; c < count; ++c) {
      unit[c * m.n + first + begin + c] = 1;
    }
    m.factor.solve(unit, static_cast<Index>(count));
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t node = first + begin + c;
      for (std::size_t i = first_row; i < m.n; ++i) {
        double sum = unit[c * m.n + i];
        for (std::size_t j = 0; j < m.p; ++j) {
          sum += m.spread_by_node(j, i) * response(node, j);
        }
        result(i - first_row, begin + c) = sum;
      }
      for (std::size_t j = 0; j < m.p; ++j) {
        result(m.n + j - first_row, begin + c) = -response(node, j);
      }
    }
  }
  for (std::size_t k = 0; k < m.p; ++k) {
    for (std::size_t i = first_row; i < m.n; ++i) {
      result(i - first_row, of_long + k) = -response(i, k);
    }
    for (std::size_t j = 0; j < m.p; ++j) {
      result(m.n + j - first_row, of_long + k) = border(j, k);
    }
  }
  return result;
}

}  // namespace firmground::estimate
