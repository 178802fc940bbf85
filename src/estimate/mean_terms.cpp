#include "estimate/mean_terms.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/wide_vectors.h"
#include "estimate/lane_math.h"
#include "estimate/normal_nodes.h"

namespace firmground::estimate {

Term term_of(const Observation& o, double eta, const CommonLaw& law) {
  const auto detection = static_cast<double>(o.detection);
  const auto recorded = static_cast<double>(o.recorded);
  if (o.report) {
    return report_term(eta, detection, o.found, recorded, law.patchiness);
  }
  return o.events ? event_term(eta, detection, static_cast<double>(o.count), law.event_shape)
                  : search_term(eta, detection, o.found, recorded, law.patchiness);
}

namespace {

double worth_of(const Observation& o, const CommonLaw& law) {
  return o.report || o.events ? 1.0 : law.search_worth;
}

constexpr std::size_t kBatch = 32;     ///< what is left over of a batch is computed in vain
constexpr double kMostMet = 1 - 1e-8;  ///< searches detect less
using Lanes = std::array<double, kBatch>;

/// Observations without finds: what the loops over lanes read and write.
struct Quiet {
  Lanes eta, sd, detection, recorded;
  Lanes hazard, slope, curvature;  ///< hazard_at() of the node
  Lanes value, first, second;      ///< sums over nodes; of derivatives by eta
  Lanes by_patchiness;
};

FG_WIDE_VECTORS void find_hazard(Quiet& q, double node, double patchiness) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    q.hazard[i] = lane_exp(std::max(-700.0, std::min(q.eta[i] + q.sd[i] * node, 30.0)));
  }
  if (patchiness == 0) {
    q.curvature = q.slope = q.hazard;
    return;
  }
  const double inverse = 1 / patchiness;
  for (std::size_t i = 0; i < kBatch; ++i) {
    const double sum = 1 + patchiness * q.hazard[i];
    q.slope[i] = q.hazard[i] / sum;
    q.curvature[i] = q.slope[i] / sum;
    q.hazard[i] = lane_log(sum) * inverse;
  }
}

FG_WIDE_VECTORS void say_of_searches(Quiet& q, double weight) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    const double absent = lane_exp(-std::min(q.hazard[i] + q.recorded[i], 700.0));
    const double met = q.detection[i] * (1 - absent);
    const double bend = q.detection[i] * (q.curvature[i] - q.slope[i] * q.slope[i]) * absent;
    const double climb = q.detection[i] * q.slope[i] * absent;
    const double unmet = 1 - std::min(met, kMostMet);
    const double down = climb / unmet;
    q.value[i] += weight * lane_log(unmet);
    q.first[i] -= weight * down;
    q.second[i] += weight * (bend / unmet + down * down);
    q.slope[i] = weight * down;
  }
}

FG_WIDE_VECTORS void say_of_reports(Quiet& q, double weight) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    const double absent = lane_exp(-std::min(q.hazard[i] + q.recorded[i], 700.0));
    const double of_rate = weight * q.detection[i];
    q.value[i] -= of_rate * (1 - absent);
    q.first[i] -= of_rate * q.slope[i] * absent;
    q.second[i] += of_rate * (q.curvature[i] - q.slope[i] * q.slope[i]) * absent;
    q.slope[i] *= of_rate * absent;
  }
}

FG_WIDE_VECTORS void say_of_patchiness(Quiet& q, const Lanes& steepness) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    q.by_patchiness[i] -= q.slope[i] * (1 - q.hazard[i] / steepness[i]);
  }
}

void find_quiet(Quiet& q, bool reports, const CommonLaw& law, NormalNodes nodes, bool with_patchiness) {
  for (Lanes* sums : {&q.value, &q.first, &q.second, &q.by_patchiness}) {
    sums->fill(0);
  }
  for (const NormalNode& node : nodes) {
    find_hazard(q, node.at, law.patchiness);
    const Lanes steepness = q.slope;
    if (reports) {
      say_of_reports(q, node.weight);
    } else {
      say_of_searches(q, node.weight);
    }
    if (with_patchiness) {
      say_of_patchiness(q, steepness);
    }
  }
}

void find_one(const Observation& o, double eta, double sd, const CommonLaw& law, std::size_t at, const MeanTerms& out) {
  Term mean{};
  double by_patchiness = 0;
  const double worth = worth_of(o, law);
  for (const NormalNode& node : nodes_of(law.roughly || o.events ? kHermiteRule : rule_for(sd))) {
    const double there = eta + sd * node.at;
    const Term t = term_of(o, there, law);
    mean.value += node.weight * t.value;
    mean.slope += node.weight * t.slope;
    mean.observed += node.weight * t.observed;
    if (!out.by_patchiness.empty()) {
      const Hazard hazard = hazard_at(there, law.patchiness);
      by_patchiness += node.weight * t.slope * (1 - hazard.value / hazard.slope);
    }
  }
  out.value[at] = worth * mean.value;
  out.slope[at] = worth * mean.slope;
  out.observed[at] = worth * mean.observed;
  if (!out.by_patchiness.empty()) {
    out.by_patchiness[at] = worth * by_patchiness;
  }
}

}  // namespace

void find_mean_terms(std::span<const Observation> observations, std::span<const double> eta, std::span<const double> sd,
                     const CommonLaw& law, const MeanTerms& out) {
  struct Filling {
    Quiet quiet{};
    std::array<std::size_t, kBatch> at{};
    std::size_t filled = 0;
  };
  std::array<Filling, 2 * kNodeRules> waiting;  // searches by rule, then reports
  const auto flush = [&](std::size_t which) {
    Filling& f = waiting[which];
    Quiet& q = f.quiet;
    find_quiet(q, which >= kNodeRules, law, nodes_of(which % kNodeRules), !out.by_patchiness.empty());
    for (std::size_t lane = 0; lane < f.filled; ++lane) {
      const std::size_t i = f.at[lane];
      const double worth = worth_of(observations[i], law);
      out.value[i] = worth * q.value[lane];
      out.slope[i] = worth * q.first[lane];
      out.observed[i] = worth * q.second[lane];
      if (!out.by_patchiness.empty()) {
        out.by_patchiness[i] = worth * q.by_patchiness[lane];
      }
    }
    f.filled = 0;
  };
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const Observation& o = observations[i];
    if (o.found || o.events) {
      find_one(o, eta[i], sd[i], law, i, out);
      continue;
    }
    const std::size_t which = (law.roughly ? kHermiteRule : rule_for(eta[i], sd[i])) + (o.report ? kNodeRules : 0);
    Filling& f = waiting[which];
    f.quiet.eta[f.filled] = eta[i];
    f.quiet.sd[f.filled] = sd[i];
    f.quiet.detection[f.filled] = static_cast<double>(o.detection);
    f.quiet.recorded[f.filled] = static_cast<double>(o.recorded);
    f.at[f.filled] = i;
    if (++f.filled == kBatch) {
      flush(which);
    }
  }
  for (std::size_t which = 0; which < waiting.size(); ++which) {
    if (waiting[which].filled > 0) {
      flush(which);
    }
  }
}

}  // namespace firmground::estimate
