#include "drawn_ground.h"

#include <algorithm>
#include <cmath>

#include "estimate/patchiness.h"
#include "field_sampler.h"
#include "sparse/cholesky.h"

namespace firmground::oracle {

namespace {

using estimate::CountLaw;
using estimate::Hyperparameters;

constexpr double kCell_m = 50;
constexpr std::int32_t kSquare = 6;
/// As the estimate sets them for grids up to 10 km wide.
constexpr double kLongRange_m = 40 * kCell_m;
constexpr double kReach_m = 600;
constexpr std::int32_t kStep = 3;

evidence::Observations bare_ground(std::int32_t side, base::Random& random) {
  evidence::Observations o;
  o.grid = {kCell_m, 0, side, side, side};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  evidence::CovariateField slope{"slope", "deg", {}, false, {}};
  const double turn = random.uniform(0, 6.28);
  for (std::size_t i = 0; i < o.grid.size(); ++i) {
    const geo::Xy at = o.grid.centre(i);
    road.value.push_back(static_cast<float>(at.x));
    slope.value.push_back(static_cast<float>(10 + 8 * std::sin(at.x / 370 + turn) * std::cos(at.y / 290 - turn)));
  }
  o.covariates = {road, slope};
  return o;
}

std::vector<std::uint8_t> some_squares(const geo::Grid& grid, double share, base::Random& random) {
  std::vector<std::uint8_t> mask(grid.size(), 0);
  for (std::int32_t row = 0; row < grid.rows; row += kSquare) {
    for (std::int32_t column = 0; column < grid.columns; column += kSquare) {
      if (!random.chance(share)) {
        continue;
      }
      for (std::int32_t r = row; r < std::min(row + kSquare, grid.rows); ++r) {
        for (std::int32_t c = column; c < std::min(column + kSquare, grid.columns); ++c) {
          mask[grid.index(c, r)] = 1;
        }
      }
    }
  }
  return mask;
}

/// Squares at random, such that the short field reaches every cell.
std::vector<std::uint8_t> searched_squares(const geo::Grid& grid, double share, base::Random& random) {
  for (;;) {
    std::vector<std::uint8_t> mask = some_squares(grid, share, random);
    const std::vector<float> away = geo::distance_transform(grid, mask);
    if (*std::max_element(away.begin(), away.end()) <= static_cast<float>(kReach_m)) {
      return mask;
    }
  }
}

base::Result<std::vector<double>> draw_joint(const estimate::HazardModel& model, const Hyperparameters& hyper,
                                             double intercept, base::Random& random) {
  sparse::SymmetricMatrix prior = model.pattern;
  std::vector<double> values;
  estimate::precision_values(model.short_field, model.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
                             std::exp(hyper.log_short_sd), values);
  for (std::size_t k = 0; k < values.size(); ++k) {
    prior.value[static_cast<std::size_t>(model.short_place[k])] += values[k];
  }
  estimate::precision_values(model.long_field, model.long_lattice.spacing_m, kLongRange_m, std::exp(hyper.log_long_sd),
                             values);
  for (std::size_t k = 0; k < values.size(); ++k) {
    prior.value[static_cast<std::size_t>(model.long_place[k])] += values[k];
  }
  sparse::Cholesky factor(prior);
  FG_TRY_VOID(factor.factorise(prior));
  std::vector<double> joint(model.latent());
  for (double& v : joint) {
    v = random.normal();
  }
  factor.sample(joint);
  sparse::DenseMatrix walk;
  const sparse::DenseCholesky border(
      estimate::effect_precision(model.effects, std::exp(hyper.log_smooth_precision), walk));
  std::vector<double> effects(model.border());
  for (double& v : effects) {
    v = random.normal();
  }
  border.solve_upper(effects);
  effects[0] = intercept;  // independent of the effects in the prior
  joint.insert(joint.end(), effects.begin(), effects.end());
  return joint;
}

}  // namespace

Hyperparameters prior_hyperparameters(base::Random& random) {
  Hyperparameters h;
  // 1 / range and the standard deviations are exponential: P(range < 150 m) = P(sd > 4) = P(long sd > 2) = 0.05.
  h.log_short_range_m = -std::log(random.exponential(1 / (-std::log(0.05) * 150)));
  h.log_short_sd = std::log(random.exponential(4 / -std::log(0.05)));
  h.log_long_sd = std::log(random.exponential(2 / -std::log(0.05)));
  h.log_smooth_precision = random.normal(2, 2);
  h.log_patchiness = std::log(random.exponential(5 / -std::log(0.05)));  // P(patchiness > 5) = 0.05
  return h;
}

CountLaw prior_count_law(base::Random& random) {
  CountLaw law;
  law.mean = 3 * std::exp(1.5 * random.normal());
  law.shape = 0.7 * std::exp(random.normal());
  return law;
}

base::Result<DrawnGround> draw_ground(const GroundOptions& options, const Hyperparameters& hyper, const CountLaw& law,
                                      double intercept) {
  base::Random random(options.seed, 5);
  DrawnGround ground;
  ground.hyper = hyper;
  ground.law = law;
  ground.long_range_m = kLongRange_m;
  ground.observations = bare_ground(options.side_cells, random);
  evidence::Observations& o = ground.observations;
  o.processed = searched_squares(o.grid, options.searched, random);
  const auto detected = static_cast<float>(estimate::detection_of_presence(law, 1, options.detection));
  std::vector<estimate::Observation> list;
  std::vector<std::uint32_t> all;
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    all.push_back(cell);
    if (o.processed[cell] != 0) {
      list.push_back({cell, false, false, detected, 0});
    }
  }
  estimate::ModelOptions layout;
  layout.short_step_cells = kStep;
  layout.long_range_m = kLongRange_m;
  layout.reach_m = kReach_m;
  ground.model = estimate::make_model(o, std::move(list), layout);
  FG_TRY(ground.joint, draw_joint(ground.model, hyper, intercept, random));
  for (const PredictorRow& row : predictor_rows(ground.model, o, all)) {
    ground.eta.push_back(row.at(ground.joint));
  }
  estimate::PositiveCounts counts(law);
  for (const double eta : ground.eta) {
    const bool any = random.chance(-std::expm1(-estimate::hazard_at(eta, hyper.patchiness()).value));
    ground.items.push_back(any ? static_cast<std::uint32_t>(counts.draw(random)) : 0);
  }
  ground.left = ground.items;
  for (estimate::Observation& search : ground.model.observations) {
    const auto found = static_cast<std::uint32_t>(random.binomial(ground.items[search.cell], options.detection));
    search.found = found > 0;
    ground.left[search.cell] -= found;
    ground.with_finds += found > 0 ? 1 : 0;
    o.searched[0].push_back({search.cell, 1.0F, static_cast<float>(options.detection), found});
  }
  ground.searched = ground.model.observations.size();
  return ground;
}

}  // namespace firmground::oracle
