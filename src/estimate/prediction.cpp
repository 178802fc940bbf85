#include "estimate/prediction.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"
#include "estimate/hermite.h"

namespace firmground::estimate {

namespace {

float presence_of(float eta) {
  const float intensity = std::exp(std::min(eta, 20.0F));
  return intensity < 1e-3F ? intensity * (1 - 0.5F * intensity) : 1 - std::exp(-intensity);
}

}  // namespace

double mean_presence(double mean, double variance) {
  const double sd = std::sqrt(std::max(variance, 0.0));
  double sum = 0;
  for (std::size_t k = 0; k < kHermiteNodes.size(); ++k) {
    sum += kHermiteWeights[k] * -std::expm1(-std::exp(std::min(mean + sd * kHermiteNodes[k], 30.0)));
  }
  return sum;
}

double mean_intensity(double mean, double variance) {
  return std::exp(std::min(mean + 0.5 * std::min(variance, 4.0), 20.0));
}

/// Posterior covariances among the eight nodes of one square, fetched once for all its cells.
struct CellPredictor::Square {
  std::array<std::int32_t, 8> node = {-2, -2, -2, -2, -2, -2, -2, -2};
  std::array<double, 36> covariance{};
  double scale = 1;
};

CellPredictor::CellPredictor(const ClassPosterior& posterior, const evidence::Observations& observations,
                             const EstimateOptions& options)
    : posterior_(posterior),
      observations_(observations),
      draws_(static_cast<std::size_t>(options.draws)),
      seed_(options.seed) {
  const std::size_t n = posterior.model.latent();
  const std::size_t p = posterior.model.border();
  spread_rows_.resize(n * p);
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      spread_rows_[i * p + j] = static_cast<float>(posterior.fit.spread(i, j));
    }
  }
  for (const SmoothEffect& effect : posterior.model.effects) {
    for (const evidence::CovariateField& field : observations.covariates) {
      if (field.name == effect.name) {
        fields_.push_back(&field);
      }
    }
  }
  FG_CHECK(fields_.size() == posterior.model.effects.size());
  const auto& searched = observations.searched[static_cast<std::size_t>(posterior.ordnance_class)];
  searched_at_.assign(observations.grid.size(), -1);
  for (std::size_t i = 0; i < searched.size(); ++i) {
    searched_at_[searched[i].cell] = static_cast<std::int32_t>(i);
  }
}

void CellPredictor::load_square(const CellDesign& design, Square& square) const {
  if (square.node == design.node) {
    return;
  }
  square.node = design.node;
  const sparse::SymmetricMatrix& pattern = posterior_.model.pattern;
  std::size_t pair = 0;
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = 0; b <= a; ++b, ++pair) {
      const std::int32_t i = design.node[a];
      const std::int32_t j = design.node[b];
      // Between a short and a long node that share no observed square the covariance is not in the factor's pattern and
      // small.
      const sparse::Index at = i >= 0 && j >= 0 ? pattern.place(std::max(i, j), std::min(i, j)) : -1;
      square.covariance[pair] = at >= 0 ? posterior_.covariance[static_cast<std::size_t>(at)] : 0;
    }
  }
  square.scale = 1;
  if (design.node[0] >= 0) {
    square.scale = 0;
    for (std::size_t a = 0; a < 4; ++a) {
      square.scale += 0.25 * static_cast<double>(posterior_.variance_scale[static_cast<std::size_t>(design.node[a])]);
    }
    // Edges of the lattice inflate the variance; nothing may make it larger than the prior's.
    square.scale = std::min(square.scale, 1.0);
  }
}

void CellPredictor::border_differences(const std::vector<std::uint32_t>& cells, const std::vector<CellDesign>& designs,
                                       std::vector<double>& variance, std::vector<double>& mean) const {
  const std::size_t p = posterior_.model.border();
  constexpr std::size_t kBatch = 256;
  std::vector<double> difference;
  for (std::size_t begin = 0; begin < cells.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, cells.size() - begin);
    difference.assign(p * count, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      double* row = difference.data() + i * p;
      double sum = posterior_.fit.border[0];
      row[0] += 1;
      for (std::size_t e = 0; e < fields_.size(); ++e) {
        const SmoothEffect& effect = posterior_.model.effects[e];
        const BasisPlace place = basis_place(effect, fields_[e]->value[cells[begin + i]]);
        const std::size_t column = effect.first_column + place.knot;
        row[column] += static_cast<double>(place.left);
        row[column + 1] += static_cast<double>(place.right);
        sum += static_cast<double>(place.left) * posterior_.fit.border[column] +
               static_cast<double>(place.right) * posterior_.fit.border[column + 1];
      }
      const CellDesign& design = designs[begin + i];
      for (std::size_t k = 0; k < 8; ++k) {
        if (design.node[k] < 0) {
          continue;
        }
        const auto w = static_cast<double>(design.weight[k]);
        sum += w * posterior_.fit.latent[static_cast<std::size_t>(design.node[k])];
        const float* spread = spread_rows_.data() + static_cast<std::size_t>(design.node[k]) * p;
        for (std::size_t j = 0; j < p; ++j) {
          row[j] -= w * static_cast<double>(spread[j]);
        }
      }
      mean[begin + i] = sum;
    }
    posterior_.fit.schur->solve_lower(difference, count);
    for (std::size_t i = 0; i < count; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < p; ++j) {
        sum += difference[i * p + j] * difference[i * p + j];
      }
      variance[begin + i] = sum;
    }
  }
}

void CellPredictor::finish_cell(std::uint32_t cell, std::size_t at, double mean, double variance, const float* eta,
                                ClassPrediction& out) const {
  float* items = out.item_draws.data() + at * draws_;
  float* none = out.none_draws.data() + at * draws_;
  if (posterior_.events) {
    const double rate = mean_intensity(mean, variance);
    out.find_probability[at] = out.probability[at] = static_cast<float>(mean_presence(mean, variance));
    out.items[at] = std::max(static_cast<float>(rate), out.probability[at]);
    out.variance_items[at] = out.items[at];
    for (std::size_t m = 0; m < draws_; ++m) {
      items[m] = std::exp(std::min(eta[m], 20.0F));
      none[m] = -items[m];
    }
    return;
  }
  const CountLaw& law = posterior_.law;
  const double positive = positive_mean(law);
  const double second =
      law.mean * law.mean / law.shape + law.mean + law.mean * law.mean;  // E[N^2] of the untruncated law
  const double any = law.mean / positive;                                // P(N > 0)
  const std::int32_t search = searched_at_[cell];
  const evidence::SearchedCell* searched =
      search < 0
          ? nullptr
          : &observations_
                 .searched[static_cast<std::size_t>(posterior_.ordnance_class)][static_cast<std::size_t>(search)];
  if (searched != nullptr) {
    out.find_probability[at] = static_cast<float>(mean_presence(mean, variance)) *
                               posterior_.searches->at(searched->share, searched->detection).detection_of_presence;
  }
  if (searched != nullptr && searched->found > 0) {
    const Remaining left = remaining_after_finds(law, static_cast<double>(searched->share),
                                                 static_cast<double>(searched->detection), searched->found);
    out.probability[at] = static_cast<float>(left.probability);
    out.items[at] = static_cast<float>(std::max(left.mean, left.probability));
    out.variance_items[at] = out.items[at] * static_cast<float>(1 + 1 / law.shape);
    const float log_none = std::log(std::max(1e-6F, 1 - out.probability[at]));
    for (std::size_t m = 0; m < draws_; ++m) {
      items[m] = out.items[at] * posterior_.count_draws[m];
      none[m] = log_none;
    }
    return;
  }
  float missed = 1;
  float left_factor = static_cast<float>(positive);
  float detected = 0;
  if (searched != nullptr) {
    const SearchMeaning& meaning = posterior_.searches->at(searched->share, searched->detection);
    detected = meaning.detection_of_presence;
    missed = 1 - detected;
    left_factor = meaning.left_factor;
  }
  const double sd = std::sqrt(std::max(variance, 0.0));
  double probability = 0;
  double expected = 0;
  for (std::size_t k = 0; k < kHermiteNodes.size(); ++k) {
    const double p = -std::expm1(-std::exp(std::min(mean + sd * kHermiteNodes[k], 30.0)));
    const double unseen = 1 - p * static_cast<double>(detected);
    probability += kHermiteWeights[k] * p * static_cast<double>(missed) / unseen;
    expected += kHermiteWeights[k] * p * static_cast<double>(left_factor) / unseen;
  }
  out.probability[at] = static_cast<float>(probability);
  out.items[at] = static_cast<float>(std::max(probability, expected));
  out.variance_items[at] = static_cast<float>(std::max(0.0, probability * second / any - expected * expected));
  for (std::size_t m = 0; m < draws_; ++m) {
    const float p = presence_of(eta[m]);
    const float unseen = 1 - p * detected;
    items[m] = p * left_factor / unseen * posterior_.count_draws[m];
    none[m] = std::log(std::max(1e-6F, 1 - p * missed / unseen));
  }
}

void CellPredictor::predict(const std::vector<std::uint32_t>& cells, ClassPrediction& out) const {
  const std::size_t count = cells.size();
  for (auto* v : {&out.probability, &out.items, &out.variance_items, &out.evidence, &out.find_probability}) {
    v->assign(count, 0);
  }
  out.item_draws.resize(count * draws_);
  out.none_draws.resize(count * draws_);
  std::vector<CellDesign> designs(count);
  for (std::size_t i = 0; i < count; ++i) {
    designs[i] = cell_design(posterior_.model, observations_.grid, cells[i]);
  }
  std::vector<double> variance(count);
  std::vector<double> mean(count);
  border_differences(cells, designs, variance, mean);

  const double prior_variance = posterior_.short_variance + posterior_.long_variance + posterior_.effect_variance;
  const auto short_sd = static_cast<float>(std::sqrt(posterior_.short_variance));
  const auto step =
      static_cast<std::uint32_t>(std::lround(posterior_.model.short_lattice.spacing_m / observations_.grid.cell_m));
  const auto columns = static_cast<std::uint32_t>(observations_.grid.columns);
  Square square;
  std::vector<float> eta(draws_);
  std::vector<float> unknown(draws_);
  std::uint64_t unknown_square = ~std::uint64_t{0};
  for (std::size_t i = 0; i < count; ++i) {
    const CellDesign& design = designs[i];
    load_square(design, square);
    double field = 0;
    std::size_t pair = 0;
    for (std::size_t a = 0; a < 8; ++a) {
      for (std::size_t b = 0; b <= a; ++b, ++pair) {
        const double scale = a < 4 ? square.scale : b < 4 ? std::sqrt(square.scale) : 1.0;
        field += (a == b ? 1.0 : 2.0) * scale * static_cast<double>(design.weight[a]) *
                 static_cast<double>(design.weight[b]) * square.covariance[pair];
      }
    }
    const bool known = design.node[0] >= 0;
    const double total = variance[i] + std::max(field, 0.0) + (known ? 0.0 : posterior_.short_variance);
    std::fill(eta.begin(), eta.end(), 0.0F);
    if (!known) {
      // Far from any data the short field is what the prior says: one value per square and draw.
      const std::uint64_t key =
          (static_cast<std::uint64_t>(cells[i] / columns / step) << 32U) | (cells[i] % columns / step);
      if (key != unknown_square) {
        unknown_square = key;
        base::Random random(seed_ + 77 * (static_cast<std::uint64_t>(posterior_.ordnance_class) + 1), key);
        for (float& value : unknown) {
          value = short_sd * static_cast<float>(random.normal());
        }
      }
      eta = unknown;
    }
    for (std::size_t k = 0; k < 8; ++k) {
      if (design.node[k] < 0) {
        continue;
      }
      const float* node = posterior_.latent_draws.data() + static_cast<std::size_t>(design.node[k]) * draws_;
      for (std::size_t m = 0; m < draws_; ++m) {
        eta[m] += design.weight[k] * node[m];
      }
    }
    const auto add_border = [&](std::size_t column, float w) {
      const float* border = posterior_.border_draws.data() + column * draws_;
      for (std::size_t m = 0; m < draws_; ++m) {
        eta[m] += w * border[m];
      }
    };
    add_border(0, 1);
    for (std::size_t e = 0; e < fields_.size(); ++e) {
      const SmoothEffect& effect = posterior_.model.effects[e];
      const BasisPlace place = basis_place(effect, fields_[e]->value[cells[i]]);
      add_border(effect.first_column + place.knot, place.left);
      add_border(effect.first_column + place.knot + 1, place.right);
    }
    out.evidence[i] = static_cast<float>(std::clamp(1 - total / prior_variance, 0.0, 1.0));
    // eq. 19: the same correction for the marginal and for each draw.
    const Calibration& c = posterior_.calibration;
    const double corrected = c.shift + c.slope * mean[i];
    for (float& value : eta) {
      value = static_cast<float>(corrected + c.spread * (static_cast<double>(value) - mean[i]));
    }
    finish_cell(cells[i], i, corrected, c.spread * c.spread * total, eta.data(), out);
  }
}

}  // namespace firmground::estimate
