#include "estimate/field_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "estimate/class_parts.h"
#include "estimate/likelihood.h"
#include "estimate/patchiness.h"
#include "evidence/drawn_statements_testing.h"

namespace firmground::estimate {
namespace {

/// Finite differences need the bound to many digits.
constexpr double kToManyDigits = 1e-9;
// The quadrature of slopes and curvatures is not the exact derivative of the quadrature of values: gradients agree to
// 0.2 %.

/// 24 x 20 cells of 50 m with one covariate and survey statements, half of them searched, a belt of finds across.
evidence::Observations drawn_ground() {
  evidence::Observations o;
  o.grid = {50, 0, 20, 24, 20};
  o.inside.assign(o.grid.size(), 1);
  evidence::CovariateField x{"distance to roads", "m", {}, false, {}};
  for (std::size_t i = 0; i < o.grid.size(); ++i) {
    x.value.push_back(static_cast<float>(i % 24) * 50);
  }
  o.covariates.push_back(x);
  mineaction::Snapshot said;
  using mineaction::Device;
  using mineaction::HazardType;
  said.hazards.push_back(evidence::drawn_hazard(HazardType::suspected, Device::ap_mine, {8, 2, 5}, o.grid));
  said.hazards.push_back(evidence::drawn_hazard(HazardType::confirmed, Device::uxo, {14, 10, 5}, o.grid));
  const std::vector<std::uint8_t> processed(o.grid.size(), 1);
  o.covariates.push_back(*evidence::survey_statements(said, o.grid, processed, {}));
  return o;
}

std::vector<Observation> searches(const evidence::Observations& o, std::uint64_t seed) {
  base::Random random(seed);
  std::vector<Observation> list;
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    if (random.chance(0.5)) {
      const bool belt = (cell / 24) % 10 < 3 && cell % 24 > 6;
      list.push_back({cell, false, random.chance(belt ? 0.6 : 0.05), static_cast<float>(random.uniform(0.9, 0.99)), 0});
    }
  }
  return list;
}

/// What a search and its records say, at patchiness k.
void expect_search_slopes(double recorded, double eta, double k) {
  constexpr double kStep = 1e-5;
  for (const bool found : {false, true}) {
    const Term t = search_term(eta, 0.8, found, recorded, k);
    const Term up = search_term(eta + kStep, 0.8, found, recorded, k);
    const Term down = search_term(eta - kStep, 0.8, found, recorded, k);
    EXPECT_NEAR(t.slope, (up.value - down.value) / (2 * kStep), 1e-8);
    EXPECT_NEAR(t.observed, -(up.slope - down.slope) / (2 * kStep), 1e-7);
  }
  const double p = std::exp(search_term(eta, 0.8, true, recorded, k).value);
  const double none = k == 0 ? std::exp(-std::exp(eta)) : std::pow(1 + k * std::exp(eta), -1 / k);
  EXPECT_NEAR(p, 0.8 * (1 - none * std::exp(-recorded)), 1e-12);
  EXPECT_NEAR(p + std::exp(search_term(eta, 0.8, false, recorded, k).value), 1, 1e-12);
}

TEST(Likelihood, SlopesAgreeWithFiniteDifferences) {
  for (const double k : {0.0, 0.3, 4.0}) {
    for (const double recorded : {0.0, 0.4, 2.5}) {
      for (const double eta : {-6.0, -1.0, 0.3, 1.2}) {
        expect_search_slopes(recorded, eta, k);
      }
    }
  }
}

/// Gamma factors of the cells' intensities, mean 1 and variance 2, averaged by draws.
TEST(Likelihood, PatchinessIsTheVarianceOfACellsOwnFactor) {
  base::Random random(7, 1);
  constexpr int kDraws = 200'000;
  double none = 0;
  for (int m = 0; m < kDraws; ++m) {
    none += std::exp(-std::exp(0.4) * random.gamma(0.5, 2)) / kDraws;
  }
  EXPECT_NEAR(none, std::exp(-hazard_at(0.4, 2).value), 0.003);
  EXPECT_NEAR(none, std::exp(-hazard_at(0.4, 0).value), 0.3);
  EXPECT_GT(none, std::exp(-hazard_at(0.4, 0).value) + 0.1) << "patches leave more cells empty";
}

TEST(Likelihood, HazardsOfDrawsAreThoseOfTheFit) {
  for (const double k : {0.0, 0.02, 1.0, 8.0}) {
    std::vector<float> eta;
    for (float at = -30; at < 12; at += 0.037F) {
      eta.push_back(at);
    }
    std::vector<float> hazard = eta;
    to_hazard(hazard, k);
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const double exact = hazard_at(static_cast<double>(eta[i]), k).value;
      ASSERT_NEAR(static_cast<double>(hazard[i]), exact, 2e-6 * exact) << "eta " << eta[i] << ", patchiness " << k;
    }
  }
}

/// What people met, at patchiness k.
void expect_report_slopes(double recorded, double rate, double eta, double k) {
  constexpr double kStep = 1e-5;
  for (const bool met : {false, true}) {
    const auto at = [&](double e) { return report_term(e, rate, met, recorded, k); };
    const Term t = at(eta);
    EXPECT_NEAR(t.slope, (at(eta + kStep).value - at(eta - kStep).value) / (2 * kStep), 1e-7);
    EXPECT_NEAR(t.observed, -(at(eta + kStep).slope - at(eta - kStep).slope) / (2 * kStep), 1e-6);
  }
  EXPECT_NEAR(std::exp(report_term(eta, rate, true, recorded, k).value) +
                  std::exp(report_term(eta, rate, false, recorded, k).value),
              1, 1e-12);
}

TEST(Likelihood, SlopesOfReportsAgreeWithFiniteDifferences) {
  for (const double k : {0.0, 2.0}) {
    for (const double recorded : {0.0, 0.4}) {
      for (const double rate : {0.02, 0.4, 3.0}) {
        for (const double eta : {-9.0, -3.0, 0.3, 1.2}) {
          expect_report_slopes(recorded, rate, eta, k);
        }
      }
    }
  }
}

TEST(FieldFit, GradientOfTheMarginalAgreesWithFiniteDifferences) {
  const evidence::Observations ground = drawn_ground();
  const HazardModel model = make_model(ground, searches(ground, 4), {2, 1500, 400, 6});
  FieldFitter fitter(model, 1500);
  const Hyperparameters at{std::log(300.0), std::log(1.3), std::log(0.6), 1.5, 1, std::log(1.2)};
  const auto fit = fitter.fit(at, FieldFitter::Want::gradient, {kToManyDigits});
  ASSERT_TRUE(fit) << base::to_text(fit.error());
  constexpr double kStep = 1e-3;
  for (std::size_t k = 0; k < Hyperparameters::kCount; ++k) {
    auto up = at.as_array();
    auto down = at.as_array();
    up[k] += kStep;
    down[k] -= kStep;
    const double difference =
        (fitter.fit(Hyperparameters::from(up, 1), FieldFitter::Want::mode, {kToManyDigits})->evidence_bound -
         fitter.fit(Hyperparameters::from(down, 1), FieldFitter::Want::mode, {kToManyDigits})->evidence_bound) /
        (2 * kStep);
    EXPECT_NEAR(fit->gradient[k], difference, 2e-3 * (1 + std::abs(difference))) << "hyperparameter " << k;
  }
}

/// Where the long field stands in the equations decides nothing.
TEST(FieldFit, TheLongFieldInTheBorderGivesTheSameAnswer) {
  const evidence::Observations ground = drawn_ground();
  const HazardModel model = make_model(ground, searches(ground, 4), {2, 600, 400, 6});
  const HazardModel bordered = with_long_in_border(model);
  const Hyperparameters at{std::log(300.0), std::log(1.3), std::log(0.6), 1.5};
  FieldFitter fitter(model, 600);
  FieldFitter other(bordered, 600);
  const auto fit = fitter.fit(at, FieldFitter::Want::mode, {kToManyDigits});
  const auto same = other.fit(at, FieldFitter::Want::mode, {kToManyDigits});
  ASSERT_TRUE(fit && same);
  EXPECT_NEAR(fit->evidence_bound, same->evidence_bound, 1e-6);
  const std::size_t nodes = bordered.latent();
  const std::size_t columns = model.border();
  ASSERT_EQ(same->border.size() - columns, model.latent() - nodes);
  for (std::size_t i = 0; i < model.latent(); ++i) {
    const double there = i < nodes ? same->latent[i] : same->border[columns + i - nodes];
    EXPECT_NEAR(fit->latent[i], there, 1e-6);
  }
  for (std::size_t j = 0; j < columns; ++j) {
    EXPECT_NEAR(fit->border[j], same->border[j], 1e-6);
  }
}

/// Searches along one side, and beyond them blocks of which people met an item in one here and there.
std::vector<Observation> searches_and_lone_reports(const geo::Grid& grid) {
  base::Random random(5);
  std::vector<Observation> list;
  const auto columns = static_cast<std::uint32_t>(grid.columns);
  const std::uint32_t searched = 20 * columns;
  list.reserve(grid.size());
  for (std::uint32_t cell = 0; cell < searched; ++cell) {
    list.push_back({cell, false, random.chance(cell % columns < 20 ? 0.3 : 0.005), 0.9F, 0});
  }
  constexpr std::uint32_t kBlock = 3;
  for (std::uint32_t row = 22; row < static_cast<std::uint32_t>(grid.rows); row += kBlock) {
    for (std::uint32_t column = 1; column < columns; column += kBlock) {
      Observation block{row * columns + column, false, row % 21 == 1 && column % 30 == 10, 0.3F, 1};
      block.report = true;
      list.push_back(block);
    }
  }
  return list;
}

/// Where the field is vague, what a lone report says must not hang on where the fit began.
TEST(FieldFit, TwoStartsFollowLoneReportsToTheSameEnd) {
  evidence::Observations ground;
  ground.grid = {50, 0, 100, 120, 100};
  ground.inside.assign(ground.grid.size(), 1);
  const HazardModel model = make_model(ground, searches_and_lone_reports(ground.grid), {3, 6000, 600, 20});
  const Hyperparameters at{std::log(500.0), std::log(5.3), std::log(0.6), 1.5, 1, std::log(1.2)};
  FieldFitter from_nothing(model, 6000);
  FieldFitter from_elsewhere(model, 6000);
  from_elsewhere.start_at(std::vector<double>(model.latent(), 1.5), std::vector<double>(model.border(), -1.0));
  ASSERT_TRUE(from_nothing.fit(at, FieldFitter::Want::mode, to_the_end(kSettled)));
  ASSERT_TRUE(from_elsewhere.fit(at, FieldFitter::Want::mode, to_the_end(kSettled)));
  std::size_t lone = 0;
  for (std::size_t i = 0; i < model.observations.size(); ++i) {
    if (model.observations[i].report && model.observations[i].found) {
      const Predicted one = from_nothing.predicted(i);
      const Predicted other = from_elsewhere.predicted(i);
      EXPECT_NEAR(one.mean, other.mean, 0.02) << i;
      EXPECT_NEAR(one.variance, other.variance, 0.01 * other.variance) << i;
      ++lone;
    }
  }
  EXPECT_GT(lone, 3U);
}

/// Without fields and effects (vanishing sds) one intercept is left: the mode has a closed form.
TEST(FieldFit, WithoutAFieldTheInterceptIsTheClosedForm) {
  evidence::Observations ground = drawn_ground();
  ground.covariates.clear();
  constexpr std::uint32_t kSearched = 200;
  std::vector<Observation> list;
  list.reserve(kSearched);
  for (std::uint32_t cell = 0; cell < kSearched; ++cell) {
    list.push_back({cell, false, cell < 30, 0.9F, 0});
  }
  const HazardModel model = make_model(ground, list, {2, 1500, 400, 6});
  FieldFitter fitter(model, 1500);
  const auto fit = fitter.fit({std::log(300.0), -9, -9, 2}, FieldFitter::Want::mode, {kToManyDigits});
  ASSERT_TRUE(fit);
  // The exact posterior of the intercept, summed on a fine grid: 30 of 200 searches found, each with 0.9 (1 -
  // exp(-exp(b))).
  double mass = 0;
  double mean = 0;
  for (double b = -4; b < 0; b += 1e-3) {
    const double p = static_cast<double>(0.9F) * -std::expm1(-std::exp(b));
    const double density = std::exp(30 * std::log(p) + 170 * std::log(1 - p) - 0.005 * b * b + 85);
    mass += density;
    mean += density * b;
  }
  EXPECT_NEAR(fit->border[0], mean / mass, 2e-3);
}

TEST(FieldFit, AnEventTermTellsItsOwnSlopes) {
  for (const double shape : {0.3, 2.0, std::numeric_limits<double>::infinity()}) {
    for (const double eta : {-4.0, 0.0, 1.5}) {
      constexpr double kStep = 1e-4;
      const auto at = [&](double x) { return event_term(x, 3.0, 2.0, shape); };
      const Term term = at(eta);
      EXPECT_NEAR(term.slope, (at(eta + kStep).value - at(eta - kStep).value) / (2 * kStep), 1e-6);
      EXPECT_NEAR(term.observed, -(at(eta + kStep).slope - at(eta - kStep).slope) / (2 * kStep), 1e-6);
    }
  }
  EXPECT_NEAR(event_term(0.5, 3.0, 2.0, 1e7).slope, event_term(0.5, 3.0, 2.0, INFINITY).slope, 1e-5);
}

/// One cell with 7 events at exposure 2, no field: the posterior of the rate is Gamma(7, 2), but for a prior of sd 10,
/// and E[log rate] = digamma(7) - log 2 = 1.1797. The variational mean is within a thousandth of the bound's own error
/// there.
TEST(FieldFit, OneEventCountIsTheGammaPoissonPosterior) {
  evidence::Observations ground = drawn_ground();
  ground.covariates.clear();
  const HazardModel model = make_model(ground, {{100, true, false, 2.0F, 7.0F}}, {2, 1500, 400, 6});
  FieldFitter fitter(model, 1500);
  const auto fit = fitter.fit({std::log(300.0), -9, -9, 2}, FieldFitter::Want::mode, {kToManyDigits});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->border[0], 1.1797, 0.01);
}

}  // namespace
}  // namespace firmground::estimate
