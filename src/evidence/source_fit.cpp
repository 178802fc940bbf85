#include "evidence/source_fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/parallel.h"
#include "base/random.h"

namespace firmground::evidence {

namespace {

constexpr int kSide = ShiftLattice::kSide;
constexpr double kStep_m = ShiftLattice::kStep_m;
constexpr double kLegSpread_m = 20;  ///< of ground that legs lead to: compass and tape, no map sheet
constexpr double kWide_m = 200;      ///< per axis, of displacements that no law of the source explains
constexpr double kTurnedSpread_m = 25;

/// One record of no field in some hundreds meets mines that look altogether like the field it tells of: no finds say
/// more for existence than this. Where a field is, they may.
constexpr double kMostForExistence = 5.0;
constexpr double kMostOfDecoy = 6.5;  ///< that a single decoy does not make the mean

// Weak priors, printed in docs/methods/record-reconciliation.md.
constexpr double kShiftPrior_m = 150;
constexpr std::array<double, 5> kSpreads_m = {8, 14, 22, 35, 55};
constexpr std::array<double, 5> kSheets_m = {4, 10, 20, 40, 70};
constexpr double kSpreadMiddle_m = 20;
constexpr double kSheetsMiddle_m = 20;
constexpr double kSpreadWidth = 0.6;  ///< of the log
constexpr double kSheetsWidth = 1.0;
constexpr double kWidePrior = 0.06;
constexpr double kWidePriorWeight = 12;
constexpr double kHypothesisPriorWeight = 5;
constexpr std::size_t kStart = 2;  ///< of kSpreads_m: the first that is fitted
constexpr int kRounds = 12;
constexpr int kRoundsAfter = 5;

double below(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// Mass of a normal law on lattice steps: at [k] that of k - reach steps from the middle, where the mean lies `off_m`
/// from the nearest step.
struct Kernel {
  Kernel(double mean_m, double deviation_m)
      : middle(static_cast<int>(std::lround(mean_m / kStep_m))),
        reach(static_cast<int>(std::ceil(3.5 * deviation_m / kStep_m)) + 1) {
    for (int k = -reach; k <= reach; ++k) {
      const double x = (middle + k) * kStep_m - mean_m;
      mass.push_back(below((x + kStep_m / 2) / deviation_m) - below((x - kStep_m / 2) / deviation_m));
    }
  }
  int middle;
  int reach;
  std::vector<double> mass;
};

/// to(j) = sum over k of mass(k) from(j + middle + k + offset), both axes; what lies beyond `from` counts nothing.
std::vector<double> correlated(const std::vector<double>& from, int from_side, const Kernel& x, const Kernel& y,
                               int to_side, int offset) {
  std::vector<double> rows(static_cast<std::size_t>(from_side) * static_cast<std::size_t>(to_side), 0.0);
  for (int iy = 0; iy < from_side; ++iy) {
    const double* line = &from[static_cast<std::size_t>(iy) * static_cast<std::size_t>(from_side)];
    double* into = &rows[static_cast<std::size_t>(iy) * static_cast<std::size_t>(to_side)];
    for (int k = -x.reach; k <= x.reach; ++k) {
      const double mass = x.mass[static_cast<std::size_t>(k + x.reach)];
      const int move = x.middle + k + offset;
      for (int j = std::max(0, -move); j < std::min(to_side, from_side - move); ++j) {
        into[j] += mass * line[j + move];
      }
    }
  }
  std::vector<double> to(static_cast<std::size_t>(to_side) * static_cast<std::size_t>(to_side), 0.0);
  for (int k = -y.reach; k <= y.reach; ++k) {
    const double mass = y.mass[static_cast<std::size_t>(k + y.reach)];
    const int move = y.middle + k + offset;
    for (int j = std::max(0, -move); j < std::min(to_side, from_side - move); ++j) {
      const double* line = &rows[static_cast<std::size_t>(j + move) * static_cast<std::size_t>(to_side)];
      double* into = &to[static_cast<std::size_t>(j) * static_cast<std::size_t>(to_side)];
      for (int i = 0; i < to_side; ++i) {
        into[i] += mass * line[i];
      }
    }
  }
  return to;
}

/// What a map holds above `one`, the scaled ratio of ground that says nothing.
std::vector<double> excess_of(const PlaceMap& map, double factor, double one) {
  std::vector<double> excess(map.ratio.size());
  for (std::size_t k = 0; k < excess.size(); ++k) {
    excess[k] = factor * static_cast<double>(map.ratio[k]) - one;
  }
  return excess;
}

/// A map averaged over displacements far and wide, by shift: summed in blocks of five steps, since it changes slowly.
std::vector<double> wide_average(const std::vector<double>& excess, const PlaceMap& map, double one) {
  constexpr int kBlock = 5;
  constexpr int kCoarse = (kSide - 1) / kBlock + 1;
  const int blocks = (map.side() + kBlock - 1) / kBlock;
  std::vector<double> sums(static_cast<std::size_t>(blocks) * static_cast<std::size_t>(blocks), 0.0);
  for (int y = 0; y < map.side(); ++y) {
    for (int x = 0; x < map.side(); ++x) {
      sums[static_cast<std::size_t>(y / kBlock * blocks + x / kBlock)] +=
          excess[static_cast<std::size_t>(y * map.side() + x)];
    }
  }
  const auto middle = [&](int block) { return map.at(0) + (block * kBlock + (kBlock - 1) / 2.0) * kStep_m; };
  const auto mass = [&](int block, int shift) {
    const double z = (middle(block) - ShiftLattice::at(shift * kBlock)) / kWide_m;
    return std::exp(-0.5 * z * z) * kStep_m / (kWide_m * std::sqrt(2 * std::numbers::pi));
  };
  std::array<double, static_cast<std::size_t>(kCoarse) * kCoarse> coarse{};
  for (int jy = 0; jy < kCoarse; ++jy) {
    for (int jx = 0; jx < kCoarse; ++jx) {
      double total = 0;
      for (int by = 0; by < blocks; ++by) {
        double row = 0;
        for (int bx = 0; bx < blocks; ++bx) {
          row += mass(bx, jx) * sums[static_cast<std::size_t>(by * blocks + bx)];
        }
        total += mass(by, jy) * row;
      }
      coarse[static_cast<std::size_t>(jy * kCoarse + jx)] = total;
    }
  }
  std::vector<double> average(ShiftLattice::kSize);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int cy = std::min(y / kBlock, kCoarse - 2);
      const int cx = std::min(x / kBlock, kCoarse - 2);
      const double v = static_cast<double>(y) / kBlock - cy;
      const double u = static_cast<double>(x) / kBlock - cx;
      const auto at = [&](int j, int i) { return coarse[static_cast<std::size_t>((cy + j) * kCoarse + cx + i)]; };
      average[static_cast<std::size_t>(y * kSide + x)] =
          std::max(0.0, one + (1 - v) * ((1 - u) * at(0, 0) + u * at(0, 1)) + v * ((1 - u) * at(1, 0) + u * at(1, 1)));
    }
  }
  return average;
}

double deviation_of(const Candidate& candidate, double spread_m) {
  switch (candidate.place) {
    case Candidate::Place::legs: return kLegSpread_m;
    case Candidate::Place::turned: return std::hypot(kTurnedSpread_m, candidate.turned_m);
    case Candidate::Place::drawn: break;
  }
  return spread_m;
}

/// Applicable hypotheses' weights, by reading, summing to 1.
std::vector<double> weights_of(const SourceRecord& record, const SourceLaw& law) {
  std::vector<double> weights;
  double all = 0;
  for (const Reading& reading : record.maps->readings) {
    const Candidate& candidate = record.ground->candidates[reading.candidate];
    weights.push_back(candidate.share * law.weights[record.form][candidate.hypothesis]);
    all += weights.back();
  }
  for (double& weight : weights) {
    weight /= all;
  }
  return weights;
}

double log_normal_prior(double value, double middle, double width) {
  const double z = std::log(value / middle) / width;
  return -0.5 * z * z;
}

Measured measured(std::vector<double> draws) {
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double share) {
    return draws[static_cast<std::size_t>(share * static_cast<double>(draws.size() - 1))];
  };
  return {std::accumulate(draws.begin(), draws.end(), 0.0) / static_cast<double>(draws.size()), at(0.05), at(0.95)};
}

}  // namespace

std::size_t Discount::stratum(std::uint8_t context, double effort_share) {
  const std::size_t effort = effort_share < 0.15 ? 0 : effort_share < 0.6 ? 1 : 2;
  return context * kEfforts + effort;
}

double Discount::counted(double log_ratio, std::size_t in_stratum) const {
  constexpr double kMost = 600;
  return std::exp(std::min(kMost, log_ratio - log_mean[in_stratum]));
}

double decoy_log_ratio(const PlaceMap& map) {
  if (!map.informative()) {
    return 0;
  }
  constexpr double kSpread_m = 28;
  const double one = std::exp(-map.log_scale);
  const Kernel kernel(0, kSpread_m);
  const auto average = correlated(excess_of(map, 1, one), map.side(), kernel, kernel, 1, map.reach);
  return std::log(std::max(1e-300, one + average[0])) + map.log_scale;
}

Discount discount_of(const std::vector<DecoyEvidence>& decoys) {
  constexpr double kPriorDecoys = 40;
  std::array<double, Discount::kStrata> sum{};
  std::array<double, Discount::kStrata> count{};
  double all = 0;
  for (const DecoyEvidence& decoy : decoys) {
    const double ratio = Discount{}.counted(std::min(decoy.log_ratio, kMostOfDecoy), decoy.stratum);
    sum[decoy.stratum] += ratio;
    count[decoy.stratum] += 1;
    all += ratio;
  }
  const double mean = decoys.empty() ? 1 : all / static_cast<double>(decoys.size());
  Discount discount;
  for (std::size_t s = 0; s < Discount::kStrata; ++s) {
    discount.log_mean[s] = std::max(0.0, std::log((sum[s] + kPriorDecoys * mean) / (count[s] + kPriorDecoys)));
  }
  return discount;
}

struct SourceFit::Layer {
  bool follows_shift = false;
  double value = 1;        ///< when it does not
  std::vector<double> at;  ///< by shift, when it does
};

struct SourceFit::Evidence {
  double log_scale = 0;
  std::vector<Layer> readings;
  std::vector<double> wide;  ///< of drawn readings
  bool is_drawn(std::size_t reading) const { return drawn[reading] != 0; }
  std::vector<std::uint8_t> drawn;

  /// Sum over readings at a shift; scaled.
  double total(const std::vector<double>& weights, double wide_share, std::size_t k) const {
    double sum = 0;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      sum += weights[i] * part(i, wide_share, k);
    }
    return sum;
  }
  double part(std::size_t reading, double wide_share, std::size_t k) const {
    const Layer& layer = readings[reading];
    const double value = layer.follows_shift ? layer.at[k] : layer.value;
    return drawn[reading] != 0 ? (1 - wide_share) * value + wide_share * wide[k] : value;
  }
};

SourceFit::Evidence SourceFit::evidence_of(const SourceRecord& record, double spread_m) const {
  const RecordMaps& maps = *record.maps;
  Evidence evidence;
  for (const PlaceMap& map : maps.maps) {
    evidence.log_scale = std::max(evidence.log_scale, map.informative() ? map.log_scale : 0);
  }
  const double one = std::exp(-evidence.log_scale);
  std::vector<std::vector<double>> excess(maps.maps.size());
  for (std::size_t m = 0; m < maps.maps.size(); ++m) {
    excess[m] = excess_of(maps.maps[m], std::exp(maps.maps[m].log_scale - evidence.log_scale), one);
  }
  for (const Reading& reading : maps.readings) {
    const Candidate& candidate = record.ground->candidates[reading.candidate];
    const PlaceMap& map = maps.maps[reading.map];
    const bool drawn = candidate.place == Candidate::Place::drawn;
    evidence.drawn.push_back(drawn ? 1 : 0);
    Layer& layer = evidence.readings.emplace_back();
    layer.value = one;
    if (drawn && evidence.wide.empty()) {
      evidence.wide = map.informative() ? wide_average(excess[reading.map], map, one)
                                        : std::vector<double>(ShiftLattice::kSize, one);
    }
    if (!map.informative()) {
      continue;
    }
    const geo::Xy mean{reading.on_map.x + candidate.turned_by.x, reading.on_map.y + candidate.turned_by.y};
    const double deviation_m = deviation_of(candidate, spread_m);
    const Kernel x(mean.x, deviation_m);
    const Kernel y(mean.y, deviation_m);
    if (candidate.place == Candidate::Place::legs) {
      layer.value = std::max(0.0, one + correlated(excess[reading.map], map.side(), x, y, 1, map.reach)[0]);
    } else {
      layer.follows_shift = true;
      layer.at = correlated(excess[reading.map], map.side(), x, y, kSide, map.reach - ShiftLattice::kReach);
      for (double& value : layer.at) {
        value = std::max(0.0, value + one);
      }
    }
  }
  return evidence;
}

/// Shifts of sheets round the shift of their source.
struct SourceFit::SheetShifts {
  /// `log_sheets`: log likelihood of each shift, by sheet.
  SheetShifts(const std::vector<std::vector<float>>& log_sheets, double sheets_m) : kernel(0, sheets_m) {
    log_source.assign(ShiftLattice::kSize, 0.0);
    constexpr double kSmallest = 1e-30;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        const double far = std::hypot(ShiftLattice::at(x), ShiftLattice::at(y)) / kShiftPrior_m;
        log_source[static_cast<std::size_t>(y * kSide + x)] = -0.5 * far * far;
      }
    }
    sheets.resize(log_sheets.size());
    averaged.resize(log_sheets.size());
    base::parallel_for(log_sheets.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t s = begin; s < end; ++s) {
        const std::vector<float>& logs = log_sheets[s];
        const float top = *std::max_element(logs.begin(), logs.end());
        sheets[s].resize(logs.size());
        for (std::size_t k = 0; k < logs.size(); ++k) {
          sheets[s][k] = std::exp(static_cast<double>(logs[k] - top));
        }
        averaged[s] = correlated(sheets[s], kSide, kernel, kernel, kSide, 0);
        for (double& value : averaged[s]) {
          value = std::max(value, kSmallest);
        }
      }
    });
    for (std::size_t s = 0; s < log_sheets.size(); ++s) {
      const float top = *std::max_element(log_sheets[s].begin(), log_sheets[s].end());
      for (std::size_t k = 0; k < log_source.size(); ++k) {
        log_source[k] += std::log(averaged[s][k]) + static_cast<double>(top);
      }
    }
    const double top = *std::max_element(log_source.begin(), log_source.end());
    source.resize(log_source.size());
    double all = 0;
    for (std::size_t k = 0; k < log_source.size(); ++k) {
      source[k] = std::exp(log_source[k] - top);
      all += source[k];
    }
    log_likelihood = std::log(all) + top;
    for (double& weight : source) {
      weight /= all;
    }
  }

  /// Posterior of the shift of one sheet, summing to 1.
  ShiftWeights of_sheet(std::size_t s) const {
    std::vector<double> others(source.size());
    for (std::size_t k = 0; k < others.size(); ++k) {
      others[k] = source[k] / averaged[s][k];
    }
    ShiftWeights weights = correlated(others, kSide, kernel, kernel, kSide, 0);
    double all = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      weights[k] *= sheets[s][k];
      all += weights[k];
    }
    for (double& weight : weights) {
      weight /= all;
    }
    return weights;
  }

  Kernel kernel;
  std::vector<double> log_source;
  std::vector<double> source;                 ///< posterior of the shift of the source
  std::vector<std::vector<double>> sheets;    ///< likelihood of each shift, by sheet, scaled
  std::vector<std::vector<double>> averaged;  ///< the same over shifts round that of the source
  double log_likelihood = 0;
};

namespace {

/// What one pass over the records of a source adds up.
struct Tally {
  double records = 0;
  double findable = 0;
  double drawn = 0;
  double wide = 0;
  std::vector<std::vector<double>> hypotheses;  ///< by form
  void add(const Tally& o) {
    records += o.records;
    findable += o.findable;
    drawn += o.drawn;
    wide += o.wide;
    for (std::size_t f = 0; f < hypotheses.size(); ++f) {
      for (std::size_t h = 0; h < hypotheses[f].size(); ++h) {
        hypotheses[f][h] += o.hypotheses[f][h];
      }
    }
  }
};

}  // namespace

SourceFit::SourceFit(std::vector<SourceRecord> records, std::size_t forms, const std::vector<double>& priors,
                     const Discount& discount)
    : records_(std::move(records)), priors_(priors), discount_(discount) {
  law_.weights.assign(forms, priors);
  if (records_.empty()) {
    return;
  }
  for (const SourceRecord& record : records_) {
    sheets_ = std::max(sheets_, record.sheet + 1);
  }
  grid_weights_.assign(kSpreads_m.size() * kSheets_m.size(), 0.0);
  log_sheets_.resize(kSpreads_m.size());
  std::array<SourceLaw, kSpreads_m.size()> laws;
  fit_at(kStart, law_);
  laws[kStart] = law_;
  for (std::size_t spread = 0; spread < kSpreads_m.size(); ++spread) {
    if (spread != kStart) {
      laws[spread] = laws[kStart];
      fit_at(spread, laws[spread]);
    }
  }
  const double top = *std::max_element(grid_weights_.begin(), grid_weights_.end());
  double all = 0;
  for (double& weight : grid_weights_) {
    weight = std::exp(weight - top);
    all += weight;
  }
  std::size_t best = 0;
  for (std::size_t k = 0; k < grid_weights_.size(); ++k) {
    grid_weights_[k] /= all;
    best = grid_weights_[k] > grid_weights_[best] ? k : best;
  }
  law_ = laws[best / kSheets_m.size()];
  law_.spread_m = kSpreads_m[best / kSheets_m.size()];
  law_.sheets_m = kSheets_m[best % kSheets_m.size()];
  const SheetShifts shifts(log_sheets_[best / kSheets_m.size()], law_.sheets_m);
  std::vector<ShiftWeights> of_sheet;
  for (std::size_t s = 0; s < sheets_; ++s) {
    of_sheet.push_back(shifts.of_sheet(s));
  }
  posteriors_.resize(records_.size());
  constexpr std::size_t kGrain = 4;
  base::parallel_for(records_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const SourceRecord& record = records_[i];
      RecordPosterior& posterior = posteriors_[i];
      posterior.shift = of_sheet[record.sheet];
      posterior.wide_share = law_.wide_share;
      if (record.maps->readings.empty()) {
        continue;
      }
      posterior.prior = weights_of(record, law_);
      if (!record.maps->informative) {
        posterior.readings = posterior.prior;
        continue;
      }
      const Evidence evidence = evidence_of(record, law_.spread_m);
      const double findable = law_.findable;
      std::vector<double> ratios(ShiftLattice::kSize);
      double all_shifts = 0;
      for (std::size_t k = 0; k < ratios.size(); ++k) {
        const double log_total =
            std::log(std::max(1e-300, evidence.total(posterior.prior, law_.wide_share, k))) + evidence.log_scale;
        ratios[k] = discount_.counted(log_total, record.stratum);
        posterior.shift[k] /= 1 - findable + findable * ratios[k];
        all_shifts += posterior.shift[k];
      }
      double ratio = 0;
      posterior.readings.assign(posterior.prior.size(), 0.0);
      double wide = 0;
      double drawn = 0;
      for (std::size_t k = 0; k < ratios.size(); ++k) {
        posterior.shift[k] /= all_shifts;
        ratio += posterior.shift[k] * ratios[k];
        for (std::size_t r = 0; r < posterior.readings.size(); ++r) {
          const double part = posterior.shift[k] * posterior.prior[r] * evidence.part(r, law_.wide_share, k);
          posterior.readings[r] += part;
          if (evidence.is_drawn(r)) {
            drawn += part;
            wide += posterior.shift[k] * posterior.prior[r] * law_.wide_share * evidence.wide[k];
          }
        }
      }
      const double sum = std::accumulate(posterior.readings.begin(), posterior.readings.end(), 0.0);
      for (double& reading : posterior.readings) {
        reading /= std::max(sum, 1e-300);
      }
      posterior.log_ratio = std::min(kMostForExistence, std::log(std::max(ratio, 1e-300)));
      posterior.wide_share = drawn > 0 ? wide / drawn : law_.wide_share;
    }
  });
}

void SourceFit::fit_at(std::size_t spread, SourceLaw& law) {
  std::vector<std::vector<std::size_t>> of_sheet(sheets_);  ///< records that say anything
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].maps->informative) {
      of_sheet[records_[i].sheet].push_back(i);
    }
  }
  std::vector<Evidence> evidences(records_.size());
  constexpr std::size_t kGrain = 4;
  base::parallel_for(records_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (records_[i].maps->informative) {
        evidences[i] = evidence_of(records_[i], kSpreads_m[spread]);
      }
    }
  });
  std::vector<std::vector<float>>& log_sheets = log_sheets_[spread];
  log_sheets.assign(sheets_, std::vector<float>(ShiftLattice::kSize, 0.0F));
  std::vector<std::vector<double>> ratios(records_.size());
  const auto look = [&] {
    base::parallel_for(sheets_, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t s = begin; s < end; ++s) {
        std::vector<double> logs(ShiftLattice::kSize, 0.0);
        for (const std::size_t i : of_sheet[s]) {
          const SourceRecord& record = records_[i];
          const std::vector<double> weights = weights_of(record, law);
          const double prior = law.findable;
          ratios[i].resize(ShiftLattice::kSize);
          for (std::size_t k = 0; k < logs.size(); ++k) {
            const double log_total =
                std::log(std::max(1e-300, evidences[i].total(weights, law.wide_share, k))) + evidences[i].log_scale;
            ratios[i][k] = discount_.counted(log_total, record.stratum);
            logs[k] += std::log(1 - prior + prior * ratios[i][k]);
          }
        }
        std::copy(logs.begin(), logs.end(), log_sheets[s].begin());
      }
    });
  };
  const int rounds = spread == kStart ? kRounds : kRoundsAfter;
  std::size_t best_sheets = kSheets_m.size() / 2;
  for (int round = 0; round <= rounds; ++round) {
    look();
    double best = -1e300;
    constexpr int kEvery = 4;  // the spread of sheets moves slowly
    for (std::size_t k = 0; k < kSheets_m.size() && (round == rounds || round % kEvery == 1); ++k) {
      double& weight = grid_weights_[spread * kSheets_m.size() + k];
      weight = SheetShifts(log_sheets, kSheets_m[k]).log_likelihood +
               log_normal_prior(kSpreads_m[spread], kSpreadMiddle_m, kSpreadWidth) +
               log_normal_prior(kSheets_m[k], kSheetsMiddle_m, kSheetsWidth);
      if (weight > best) {
        best = weight;
        best_sheets = k;
      }
    }
    if (round == rounds) {
      break;
    }
    const SheetShifts shifts(log_sheets, kSheets_m[best_sheets]);
    std::vector<Tally> parts(sheets_);
    base::parallel_for(sheets_, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t s = begin; s < end; ++s) {
        Tally& part = parts[s];
        part.hypotheses.assign(law.weights.size(), std::vector<double>(priors_.size(), 0.0));
        const ShiftWeights shift = shifts.of_sheet(s);
        for (const std::size_t i : of_sheet[s]) {
          const SourceRecord& record = records_[i];
          const Evidence& evidence = evidences[i];
          const std::vector<double> weights = weights_of(record, law);
          const double prior = law.findable;
          part.records += 1;
          for (std::size_t k = 0; k < shift.size(); ++k) {
            if (shift[k] < 1e-7) {
              continue;
            }
            const double ratio = ratios[i][k];
            const double findable = shift[k] * prior * ratio / (1 - prior + prior * ratio);
            const double scale = findable / std::max(1e-300, evidence.total(weights, law.wide_share, k));
            part.findable += findable;
            for (std::size_t r = 0; r < weights.size(); ++r) {
              const double share = scale * weights[r] * evidence.part(r, law.wide_share, k);
              part.hypotheses[record.form][record.ground->candidates[record.maps->readings[r].candidate].hypothesis] +=
                  share;
              if (evidence.is_drawn(r)) {
                part.drawn += share;
                part.wide += scale * weights[r] * law.wide_share * evidence.wide[k];
              }
            }
          }
        }
      }
    });
    Tally total;
    total.hypotheses.assign(law.weights.size(), std::vector<double>(priors_.size(), 0.0));
    for (const Tally& part : parts) {
      total.add(part);
    }
    law.findable = (total.findable + 1) / (total.records + 2);
    law.wide_share = (total.wide + kWidePriorWeight * kWidePrior) / (total.drawn + kWidePriorWeight);
    for (std::size_t f = 0; f < law.weights.size(); ++f) {
      double all = 0;
      for (std::size_t h = 0; h < priors_.size(); ++h) {
        law.weights[f][h] = total.hypotheses[f][h] + kHypothesisPriorWeight * priors_[h];
        all += law.weights[f][h];
      }
      for (double& weight : law.weights[f]) {
        weight /= all;
      }
    }
  }
}

std::vector<double> displacements_of(const RecordMaps& maps, const RecordGround& ground, std::size_t reading,
                                     const SourceLaw& law, const ShiftWeights& shift, bool informed) {
  const Reading& read = maps.readings[reading];
  const Candidate& candidate = ground.candidates[read.candidate];
  const PlaceMap& map = maps.maps[read.map];
  const geo::Xy mean{-read.on_map.x - candidate.turned_by.x, -read.on_map.y - candidate.turned_by.y};
  const double deviation_m = deviation_of(candidate, law.spread_m);
  std::vector<double> weights;
  if (candidate.place == Candidate::Place::legs) {
    const std::vector<double> here{1.0};
    weights = correlated(here, 1, Kernel(mean.x, deviation_m), Kernel(mean.y, deviation_m), map.side(), -map.reach);
  } else {
    const int offset = ShiftLattice::kReach - map.reach;
    weights = correlated(shift, kSide, Kernel(mean.x, deviation_m), Kernel(mean.y, deviation_m), map.side(), offset);
    if (candidate.place == Candidate::Place::drawn) {
      const auto wide = correlated(shift, kSide, Kernel(mean.x, kWide_m), Kernel(mean.y, kWide_m), map.side(), offset);
      for (std::size_t k = 0; k < weights.size(); ++k) {
        weights[k] = (1 - law.wide_share) * weights[k] + law.wide_share * wide[k];
      }
    }
  }
  double all = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    weights[k] *= informed && map.informative() ? static_cast<double>(map.ratio[k]) : 1;
    all += weights[k];
  }
  for (double& weight : weights) {
    weight /= std::max(all, 1e-300);
  }
  return weights;
}

SourceFit::Intervals SourceFit::intervals(const std::vector<double>& exists, std::uint64_t seed) const {
  constexpr std::size_t kDraws = 300;
  std::vector<double> fields(sheets_, 0.0);
  for (std::size_t i = 0; i < exists.size(); ++i) {
    fields[records_[i].sheet] += exists[i];
  }
  const double all_fields = std::max(1e-6, std::accumulate(fields.begin(), fields.end(), 0.0));
  std::vector<std::unique_ptr<SheetShifts>> shifts(kSpreads_m.size() * kSheets_m.size());
  constexpr double kLeast = 0.005;
  double kept = 0;
  for (std::size_t cell = 0; cell < grid_weights_.size(); ++cell) {
    if (grid_weights_[cell] >= kLeast) {
      shifts[cell] =
          std::make_unique<SheetShifts>(log_sheets_[cell / kSheets_m.size()], kSheets_m[cell % kSheets_m.size()]);
      kept += grid_weights_[cell];
    }
  }
  std::vector<double> x(kDraws), y(kDraws), spread(kDraws);
  base::parallel_for(kDraws, 8, [&](std::size_t begin, std::size_t end) {
    for (std::size_t d = begin; d < end; ++d) {
      base::Random random(seed, d);
      const auto one_of = [&](auto&& weight, std::size_t n, double total) {
        double u = random.uniform() * total;
        std::size_t k = 0;
        while (k + 1 < n && (u -= weight(k)) >= 0) {
          ++k;
        }
        return k;
      };
      const auto within = [&](std::size_t k) {
        return geo::Xy{ShiftLattice::at(static_cast<int>(k) % kSide) + random.uniform(-0.5, 0.5) * kStep_m,
                       ShiftLattice::at(static_cast<int>(k) / kSide) + random.uniform(-0.5, 0.5) * kStep_m};
      };
      geo::Xy source{random.normal(0, kShiftPrior_m), random.normal(0, kShiftPrior_m)};
      double spread_m = kSpreadMiddle_m * std::exp(random.normal(0, kSpreadWidth));
      double sheets_m = kSheetsMiddle_m * std::exp(random.normal(0, kSheetsWidth));
      const SheetShifts* chosen = nullptr;
      std::size_t shift = 0;
      if (kept > 0) {
        const std::size_t cell =
            one_of([&](std::size_t k) { return shifts[k] != nullptr ? grid_weights_[k] : 0.0; }, shifts.size(), kept);
        chosen = shifts[cell].get();
        shift = one_of([&](std::size_t k) { return chosen->source[k]; }, ShiftLattice::kSize, 1.0);
        source = within(shift);
        // Between the steps of the grid.
        spread_m = kSpreads_m[cell / kSheets_m.size()] * std::exp(random.uniform(-0.25, 0.25));
        sheets_m = kSheets_m[cell % kSheets_m.size()] * std::exp(random.uniform(-0.4, 0.4));
      }
      std::vector<geo::Xy> of_sheet(sheets_);
      geo::Xy mean;
      for (std::size_t s = 0; s < sheets_; ++s) {
        if (!(fields[s] > 0)) {
          continue;
        }
        geo::Xy at{source.x + random.normal(0, sheets_m), source.y + random.normal(0, sheets_m)};
        if (chosen != nullptr) {
          const Kernel& kernel = chosen->kernel;
          const int sx = static_cast<int>(shift) % kSide;
          const int sy = static_cast<int>(shift) / kSide;
          const int width = 2 * kernel.reach + 1;
          std::vector<double> weights(static_cast<std::size_t>(width) * static_cast<std::size_t>(width), 0.0);
          double total = 0;
          for (int j = 0; j < width; ++j) {
            for (int i = 0; i < width; ++i) {
              const int px = sx + i - kernel.reach;
              const int py = sy + j - kernel.reach;
              if (px >= 0 && px < kSide && py >= 0 && py < kSide) {
                double& weight = weights[static_cast<std::size_t>(j * width + i)];
                weight = kernel.mass[static_cast<std::size_t>(i)] * kernel.mass[static_cast<std::size_t>(j)] *
                         chosen->sheets[s][static_cast<std::size_t>(py * kSide + px)];
                total += weight;
              }
            }
          }
          if (total > 0) {
            const std::size_t k = one_of([&](std::size_t n) { return weights[n]; }, weights.size(), total);
            const int px = sx + static_cast<int>(k) % width - kernel.reach;
            const int py = sy + static_cast<int>(k) / width - kernel.reach;
            at = within(static_cast<std::size_t>(py * kSide + px));
          }
        }
        const double scatter_m = spread_m / std::sqrt(std::max(fields[s], 0.2));
        at = {at.x + random.normal(0, scatter_m), at.y + random.normal(0, scatter_m)};
        of_sheet[s] = at;
        mean.x += fields[s] * at.x / all_fields;
        mean.y += fields[s] * at.y / all_fields;
      }
      double squares = 0;
      for (std::size_t s = 0; s < sheets_; ++s) {
        const double dx = of_sheet[s].x - mean.x;
        const double dy = of_sheet[s].y - mean.y;
        squares += fields[s] * (dx * dx + dy * dy);
        const double inside = std::max(0.0, fields[s] - 1);  // the rest is in the sheet's own mean
        squares += inside > 0 ? spread_m * spread_m * random.gamma(inside, 2) : 0;
      }
      x[d] = mean.x;
      y[d] = mean.y;
      spread[d] = std::sqrt(squares / (2 * all_fields));
    }
  });
  return {measured(x), measured(y), measured(spread)};
}

}  // namespace firmground::evidence
