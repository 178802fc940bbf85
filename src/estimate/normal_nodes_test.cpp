#include "estimate/normal_nodes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "estimate/likelihood.h"

namespace firmground::estimate {
namespace {

/// What a search says on average: its log likelihood, slope times sd and curvature times variance.
Term mean_term(NormalNodes nodes, double mean, double sd, bool found) {
  Term sum{};
  for (const NormalNode& node : nodes) {
    const Term t = search_term(mean + sd * node.at, 0.95, found, 0.0, 1.0);
    sum.value += node.weight * t.value;
    sum.slope += node.weight * t.slope * sd;
    sum.observed += node.weight * t.observed * sd * sd;
  }
  return sum;
}

std::vector<NormalNode> very_fine() {
  std::vector<NormalNode> nodes;
  double sum = 0;
  for (int k = -4000; k <= 4000; ++k) {
    const double at = k / 500.0;
    nodes.push_back({at, std::exp(-0.5 * at * at)});
    sum += nodes.back().weight;
  }
  for (NormalNode& node : nodes) {
    node.weight /= sum;
  }
  return nodes;
}

/// Of means in [lowest, highest] times sd.
double farthest_off(double sd, double lowest, double highest, NormalNodes nodes, bool found) {
  const std::vector<NormalNode> fine = very_fine();
  double off = 0;
  for (double at = lowest; at <= highest; at += 0.13) {
    const Term is = mean_term(nodes, at * sd, sd, found);
    const Term should = mean_term(fine, at * sd, sd, found);
    off = std::max({off, std::abs(is.value - should.value), std::abs(is.slope - should.slope),
                    std::abs(is.observed - should.observed)});
  }
  return off;
}

TEST(NormalNodes, GiveMeansWhateverTheSpread) {
  for (const double sd : {0.1, 0.7, 1.4, 1.5, 1.9, 2.0, 2.5, 3.0, 3.1, 3.6, 4.0, 4.3}) {
    for (const bool found : {false, true}) {
      EXPECT_LT(farthest_off(sd, -4, 1, nodes_of(rule_for(sd)), found), 0.001) << sd;
    }
  }
}

TEST(NormalNodes, FewGiveMeansWhereAlmostNothingIsExpected) {
  for (const double sd : {2.0, 2.7, 2.8, 3.3, 3.6, 3.7, 4.3}) {
    const NormalNodes nodes = nodes_of(rule_for(-2 * sd, sd));
    EXPECT_LE(nodes.size(), 20U);
    EXPECT_LT(farthest_off(sd, -6, -2, nodes, false), 0.001) << sd;
  }
}

/// Why nine are not enough for all: a weight a fifth off makes a fit stop where another start would not.
TEST(NormalNodes, NineAreTooFewWhereTheFieldIsVague) {
  EXPECT_GT(farthest_off(3.3, -4, 1, nodes_of(0), false), 0.1);
}

}  // namespace
}  // namespace firmground::estimate
