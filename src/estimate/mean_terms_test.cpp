#include "estimate/mean_terms.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "estimate/lane_math.h"
#include "estimate/normal_nodes.h"

namespace firmground::estimate {
namespace {

TEST(LaneMath, IsExpAndLog) {
  for (double x = -699; x < 700; x += 0.37) {
    EXPECT_NEAR(lane_exp(x) / std::exp(x), 1, 4e-16 * (1 + std::abs(x))) << x;
  }
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    EXPECT_NEAR(lane_log(x), std::log(x), 1e-15 * (1 + std::abs(std::log(x)))) << x;
  }
  for (double near = 1e-16; near < 0.4; near *= 1.7) {
    EXPECT_NEAR(lane_log(1 - near), std::log1p(-(1 - (1 - near))), 1e-15 * near + 1e-22) << near;
  }
}

std::vector<Observation> all_sorts() {
  std::vector<Observation> result;
  for (const float detection : {0.02F, 0.6F, 0.97F, 0.999999F}) {
    for (const float recorded : {0.0F, 0.3F}) {
      for (const bool found : {false, true}) {
        for (const bool report : {false, true}) {
          Observation o{0, false, found, report ? 40 * detection : detection, 0, recorded};
          o.report = report;
          result.push_back(o);
        }
      }
    }
  }
  return result;
}

/// Many at once are what one after another would be.
TEST(MeanTerms, AreMeansOverTheNodes) {
  constexpr std::array<double, 4> kSds = {1.3, 1.7, 2.5, 3.3};  // a rule each
  for (const double patchiness : {0.0, 0.02, 1.8}) {
    const CommonLaw law{patchiness, std::numeric_limits<double>::infinity(), patchiness > 1 ? 0.6 : 1.0};
    for (const double eta : {-30.0, -6.0, 0.0, 4.0}) {
      std::vector<Observation> list;
      while (list.size() < 1200) {  // more than go through at once
        const std::vector<Observation> sorts = all_sorts();
        list.insert(list.end(), sorts.begin(), sorts.end());
      }
      const std::vector<double> etas(list.size(), eta);
      std::vector<double> sds(list.size());
      for (std::size_t i = 0; i < sds.size(); ++i) {
        sds[i] = kSds[i % kSds.size()];
      }
      std::vector<double> value(list.size());
      std::vector<double> slope(list.size());
      std::vector<double> observed(list.size());
      std::vector<double> by_patchiness(patchiness > 0 ? list.size() : 0);
      find_mean_terms(list, etas, sds, law, {value, slope, observed, by_patchiness});
      for (std::size_t i = 0; i < list.size(); ++i) {
        Term mean{};
        double of_patchiness = 0;
        for (const NormalNode& node : nodes_of(list[i].found ? rule_for(sds[i]) : rule_for(eta, sds[i]))) {
          const double at = eta + sds[i] * node.at;
          const Term t = term_of(list[i], at, law);
          mean.value += node.weight * t.value;
          mean.slope += node.weight * t.slope;
          mean.observed += node.weight * t.observed;
          constexpr double kStep = 1e-4;
          const double up = term_of(list[i], at, {patchiness * std::exp(kStep), law.event_shape}).value;
          const double down = term_of(list[i], at, {patchiness * std::exp(-kStep), law.event_shape}).value;
          of_patchiness += node.weight * (up - down) / (2 * kStep);
        }
        if (!list[i].report) {
          for (double* of_search : {&mean.value, &mean.slope, &mean.observed, &of_patchiness}) {
            *of_search *= law.search_worth;
          }
        }
        EXPECT_NEAR(value[i], mean.value, 1e-12 * (1 + std::abs(mean.value)));
        EXPECT_NEAR(slope[i], mean.slope, 1e-12 * (1 + std::abs(mean.slope)));
        EXPECT_NEAR(observed[i], mean.observed, 1e-11 * (1 + std::abs(mean.observed)));
        if (patchiness > 0) {
          EXPECT_NEAR(by_patchiness[i], of_patchiness, 1e-6 * (1 + std::abs(of_patchiness)));
        }
      }
    }
  }
}

}  // namespace
}  // namespace firmground::estimate
