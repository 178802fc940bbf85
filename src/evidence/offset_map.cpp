#include "evidence/offset_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"

namespace firmground::evidence {

namespace {

constexpr int kSide = OffsetLattice::kSide;
constexpr double kLegSpread_m = 20;  ///< of ground that legs lead to: compass and tape, no map sheet

/// Finds under an outline are one clump laid by one unit, not so many independent witnesses: what they say of existence
/// is tempered. Chosen for calibration on invented countries apart from those of the published figures.
constexpr double kTempered = 0.75;

// Weak priors, printed in docs/methods/record-reconciliation.md.
constexpr double kShiftPrior_m = 150;
constexpr double kSpreadPrior_m = 25;
constexpr double kSpreadPriorWeight = 6;
constexpr double kWidePrior = 0.08;
constexpr double kWidePriorWeight = 12;
constexpr double kHypothesisPriorWeight = 12;
constexpr int kRounds = 30;
constexpr int kStarts = 3;

/// Probability of each lattice interval under a normal law.
std::vector<double> steps_of(double mean, double deviation_m) {
  std::vector<double> mass(kSide);
  const auto below = [&](double x) { return 0.5 * std::erfc((mean - x) / deviation_m / std::sqrt(2.0)); };
  for (int i = 0; i < kSide; ++i) {
    const double x = OffsetLattice::at(i);
    mass[static_cast<std::size_t>(i)] = below(x + OffsetLattice::kStep_m / 2) - below(x - OffsetLattice::kStep_m / 2);
  }
  return mass;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double v : values) {
    total += v;
  }
  return total;
}

/// What one pass over the records of a source adds up.
struct Tally {
  double log_likelihood = 0;
  double records = 0;
  double findable = 0;
  std::vector<double> hypotheses;
  double main = 0, x = 0, y = 0, xx = 0, yy = 0;
  double wide = 0;
  void add(const Tally& o) {
    log_likelihood += o.log_likelihood;
    records += o.records;
    findable += o.findable;
    for (std::size_t h = 0; h < hypotheses.size(); ++h) {
      hypotheses[h] += o.hypotheses[h];
    }
    main += o.main;
    x += o.x;
    y += o.y;
    xx += o.xx;
    yy += o.yy;
    wide += o.wide;
  }
};

struct Moments {
  double main = 0, x = 0, y = 0, xx = 0, yy = 0, wide = 0;
};

/// First and second moments of the offset under the main component; row sums keep the inner loop short.
Moments moments_of(const OffsetMap& map, const OffsetPrior& prior) {
  Moments m;
  for (int iy = 0; iy < kSide; ++iy) {
    const float* line = &map.ratio[static_cast<std::size_t>(iy) * kSide];
    double row = 0, row_x = 0, row_xx = 0;
    for (int ix = 0; ix < kSide; ++ix) {
      const auto ratio = static_cast<double>(line[ix]);
      const double main = prior.main_part(ix, iy) * ratio;
      const double dx = OffsetLattice::at(ix);
      row += main;
      row_x += main * dx;
      row_xx += main * dx * dx;
      m.wide += prior.at(ix, iy) * ratio - main;
    }
    const double dy = OffsetLattice::at(iy);
    m.main += row;
    m.x += row_x;
    m.xx += row_xx;
    m.y += row * dy;
    m.yy += row * dy * dy;
  }
  return m;
}

void tally_record(const RecordMaps& record, const SourceState& state, const OffsetPrior& own, const OffsetPrior& legs,
                  Tally& tally) {
  const OffsetPrior& prior = record.own_place ? own : legs;
  const std::vector<double> weights = candidate_weights(record, state);
  std::vector<double> logs(record.candidates.size());
  double top = 0;
  for (std::size_t c = 0; c < logs.size(); ++c) {
    logs[c] = std::log(std::max(weights[c], 1e-12)) + log_evidence(record.candidates[c], prior);
    top = std::max(top, logs[c]);
  }
  double there = 0;
  for (double& each : logs) {
    each = std::exp(each - top);
    there += each;
  }
  const double log_there = kTempered * (std::log(there) + top);
  const double top_of_both = std::max(0.0, log_there);
  const double total =
      state.findable * std::exp(log_there - top_of_both) + (1 - state.findable) * std::exp(-top_of_both);
  const double findable = state.findable * std::exp(log_there - top_of_both) / total;
  tally.log_likelihood += std::log(total) + top_of_both;
  tally.records += 1;
  tally.findable += findable;
  for (std::size_t c = 0; c < logs.size(); ++c) {
    const double share = findable * logs[c] / std::max(there, 1e-300);
    const OffsetMap& map = record.candidates[c];
    tally.hypotheses[map.hypothesis] += share;
    if (!record.own_place || !map.informative() || share < 1e-4) {
      continue;
    }
    const Moments m = moments_of(map, prior);
    const double scale = share / std::max(m.main + m.wide + (1 - prior.mass()) * std::exp(-map.log_scale), 1e-300);
    tally.main += scale * m.main;
    tally.wide += scale * m.wide;
    tally.x += scale * m.x;
    tally.y += scale * m.y;
    tally.xx += scale * m.xx;
    tally.yy += scale * m.yy;
  }
}

Tally tally_of(const std::vector<const RecordMaps*>& records, const SourceState& state) {
  const OffsetPrior own(state, true);
  const OffsetPrior legs(state, false);
  constexpr std::size_t kGrain = 16;
  std::vector<Tally> parts((records.size() + kGrain - 1) / kGrain);
  base::parallel_for(records.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    Tally& part = parts[begin / kGrain];
    part.hypotheses.resize(state.weights.size());
    for (std::size_t i = begin; i < end; ++i) {
      tally_record(*records[i], state, own, legs, part);
    }
  });
  Tally total;
  total.hypotheses.resize(state.weights.size());
  for (const Tally& part : parts) {
    total.add(part);
  }
  return total;
}

SourceState updated(const SourceState& state, const Tally& t, const std::vector<double>& priors) {
  SourceState next = state;
  next.findable = (t.findable + 1) / (t.records + 2);
  double all = 0;
  for (std::size_t h = 0; h < priors.size(); ++h) {
    next.weights[h] = t.hypotheses[h] + kHypothesisPriorWeight * priors[h];
    all += next.weights[h];
  }
  for (double& weight : next.weights) {
    weight /= all;
  }
  const double shrink = state.spread_m * state.spread_m / (kShiftPrior_m * kShiftPrior_m);
  next.shift = {t.x / (t.main + shrink), t.y / (t.main + shrink)};
  const double squares = t.xx + t.yy - 2 * (next.shift.x * t.x + next.shift.y * t.y) +
                         t.main * (next.shift.x * next.shift.x + next.shift.y * next.shift.y);
  // Positions are known to a lattice step only, which widens what they show.
  constexpr double kStepVariance = OffsetLattice::kStep_m * OffsetLattice::kStep_m / 12;
  const double variance =
      (squares - 2 * t.main * kStepVariance + 2 * kSpreadPriorWeight * kSpreadPrior_m * kSpreadPrior_m) /
      (2 * (t.main + kSpreadPriorWeight));
  next.spread_m = std::clamp(std::sqrt(std::max(variance, 0.0)), 8.0, 150.0);
  next.located = t.main;
  next.wide_share = (t.wide + kWidePriorWeight * kWidePrior) / (t.main + t.wide + kWidePriorWeight);
  return next;
}

/// A map summed over lattice points under a round window: what each shift would explain.
std::vector<float> smoothed(const OffsetMap& map, double deviation_m) {
  constexpr int kTaps = 5;
  std::vector<float> kernel(2 * kTaps + 1);
  float total = 0;
  for (int k = -kTaps; k <= kTaps; ++k) {
    const double z = k * OffsetLattice::kStep_m / deviation_m;
    total += kernel[static_cast<std::size_t>(k + kTaps)] = static_cast<float>(std::exp(-0.5 * z * z));
  }
  std::vector<float> once(OffsetLattice::kSize);
  std::vector<float> twice(OffsetLattice::kSize);
  const auto pass = [&](const std::vector<float>& from, std::vector<float>& to, int stride_along, int stride_across) {
    for (int a = 0; a < kSide; ++a) {
      for (int i = 0; i < kSide; ++i) {
        float value = 0;
        for (int k = std::max(-kTaps, -i); k <= std::min(kTaps, kSide - 1 - i); ++k) {
          value += kernel[static_cast<std::size_t>(k + kTaps)] *
                   from[static_cast<std::size_t>(a * stride_across + (i + k) * stride_along)];
        }
        to[static_cast<std::size_t>(a * stride_across + i * stride_along)] = value / total;
      }
    }
  };
  pass(map.ratio, once, 1, kSide);
  pass(once, twice, kSide, 1);
  return twice;
}

/// Shifts that the records of a source agree on, best first. No single record need be decided: all vote together.
std::vector<geo::Xy> shifts_voted(const std::vector<const RecordMaps*>& records, const SourceState& state) {
  constexpr std::size_t kGrain = 16;
  constexpr double kVote_m = 40;
  std::vector<std::vector<double>> parts((records.size() + kGrain - 1) / kGrain,
                                         std::vector<double>(OffsetLattice::kSize, 0.0));
  base::parallel_for(records.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (!records[i]->own_place) {
        continue;
      }
      const std::vector<double> weights = candidate_weights(*records[i], state);
      std::vector<double> there(OffsetLattice::kSize, 0.0);
      for (std::size_t c = 0; c < weights.size(); ++c) {
        const OffsetMap& map = records[i]->candidates[c];
        const double scale = weights[c] * std::exp(std::min(map.log_scale, 600.0));
        const std::vector<float> vote = map.informative() ? smoothed(map, kVote_m) : std::vector<float>();
        for (std::size_t k = 0; k < there.size(); ++k) {
          there[k] += vote.empty() ? weights[c] : scale * static_cast<double>(vote[k]);
        }
      }
      for (std::size_t k = 0; k < there.size(); ++k) {
        parts[begin / kGrain][k] += std::log(1 - state.findable + state.findable * there[k]);
      }
    }
  });
  std::vector<double> votes(OffsetLattice::kSize, 0.0);
  for (const auto& part : parts) {
    for (std::size_t k = 0; k < votes.size(); ++k) {
      votes[k] += part[k];
    }
  }
  std::vector<std::pair<double, geo::Xy>> peaks;
  for (int iy = 1; iy + 1 < kSide; ++iy) {
    for (int ix = 1; ix + 1 < kSide; ++ix) {
      const auto vote = [&](int x, int y) { return votes[static_cast<std::size_t>(y * kSide + x)]; };
      const double here = vote(ix, iy);
      if (here >= vote(ix - 1, iy) && here >= vote(ix + 1, iy) && here >= vote(ix, iy - 1) &&
          here >= vote(ix, iy + 1)) {
        peaks.push_back({-here, {OffsetLattice::at(ix), OffsetLattice::at(iy)}});
      }
    }
  }
  std::sort(peaks.begin(), peaks.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.first, a.second.x, a.second.y) < std::tuple(b.first, b.second.x, b.second.y);
  });
  std::vector<geo::Xy> shifts;
  for (std::size_t i = 0; i < peaks.size() && i < kStarts; ++i) {
    shifts.push_back(peaks[i].second);
  }
  return shifts;
}

}  // namespace

OffsetPrior::OffsetPrior(const SourceState& state, bool own_place)
    : main_share_(1 - state.wide_share), wide_share_(state.wide_share) {
  const geo::Xy shift = own_place ? state.shift : geo::Xy{};
  const double spread_m = own_place ? state.spread_m : kLegSpread_m;
  main_x_ = steps_of(shift.x, spread_m);
  main_y_ = steps_of(shift.y, spread_m);
  wide_x_ = steps_of(shift.x, kWide_m);
  wide_y_ = steps_of(shift.y, kWide_m);
  mass_ = main_share_ * sum(main_x_) * sum(main_y_) + wide_share_ * sum(wide_x_) * sum(wide_y_);
}

double log_evidence(const OffsetMap& map, const OffsetPrior& prior) {
  if (!map.informative()) {
    return 0;
  }
  double total = 0;
  for (int iy = 0; iy < kSide; ++iy) {
    const float* line = &map.ratio[static_cast<std::size_t>(iy) * kSide];
    for (int ix = 0; ix < kSide; ++ix) {
      total += prior.at(ix, iy) * static_cast<double>(line[ix]);
    }
  }
  // Beyond the lattice nothing is known: there the ratio is one.
  return std::log(total + (1 - prior.mass()) * std::exp(-map.log_scale)) + map.log_scale;
}

std::vector<double> candidate_weights(const RecordMaps& record, const SourceState& state) {
  std::vector<double> weights;
  double all = 0;
  for (const OffsetMap& map : record.candidates) {
    weights.push_back(state.weights[map.hypothesis]);
    all += weights.back();
  }
  for (double& weight : weights) {
    weight /= all;
  }
  return weights;
}

double log_record_evidence(const RecordMaps& record, const SourceState& state, const OffsetPrior& own,
                           const OffsetPrior& legs) {
  const std::vector<double> weights = candidate_weights(record, state);
  double top = -std::numeric_limits<double>::infinity();
  std::vector<double> logs;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    logs.push_back(std::log(std::max(weights[c], 1e-12)) +
                   log_evidence(record.candidates[c], record.own_place ? own : legs));
    top = std::max(top, logs.back());
  }
  double total = 0;
  for (const double each : logs) {
    total += std::exp(each - top);
  }
  return logs.empty() ? 0 : kTempered * (std::log(total) + top);
}

SourceState fit_source(const std::vector<const RecordMaps*>& records, const std::vector<double>& priors) {
  SourceState start;
  start.weights = priors;
  if (records.empty()) {
    start.wide_share = kWidePrior;
    return start;
  }
  std::vector<geo::Xy> shifts = shifts_voted(records, start);
  if (shifts.empty()) {
    shifts.push_back({});
  }
  SourceState best = start;
  double best_likelihood = -std::numeric_limits<double>::infinity();
  for (const geo::Xy& shift : shifts) {
    SourceState state = start;
    state.shift = shift;
    Tally tally;
    for (int round = 0; round < kRounds; ++round) {
      tally = tally_of(records, state);
      const SourceState next = updated(state, tally, priors);
      const double moved = std::hypot(next.shift.x - state.shift.x, next.shift.y - state.shift.y) +
                           std::abs(next.spread_m - state.spread_m) + 100 * std::abs(next.findable - state.findable);
      state = next;
      if (moved < 0.05) {
        break;
      }
    }
    const double far = std::hypot(state.shift.x, state.shift.y) / kShiftPrior_m;
    const double likelihood = tally.log_likelihood - 0.5 * far * far;
    if (likelihood > best_likelihood) {
      best_likelihood = likelihood;
      best = state;
    }
  }
  return best;
}

}  // namespace firmground::evidence
