#include "estimate/survey_value.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace firmground::estimate {
namespace {

constexpr double kA = 0.6, kB = 3.4;  // of the beta law of P(any)

/// Draws of a beta variable, as many as make its moments good to a per mille.
std::vector<float> beta_draws(std::size_t count, double a = kA, double b = kB) {
  base::Random random(5);
  std::vector<float> draws;
  draws.reserve(count);
  for (std::size_t m = 0; m < count; ++m) {
    draws.push_back(static_cast<float>(random.beta(a, b)));
  }
  return draws;
}

/// n cells that hold an item each with the same P, of which `surveyed` are surveyed.
Preposterior alike(const std::vector<float>& any, std::size_t cells, std::size_t surveyed, double detection) {
  std::vector<SurveyUnit> units;
  RestOfGround rest{std::vector<double>(any.size()), std::vector<double>(any.size())};
  for (std::size_t m = 0; m < any.size(); ++m) {
    const auto p = static_cast<double>(any[m]);
    rest.items[m] = static_cast<double>(cells - surveyed) * p;
    rest.variance[m] = static_cast<double>(cells) * p * (1 - p);
  }
  units.assign(surveyed, {any, any, 1, static_cast<float>(detection), static_cast<float>(1 - detection), true});
  return preposterior(units, rest);
}

double log_beta(double a, double b) {
  return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

/// The value of searching `surveyed` of `cells` alike cells surely, by the beta-binomial law.
double closed_form(std::size_t cells, std::size_t surveyed, const DecisionCosts& costs) {
  const auto n = static_cast<double>(surveyed);
  const auto all = static_cast<double>(cells);
  double after = 0;
  for (std::size_t found = 0; found <= surveyed; ++found) {
    const auto t = static_cast<double>(found);
    const double chance = std::exp(std::lgamma(n + 1) - std::lgamma(t + 1) - std::lgamma(n - t + 1) +
                                   log_beta(kA + t, kB + n - t) - log_beta(kA, kB));
    const double items = t + (all - n) * (kA + t) / (kA + kB + n);
    after += chance * std::min(0.0, costs.release_over_clearing(items));
  }
  return std::min(0.0, costs.release_over_clearing(all * kA / (kA + kB))) - after;
}

TEST(SurveyValue, OfOneCellIsTheClosedForm) {
  const std::vector<float> any = beta_draws(20'000);
  const double mean = kA / (kA + kB);
  for (const double detection : {0.3, 0.6, 0.95}) {
    for (const double threshold : {0.03, 0.12, 0.4}) {  // items from which on clearing pays
      const DecisionCosts costs{threshold, 1, 1};
      const double found = detection * mean;  // one item, found or not
      const double after =
          std::min(0.0, (1 - threshold) * found) + std::min(0.0, (1 - detection) * mean - threshold * (1 - found));
      const double exact = std::min(0.0, mean - threshold) - after;
      EXPECT_NEAR(decision_value(alike(any, 1, 1, detection), costs).value, exact, 0.002) << detection << threshold;
    }
  }
}

TEST(SurveyValue, OfCellsAlikeIsThatOfTheBetaBinomialLaw) {
  const std::vector<float> any = beta_draws(20'000);
  for (const std::size_t surveyed : {3U, 12U}) {  // told apart exactly
    const DecisionCosts costs{18, 1, 1};
    const double exact = closed_form(120, surveyed, costs);
    ASSERT_GT(exact, 0.5);
    EXPECT_NEAR(decision_value(alike(any, 120, surveyed, 0.995), costs).value, exact, 0.02 * exact) << surveyed;
  }
  const DecisionCosts costs{90, 1, 1};  // as normal
  const double exact = closed_form(600, 200, costs);
  EXPECT_NEAR(decision_value(alike(any, 600, 200, 0.995), costs).value, exact, 0.02 * exact);
}

TEST(SurveyValue, IsNotNegativeNotAboveKnowingAllAndGrowsWithDetectionAndSample) {
  const std::vector<float> any = beta_draws(2'000);
  base::Random random(9);
  for (const double threshold : {2.0, 6.0, 15.0, 30.0}) {
    const DecisionCosts costs{threshold, 1, 1};
    std::vector<double> numbers;
    for (const float p : any) {
      for (int k = 0; k < 10; ++k) {
        numbers.push_back(static_cast<double>(random.binomial(60, static_cast<double>(p))));
      }
    }
    const double most = value_of_knowing(numbers, costs);
    double last = -1;
    for (const double detection : {0.05, 0.2, 0.4, 0.6, 0.9}) {
      const double value = decision_value(alike(any, 60, 10, detection), costs).value;
      EXPECT_GE(value, 0);
      EXPECT_GE(value, last - 1e-9) << "detection " << detection << ", threshold " << threshold;
      EXPECT_LE(value, most + 0.01 * threshold);
      last = value;
    }
    last = -1;
    for (const std::size_t surveyed : {1U, 4U, 10U, 30U, 60U}) {
      const double value = decision_value(alike(any, 60, surveyed, 0.6), costs).value;
      EXPECT_GE(value, last - 0.005 * threshold) << surveyed << " surveyed, threshold " << threshold;
      EXPECT_LE(value, most + 0.01 * threshold);
      last = value;
    }
  }
}

TEST(SurveyValue, OfGroundBesideComesFromWhatBothHaveInCommon) {
  const std::vector<float> any = beta_draws(4'000);
  std::vector<float> shuffled = any;
  std::reverse(shuffled.begin(), shuffled.end());  // independent draws: nothing in common
  RestOfGround rest{{}, {}};
  for (const float p : any) {
    rest.items.push_back(40 * static_cast<double>(p));
    rest.variance.push_back(40 * static_cast<double>(p * (1 - p)));
  }
  const DecisionCosts costs{6, 1, 1};
  const std::vector<SurveyUnit> beside(5, {any, any, 1, 0.6F, 0.4F, false});
  const std::vector<SurveyUnit> elsewhere(5, {shuffled, shuffled, 1, 0.6F, 0.4F, false});
  const Preposterior tells = preposterior(beside, rest);
  EXPECT_GT(decision_value(tells, costs).value, 0.3);
  EXPECT_LT(expected_variance(tells), 0.8 * tells.variance);
  EXPECT_LT(decision_value(preposterior(elsewhere, rest), costs).value, 0.05);
}

TEST(SurveyValue, UncertaintyExpectedAfterwardsIsThatOfTwoCellsCountedOut) {
  // Two cells, two draws; the first cell is surveyed: all outcomes by hand.
  const std::vector<float> first = {0.2F, 0.8F};
  const std::vector<float> second = {0.1F, 0.7F};
  const double d = 0.5;
  RestOfGround rest{{0.1, 0.7}, {0.2 * 0.8 + 0.1 * 0.9, 0.8 * 0.2 + 0.7 * 0.3}};
  const std::vector<SurveyUnit> units = {{first, first, 1, 0.5F, 0.5F, true}};
  const Preposterior before = preposterior(units, rest);
  const double found = d * 0.5;  // mean of .2 and .8, times d
  const double items_found = (d * 0.2 * (1 + 0.1) + d * 0.8 * (1 + 0.7)) / 2 / found;
  const double items_none = (0.9 - found * items_found) / (1 - found);
  EXPECT_NEAR(before.items, 0.9, 1e-6);
  EXPECT_NEAR(before.items_if_any, items_found, 1e-6);
  EXPECT_NEAR(before.items_if_none, items_none, 1e-6);
  EXPECT_NEAR(before.chance_none, 1 - found, 1e-6);
  const double second_moment = ((0.3 * 0.3 + rest.variance[0]) + (1.5 * 1.5 + rest.variance[1])) / 2;
  const double variance = second_moment - 0.9 * 0.9;
  EXPECT_NEAR(before.variance, variance, 1e-6);
  const double between = found * std::pow(items_found - 0.9, 2) + (1 - found) * std::pow(items_none - 0.9, 2);
  EXPECT_NEAR(expected_variance(before), variance - between, 1e-6);
}

TEST(SurveyValue, ADecisionThatNoFindTurnsIsWorthNothing) {
  const std::vector<float> any = beta_draws(500);
  const DecisionValue hopeless = decision_value(alike(any, 60, 10, 0.6), {1e-6, 1, 1});
  EXPECT_EQ(hopeless.now, Release::clear);
  EXPECT_EQ(hopeless.value, 0);
  EXPECT_EQ(hopeless.chance_of_change, 0);
  EXPECT_NEAR(hopeless.chance_cleared, 1, 1e-9);
  const DecisionValue dear = decision_value(alike(any, 60, 10, 0.6), {1e6, 1, 1});
  EXPECT_EQ(dear.now, Release::release);
  EXPECT_EQ(dear.value, 0);
}

}  // namespace
}  // namespace firmground::estimate
