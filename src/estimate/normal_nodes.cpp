#include "estimate/normal_nodes.h"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "estimate/hermite.h"

namespace firmground::estimate {

namespace {

std::vector<NormalNode> hermite() {
  std::vector<NormalNode> nodes;
  nodes.reserve(kHermiteNodes.size());
  for (std::size_t k = 0; k < kHermiteNodes.size(); ++k) {
    nodes.push_back({kHermiteNodes[k], kHermiteWeights[k]});
  }
  return nodes;
}

/// Nodes `step` apart from `first` on; what lies below the first is counted there.
std::vector<NormalNode> trapezoidal(double first, double step, int count) {
  std::vector<NormalNode> nodes;
  nodes.reserve(static_cast<std::size_t>(count));
  double rest = 1;
  for (int k = 0; k < count; ++k) {
    const double at = first + step * k;
    nodes.push_back({at, step * std::exp(-0.5 * at * at) / std::sqrt(2 * std::numbers::pi)});
    rest -= nodes.back().weight;
  }
  nodes.front().weight += rest;
  return nodes;
}

}  // namespace

NormalNodes nodes_of(std::size_t rule) {
  static const std::array<std::vector<NormalNode>, kNodeRules> rules = {hermite(),
                                                                        trapezoidal(-4.8, 0.8, 13),
                                                                        trapezoidal(-5.2, 0.52, 21),
                                                                        trapezoidal(-5.18, 0.37, 29),
                                                                        trapezoidal(-1.1, 0.55, 12),
                                                                        trapezoidal(-0.8, 0.4, 16),
                                                                        trapezoidal(-0.62, 0.31, 20)};
  return rules[rule];
}

}  // namespace firmground::estimate
