#include "estimate/smooth_effects.h"

#include <algorithm>
#include <cmath>

#include "estimate/statement_ratios.h"

namespace firmground::estimate {

namespace {

constexpr double kInterceptPrecision = 0.01;  ///< sd 10 on the log intensity: no opinion
constexpr double kTrendPrecision = 0.05;      ///< knot values with sd about 4.5 before data speak
constexpr double kSumPrecision = 1e3;         ///< sums to zero within .03

std::vector<double> quantile_knots(std::vector<float> values, std::size_t count) {
  std::sort(values.begin(), values.end());
  std::vector<double> knots;
  for (std::size_t k = 0; k < count; ++k) {
    const double share = 0.005 + 0.99 * static_cast<double>(k) / static_cast<double>(count - 1);
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    const auto value = static_cast<double>(values[at]);
    if (knots.empty() || value > knots.back() + 1e-6 * (1 + std::abs(value))) {
      knots.push_back(value);
    }
  }
  return knots;
}

std::vector<float> known_values(const evidence::CovariateField& field, const std::vector<std::uint32_t>& cells) {
  std::vector<float> values;
  values.reserve(cells.size());
  for (const std::uint32_t cell : cells) {
    const float value = field.at(cell);
    if (std::isfinite(value)) {
      values.push_back(value);
    }
  }
  return values;
}

/// Both samples thinned to the size of the smaller one, by regular steps through their order.
std::vector<float> pooled(const std::vector<float>& a, const std::vector<float>& b) {
  if (b.empty()) {
    return a;
  }
  const std::size_t size = std::min(a.size(), b.size());
  std::vector<float> result;
  result.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    result.push_back(a[i * a.size() / size]);
    result.push_back(b[i * b.size() / size]);
  }
  return result;
}

}  // namespace

BasisPlace basis_place(const SmoothEffect& effect, float value) {
  if (std::isnan(value)) {
    return {};
  }
  if (!effect.statements.empty()) {
    return statement_place(value);
  }
  const auto x = static_cast<double>(value);
  const std::vector<double>& knots = effect.knots;
  if (x <= knots.front()) {
    return {0, 1, 0};
  }
  if (x >= knots.back()) {
    return {static_cast<std::uint8_t>(knots.size() - 2), 0, 1};
  }
  std::size_t k = 0;  // a handful of knots, and neighbours lie between the same two
  while (x >= knots[k + 1]) {
    ++k;
  }
  const double t = (x - knots[k]) / (knots[k + 1] - knots[k]);
  return {static_cast<std::uint8_t>(k), static_cast<float>(1 - t), static_cast<float>(t)};
}

std::vector<SmoothEffect> smooth_effects(const std::vector<evidence::CovariateField>& covariates,
                                         evidence::OrdnanceClass ordnance_class,
                                         const std::vector<std::uint32_t>& observed,
                                         const std::vector<std::uint32_t>& forecast, std::size_t knots) {
  std::vector<SmoothEffect> effects;
  std::size_t column = 1;
  for (const evidence::CovariateField& field : covariates) {
    if (!field.explains(ordnance_class)) {
      continue;
    }
    if (field.statements) {
      effects.push_back(statement_effect(field, column));
      column += effects.back().knots.size();
      continue;
    }
    SmoothEffect effect{field.name, field.unit, {}, {}, field.categories, field.labels, column};
    const std::vector<float> values = known_values(field, observed);
    if (values.empty()) {
      continue;
    }
    if (field.categories) {
      for (std::size_t level = 0; level < field.labels.size(); ++level) {
        effect.knots.push_back(static_cast<double>(level));
      }
    } else {
      // No searched cell shows what little search around it means: there the effect must not go on by itself.
      effect.knots =
          quantile_knots(field.tells_searches() ? values : pooled(values, known_values(field, forecast)), knots);
    }
    if (effect.knots.size() < 2) {
      continue;
    }
    effect.mean_basis.assign(effect.knots.size(), 0);
    for (const float value : values) {
      const BasisPlace place = basis_place(effect, value);
      effect.mean_basis[place.knot] += static_cast<double>(place.left) / static_cast<double>(values.size());
      effect.mean_basis[place.knot + 1U] += static_cast<double>(place.right) / static_cast<double>(values.size());
    }
    column += effect.knots.size();
    effects.push_back(std::move(effect));
  }
  return effects;
}

std::size_t border_columns(const std::vector<SmoothEffect>& effects) {
  return effects.empty() ? 1 : effects.back().first_column + effects.back().knots.size();
}

sparse::DenseMatrix effect_precision(const std::vector<SmoothEffect>& effects, double smooth_precision,
                                     sparse::DenseMatrix& walk) {
  const std::size_t p = border_columns(effects);
  sparse::DenseMatrix precision(p, p);
  walk = sparse::DenseMatrix(p, p);
  precision(0, 0) = kInterceptPrecision;
  for (const SmoothEffect& effect : effects) {
    if (!effect.statements.empty()) {
      add_statement_precision(effect, precision);
      continue;
    }
    const std::size_t c = effect.first_column;
    const std::size_t k = effect.knots.size();
    for (std::size_t i = 0; i < k; ++i) {
      precision(c + i, c + i) += kTrendPrecision;
      for (std::size_t j = 0; j < k; ++j) {
        precision(c + i, c + j) += kSumPrecision * effect.mean_basis[i] * effect.mean_basis[j];
      }
    }
    // Second differences; between two or three levels only first differences mean something.
    const bool second = !effect.categories && k >= 4;
    const std::vector<double> stencil = second ? std::vector<double>{1, -2, 1} : std::vector<double>{-1, 1};
    for (std::size_t start = 0; start + stencil.size() <= k; ++start) {
      for (std::size_t i = 0; i < stencil.size(); ++i) {
        for (std::size_t j = 0; j < stencil.size(); ++j) {
          walk(c + start + i, c + start + j) += smooth_precision * stencil[i] * stencil[j] * (second ? 1.0 : 0.1);
        }
      }
    }
  }
  for (std::size_t i = 0; i < precision.value.size(); ++i) {
    precision.value[i] += walk.value[i];
  }
  return precision;
}

std::vector<double> effect_centre(const std::vector<SmoothEffect>& effects) {
  std::vector<double> centre(border_columns(effects), 0.0);
  for (const SmoothEffect& effect : effects) {
    set_statement_centre(effect, centre);
  }
  return centre;
}

}  // namespace firmground::estimate
