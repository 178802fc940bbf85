// The fit of the hazard field held against the exact posterior of the same model (docs/methods/hazard-field.md, "Held
// against the exact posterior"; bench_oracle prints larger cases).
#include <gtest/gtest.h>

#include <cmath>

#include "comparison.h"

namespace firmground::oracle {
namespace {

using estimate::Hyperparameters;

Hyperparameters field(double range_m, double sd) {
  return {std::log(range_m), std::log(sd), std::log(0.5), 2.0};
}

/// 200 cells with one intercept and no field: the oracle itself must give what a sum over a fine grid gives.
TEST(Oracle, SamplesTheClosedFormOfOneIntercept) {
  GroundOptions options;
  options.side_cells = 24;
  const auto ground = draw_ground(options, {std::log(400), -9, -9, 2.0}, {4, 0.7, 0.1}, -1.5);
  ASSERT_TRUE(ground);
  evidence::Observations bare = ground->observations;
  bare.covariates.clear();
  estimate::ModelOptions layout;
  layout.short_step_cells = 3;
  layout.long_range_m = ground->long_range_m;
  layout.reach_m = 600;
  const estimate::HazardModel model = estimate::make_model(bare, ground->model.observations, layout);
  double found = 0;
  for (const estimate::Observation& o : model.observations) {
    found += o.found ? 1 : 0;
  }
  const auto searched = static_cast<double>(model.observations.size());
  const auto d = static_cast<double>(model.observations[0].detection);
  double mass = 0, mean = 0, squares = 0;
  for (double b = -4; b < 2; b += 1e-3) {
    const double p = -d * std::expm1(-std::exp(b));
    const double density = std::exp(found * std::log(p) + (searched - found) * std::log1p(-p) - 0.005 * b * b + 100);
    mass += density;
    mean += density * b;
    squares += density * b * b;
  }
  mean /= mass;
  const double sd = std::sqrt(squares / mass - mean * mean);

  BatchMeans sampled(2, 200);
  std::vector<double> start(model.latent() + model.border(), 0.0);
  start.back() = -1;
  const auto report =
      sample_field(model, ground->long_range_m, ground->hyper, start, {2, 200, 2000, 3},
                   [&](std::span<const double> x) { sampled.add(std::vector<double>{x.back(), x.back() * x.back()}); });
  ASSERT_TRUE(report);
  const double sampled_mean = sampled.mean()[0];
  EXPECT_NEAR(sampled_mean, mean, 4 * sampled.error()[0]);
  EXPECT_NEAR(std::sqrt(sampled.mean()[1] - sampled_mean * sampled_mean), sd, 0.08 * sd);
  EXPECT_LT(sampled.error()[0], 0.1 * sd) << "the check above must be able to fail";
}

struct Limits {
  double cells;     ///< relative error of the cells that still hold an item, beside 4 Monte Carlo standard errors
  double quantile;  ///< of their 5 % and 95 % quantiles
  double sd;        ///< relative error of the sds of log intensities
  double apart;     ///< of a cell's probability, on average
};

/// Limits are what the Gaussian bound costs on this ground, found with ten times as many draws, and half as much again.
void expect_agreement(const GroundOptions& options, const Hyperparameters& hyper, double intercept,
                      const Limits& limits) {
  const auto ground = draw_ground(options, hyper, {4, 0.7, 0.1}, intercept);
  ASSERT_TRUE(ground);
  ASSERT_GT(ground->with_finds, 30U);
  const auto c = compare(*ground, {4, 300, 500, 2});
  ASSERT_TRUE(c);
  for (const auto& [a, where] : {std::pair{&c->searched, "searched"}, {&c->unsearched, "unsearched"}}) {
    SCOPED_TRACE(where);
    EXPECT_LT(a->cells_left.error, 0.03 * a->cells_left.exact) << "too few draws to tell";
    EXPECT_NEAR(a->cells_left.fitted, a->cells_left.exact,
                limits.cells * a->cells_left.exact + 4 * a->cells_left.error);
    EXPECT_NEAR(a->p05.fitted, a->p05.exact, limits.quantile * a->p05.exact + 4 * a->p05.error);
    EXPECT_NEAR(a->p95.fitted, a->p95.exact, limits.quantile * a->p95.exact + 4 * a->p95.error);
    EXPECT_NEAR(a->sd_ratio, 1, limits.sd);
    EXPECT_LT(a->apart, limits.apart);
  }
}

TEST(FieldPosterior, OfAMildFieldIsExact) {
  expect_agreement({}, field(400, 1.2), -2.5, {0.02, 0.04, 0.05, 0.01});
}

TEST(FieldPosterior, OfMinesInAFieldOfLargeSdIsCloseToTheExactOne) {
  expect_agreement({}, field(400, 3), -5, {0.17, 0.08, 0.12, 0.02});
}

TEST(FieldPosterior, OfMinesInPatchesIsCloseToTheExactOne) {
  Hyperparameters hyper = field(400, 3);
  hyper.log_patchiness = std::log(1.5);
  expect_agreement({}, hyper, -4, {0.05, 0.08, 0.12, 0.02});
}

TEST(FieldPosterior, OfGroundSearchedBadlyIsCloseToTheExactOne) {
  GroundOptions options;
  options.detection = 0.4;
  expect_agreement(options, field(400, 3), -4, {0.08, 0.1, 0.1, 0.03});
}

}  // namespace
}  // namespace firmground::oracle
