#include "estimate/cell_means.h"

#include <algorithm>

#include "base/wide_vectors.h"
#include "estimate/lane_math.h"
#include "estimate/normal_nodes.h"

namespace firmground::estimate {

namespace {

FG_WIDE_VECTORS void find_absence(const CellMeans& cells, double node, double patchiness, std::vector<double>& absent) {
  const std::size_t count = absent.size();
  const double* mean = cells.mean.data();
  const double* sd = cells.sd.data();
  const double* recorded = cells.recorded.data();
  double* hazard = absent.data();
  for (std::size_t i = 0; i < count; ++i) {
    hazard[i] = lane_exp(std::max(-700.0, std::min(mean[i] + sd[i] * node, 30.0)));
  }
  const double inverse = patchiness > 0 ? 1 / patchiness : 0;
  for (std::size_t i = 0; i < count && patchiness > 0; ++i) {
    hazard[i] = lane_log(1 + patchiness * hazard[i]) * inverse;
  }
  for (std::size_t i = 0; i < count; ++i) {
    hazard[i] = lane_exp(-std::min(hazard[i] + recorded[i], 700.0));
  }
}

FG_WIDE_VECTORS void add_node(const std::vector<double>& absent, double weight, CellMeans& cells) {
  const std::size_t count = absent.size();
  const double* detected = cells.detected.data();
  double* presence = cells.presence.data();
  double* probability = cells.probability.data();
  for (std::size_t i = 0; i < count; ++i) {
    const double present = 1 - absent[i];
    presence[i] += weight * present;
    probability[i] += weight * present / (1 - present * detected[i]);
  }
}

}  // namespace

void CellMeans::resize(std::size_t cells) {
  for (auto* v : {&mean, &sd, &recorded, &detected, &missed, &left, &presence, &probability, &items}) {
    v->resize(cells);
  }
}

void find_cell_means(double patchiness, CellMeans& cells) {
  std::fill(cells.presence.begin(), cells.presence.end(), 0.0);
  std::fill(cells.probability.begin(), cells.probability.end(), 0.0);
  std::vector<double> absent(cells.mean.size());
  const double widest = cells.sd.empty() ? 0.0 : *std::max_element(cells.sd.begin(), cells.sd.end());
  for (const NormalNode& node : nodes_of(rule_for(widest))) {
    find_absence(cells, node.at, patchiness, absent);
    add_node(absent, node.weight, cells);
  }
  for (std::size_t i = 0; i < absent.size(); ++i) {
    const double odds = cells.probability[i];  // of presence, for each part that a search left
    cells.probability[i] = odds * cells.missed[i];
    cells.items[i] = odds * cells.left[i];
  }
}

}  // namespace firmground::estimate
