#include "estimate/mean_terms.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/wide_vectors.h"
#include "estimate/hermite.h"
#include "estimate/lane_math.h"

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

constexpr std::size_t kBatch = 128;
constexpr double kMostMet = 1 - 1e-8;  ///< of searches, which detect less; keeps lanes of reports in range
using Lanes = std::array<double, kBatch>;

/// Observations without finds: what the loops over lanes read and write.
struct Quiet {
  Lanes eta, sd, detection, recorded, report;
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

FG_WIDE_VECTORS void say(Quiet& q, double weight) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    const double absent = lane_exp(-std::min(q.hazard[i] + q.recorded[i], 700.0));
    const double met = q.detection[i] * (1 - absent);
    const double bend = q.detection[i] * (q.curvature[i] - q.slope[i] * q.slope[i]) * absent;
    const double climb = q.detection[i] * q.slope[i] * absent;
    const bool report = q.report[i] != 0;
    const double unmet = report ? 1.0 : 1 - met;
    const double down = climb / unmet;
    const double log_unmet = lane_log(1 - std::min(met, kMostMet));
    q.value[i] += weight * (report ? -met : log_unmet);
    q.first[i] -= weight * down;
    q.second[i] += weight * (bend / unmet + (report ? 0.0 : down * down));
    q.slope[i] = weight * down;
  }
}

FG_WIDE_VECTORS void say_of_patchiness(Quiet& q, const Lanes& steepness) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    q.by_patchiness[i] -= q.slope[i] * (1 - q.hazard[i] / steepness[i]);
  }
}

void find_quiet(Quiet& q, const CommonLaw& law, bool with_patchiness) {
  for (Lanes* sums : {&q.value, &q.first, &q.second, &q.by_patchiness}) {
    sums->fill(0);
  }
  for (std::size_t k = 0; k < kHermiteNodes.size(); ++k) {
    find_hazard(q, kHermiteNodes[k], law.patchiness);
    const Lanes steepness = q.slope;
    say(q, kHermiteWeights[k]);
    if (with_patchiness) {
      say_of_patchiness(q, steepness);
    }
  }
}

void find_one(const Observation& o, double eta, double sd, const CommonLaw& law, std::size_t at, const MeanTerms& out) {
  Term mean{};
  double by_patchiness = 0;
  const double worth = worth_of(o, law);
  for (std::size_t k = 0; k < kHermiteNodes.size(); ++k) {
    const double node = eta + sd * kHermiteNodes[k];
    const Term t = term_of(o, node, law);
    mean.value += kHermiteWeights[k] * t.value;
    mean.slope += kHermiteWeights[k] * t.slope;
    mean.observed += kHermiteWeights[k] * t.observed;
    if (!out.by_patchiness.empty()) {
      const Hazard hazard = hazard_at(node, law.patchiness);
      by_patchiness += kHermiteWeights[k] * t.slope * (1 - hazard.value / hazard.slope);
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
  Quiet q{};
  std::array<std::size_t, kBatch> at{};
  std::size_t filled = 0;
  const auto flush = [&] {
    find_quiet(q, law, !out.by_patchiness.empty());
    for (std::size_t lane = 0; lane < filled; ++lane) {
      const double worth = worth_of(observations[at[lane]], law);
      out.value[at[lane]] = worth * q.value[lane];
      out.slope[at[lane]] = worth * q.first[lane];
      out.observed[at[lane]] = worth * q.second[lane];
      if (!out.by_patchiness.empty()) {
        out.by_patchiness[at[lane]] = worth * q.by_patchiness[lane];
      }
    }
    filled = 0;
  };
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const Observation& o = observations[i];
    if (o.found || o.events) {
      find_one(o, eta[i], sd[i], law, i, out);
      continue;
    }
    q.eta[filled] = eta[i];
    q.sd[filled] = sd[i];
    q.detection[filled] = static_cast<double>(o.detection);
    q.recorded[filled] = static_cast<double>(o.recorded);
    q.report[filled] = o.report ? 1 : 0;
    at[filled] = i;
    if (++filled == kBatch) {
      flush();
    }
  }
  if (filled > 0) {
    flush();
  }
}

}  // namespace firmground::estimate
