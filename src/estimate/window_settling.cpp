#include <algorithm>
#include <cmath>

#include "base/wide_vectors.h"
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

base::Result<void> FieldFitter::weigh(const std::vector<double>& weight) {
  FG_TRY_VOID(impl_->weigh(weight));
  impl_->factorise_border();
  return {};
}

base::Result<void> FieldFitter::stand(std::vector<double> latent, std::vector<double> border,
                                      std::vector<double> weight) {
  Impl& m = *impl_;
  m.mode = {std::move(latent), std::move(border)};
  m.stand_in_surroundings();
  m.predict(m.mode, 0, m.eta.size(), m.eta);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (std::isnan(weight[i])) {
      double value = 0;
      double slope = 0;
      m.find_means(i, {{&value, 1}, {&slope, 1}, {&weight[i], 1}, {}});
      weight[i] = std::max(weight[i], kLeastWeight);
    }
  }
  return m.factorise(weight);
}

Said FieldFitter::say() {
  Impl& m = *impl_;
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

base::Result<void> FieldFitter::settle() {
  // Of the surroundings' determinants nothing is known here: mode and weights alone tell when it has settled.
  constexpr Settled kStill{.bound = std::numeric_limits<double>::infinity(), .mode = 1e-6, .weights = 1e-6};
  int rounds = 0;
  FG_TRY_VOID(impl_->variational(kStill, rounds));
  return {};
}

namespace {

/// To each sum the product of its column, of so many rows, with `with`: in the order of rows, four columns at a time,
/// which do not wait for each other.
FG_WIDE_VECTORS void add_dots(const double* columns, std::size_t rows, const double* with, std::size_t count,
                              double* sums) {
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const double* a = columns + i * rows;
    double s0 = sums[i], s1 = sums[i + 1], s2 = sums[i + 2], s3 = sums[i + 3];
    for (std::size_t j = 0; j < rows; ++j) {
      s0 += a[j] * with[j];
      s1 += a[rows + j] * with[j];
      s2 += a[2 * rows + j] * with[j];
      s3 += a[3 * rows + j] * with[j];
    }
    sums[i] = s0;
    sums[i + 1] = s1;
    sums[i + 2] = s2;
    sums[i + 3] = s3;
  }
  for (; i < count; ++i) {
    for (std::size_t j = 0; j < rows; ++j) {
      sums[i] += columns[i * rows + j] * with[j];
    }
  }
}

}  // namespace

sparse::DenseMatrix FieldFitter::covariance_with_shared(std::size_t first_row) const {
  const Impl& m = *impl_;
  const auto first = static_cast<std::size_t>(m.model.short_lattice.active);
  const std::size_t of_long = m.n - first;
  const DenseMatrix border = m.schur->inverse();
  DenseMatrix response(m.n, m.p);  // V S^-1
  const double* spread = m.spread_by_node.value.data();
  for (std::size_t k = 0; k < m.p; ++k) {
    add_dots(spread, m.p, border.value.data() + k * m.p, m.n, response.value.data() + k * m.n);
  }
  DenseMatrix result(m.n + m.p - first_row, of_long + m.p);
  constexpr std::size_t kBatch = 32;
  std::vector<double> unit;
  std::vector<double> of_node(m.p);
  for (std::size_t begin = 0; begin < of_long; begin += kBatch) {
    const std::size_t count = std::min(kBatch, of_long - begin);
    unit.assign(m.n * count, 0.0);
    for (std::size_t c = 0; c < count; ++c) {
      unit[c * m.n + first + begin + c] = 1;
    }
    m.factor.solve(unit, static_cast<Index>(count));
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t node = first + begin + c;
      for (std::size_t j = 0; j < m.p; ++j) {
        of_node[j] = response(node, j);
        result(m.n + j - first_row, begin + c) = -of_node[j];
      }
      double* column = &result(0, begin + c);
      std::copy(unit.begin() + static_cast<std::ptrdiff_t>(c * m.n + first_row),
                unit.begin() + static_cast<std::ptrdiff_t>((c + 1) * m.n), column);
      add_dots(spread + first_row * m.p, m.p, of_node.data(), m.n - first_row, column);
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
