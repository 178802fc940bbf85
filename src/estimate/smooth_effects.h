#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "evidence/observations.h"
#include "evidence/statements.h"
#include "sparse/dense.h"

namespace firmground::estimate {

/// A covariate's effect: piecewise linear between knots at quantiles of the observed cells, constant beyond the outer
/// ones; its knot values follow a second-order random walk that sums to zero over the observed cells
/// (docs/methods/hazard-field.md, eq. 4).
struct SmoothEffect {
  std::string name;
  std::string unit;
  std::vector<double> knots;       ///< ascending; categories: 0, 1, 2 ...
  std::vector<double> mean_basis;  ///< average of each basis function over the observed cells
  bool categories = false;
  std::vector<std::string> labels;
  std::size_t first_column = 0;                        ///< in the border; column 0 is the intercept
  std::vector<evidence::StatementClass> statements{};  ///< set: of survey statements (statement_ratios.h)
};

/// Where a value lies between the knots. Unknown (NaN) values have no effect: weight 0 on both.
struct BasisPlace {
  std::uint8_t knot = 0;
  float left = 0;   ///< weight of knot
  float right = 0;  ///< weight of knot + 1
};
BasisPlace basis_place(const SmoothEffect& effect, float value);
/// What an effect adds to the log intensity there.  `border`: intercept and effects.
inline double effect_at(const SmoothEffect& effect, const BasisPlace& place, const double* border) {
  const double* of_knot = border + effect.first_column + place.knot;
  return static_cast<double>(place.left) * of_knot[0] + static_cast<double>(place.right) * of_knot[1];
}

/// One effect per covariate of the class that varies over the observed cells.  Knots: at most `knots` quantiles of the
/// observed cells and the ground to be forecast, taken together with equal weight: where nobody searched an effect goes
/// on as its random walk does, with growing uncertainty, instead of stopping at the last value seen.
std::vector<SmoothEffect> smooth_effects(const std::vector<evidence::CovariateField>& covariates,
                                         evidence::OrdnanceClass ordnance_class,
                                         const std::vector<std::uint32_t>& observed,
                                         const std::vector<std::uint32_t>& forecast, std::size_t knots);

std::size_t border_columns(const std::vector<SmoothEffect>& effects);

/// Prior precision of intercept and effects: precision x random walk + what keeps it proper (linear trends ~ weak, sums
/// ~ zero), and of statements what statement_ratios.h says.  `walk` gets d precision / d log(smooth_precision).
sparse::DenseMatrix effect_precision(const std::vector<SmoothEffect>& effects, double smooth_precision,
                                     sparse::DenseMatrix& walk);
/// Prior mean of intercept and effects.
std::vector<double> effect_centre(const std::vector<SmoothEffect>& effects);

}  // namespace firmground::estimate
