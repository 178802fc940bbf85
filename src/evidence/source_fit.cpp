#include "evidence/source_fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>

#include "base/parallel.h"
#include "base/random.h"

namespace firmground::evidence {

namespace {

constexpr int kSide = ShiftLattice::kSide;
constexpr double kStep_m = ShiftLattice::kStep_m;
constexpr double kWide_m = 200;  ///< per axis, of displacements that no law of the source explains
constexpr double kTurnedSpread_m = 25;

/// One record of no field in some hundreds meets mines that look altogether like the field it tells of: no finds say
/// more for existence than this. Where a field is, they may.
constexpr double kMostForExistence = 5.0;

// Weak priors, printed in docs/methods/record-reconciliation.md.
constexpr double kShiftPrior_m = 150;
constexpr std::array<double, 5> kSpreads_m = {8, 14, 22, 35, 55};
constexpr std::array<double, 5> kSheets_m = {4, 10, 20, 40, 70};
constexpr double kSpreadMiddle_m = 20;
constexpr double kSheetsMiddle_m = 20;
constexpr double kSpreadWidth = 0.6;  ///< of the log
constexpr double kSheetsWidth = 1.0;
constexpr double kWidePrior = 0.03;
constexpr double kWidePriorWeight = 12;
constexpr double kHypothesisPriorWeight = 3;
constexpr std::size_t kStart = 2;  ///< of kSpreads_m: the first that is fitted
constexpr std::size_t kRecordsAtOnce = 4;
constexpr int kRounds = 10;
constexpr int kRoundsAfter = 3;
constexpr double kLeastShift = 1e-6;  ///< shifts of less weight are passed over

double deviation_of(const Candidate& candidate, double spread_m) {
  switch (candidate.place) {
    case Candidate::Place::legs: return std::hypot(Candidate::kLegSpread_m, candidate.turned_m);
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

std::size_t lattice_index(int x, int y) {
  return static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x);
}

/// An index drawn by weight(k), which sum to `total` over n.
template <typename Weight>
std::size_t drawn_index(Weight&& weight, std::size_t n, double total, base::Random& random) {
  double u = random.uniform() * total;
  std::size_t k = 0;
  while (k + 1 < n && (u -= weight(k)) >= 0) {
    ++k;
  }
  return k;
}

/// A shift drawn evenly within a step of the lattice.
geo::Xy within_step(std::size_t k, base::Random& random) {
  return {ShiftLattice::at(static_cast<int>(k) % kSide) + random.uniform(-0.5, 0.5) * kStep_m,
          ShiftLattice::at(static_cast<int>(k) / kSide) + random.uniform(-0.5, 0.5) * kStep_m};
}

void make_sum_1(std::vector<float>& weights) {
  double all = 0;
  for (const float weight : weights) {
    all += static_cast<double>(weight);
  }
  const double scale = 1 / std::max(all, 1e-300);
  for (float& weight : weights) {
    weight = static_cast<float>(static_cast<double>(weight) * scale);
  }
}

void keep_above(double least, ShiftWeights& weights) {
  for (float& weight : weights) {
    weight = std::max(weight, static_cast<float>(least));
  }
}

/// A map averaged over the displacements of one reading, by shift of its sheet or, when no shift moves it, as a whole.
void place(const Candidate& candidate, const Reading& reading, const PlaceMap& map, const std::vector<float>& excess,
           double deviation_m, double one, double& everywhere, ShiftWeights& at) {
  const geo::Xy mean{reading.on_map.x + candidate.turned_by.x, reading.on_map.y + candidate.turned_by.y};
  const Kernel x(mean.x, deviation_m);
  const Kernel y(mean.y, deviation_m);
  if (candidate.place == Candidate::Place::legs) {
    everywhere = std::max(-one, static_cast<double>(correlated(excess.data(), map.side(), x, y, 1, map.reach)[0]));
  } else {
    at = correlated(excess.data(), map.side(), x, y, kSide, map.reach - ShiftLattice::kReach);
    keep_above(-one, at);
  }
}

/// Mean and standard deviation of shifts, per axis, metres.
struct Spread {
  geo::Xy mean;
  geo::Xy deviation;
};

Spread spread_of(const ShiftWeights& shift) {
  Spread spread;
  geo::Xy squares;
  for (std::size_t k = 0; k < shift.size(); ++k) {
    const auto weight = static_cast<double>(shift[k]);
    const geo::Xy at{ShiftLattice::at(static_cast<int>(k) % kSide), ShiftLattice::at(static_cast<int>(k) / kSide)};
    spread.mean = {spread.mean.x + weight * at.x, spread.mean.y + weight * at.y};
    squares = {squares.x + weight * at.x * at.x, squares.y + weight * at.y * at.y};
  }
  spread.deviation = {std::sqrt(std::max(0.0, squares.x - spread.mean.x * spread.mean.x)),
                      std::sqrt(std::max(0.0, squares.y - spread.mean.y * spread.mean.y))};
  return spread;
}

/// Mass of a normal law on the steps of a map along one axis.
std::vector<float> on_axis(const PlaceMap& map, double mean_m, double deviation_m) {
  std::vector<float> mass(static_cast<std::size_t>(map.side()));
  for (int step = 0; step < map.side(); ++step) {
    const double z = (map.at(step) - mean_m) / deviation_m;
    mass[static_cast<std::size_t>(step)] =
        static_cast<float>(std::exp(-0.5 * z * z) * kStep_m / (deviation_m * std::sqrt(2 * std::numbers::pi)));
  }
  return mass;
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

/// The ratio of one record, scaled, by reading and by shift of its sheet.
struct SourceFit::Evidence {
  /// A reading's ratio at shift k is one + at[k], of a drawn one that with the share of displacements far and wide.
  struct Reading {
    bool is_drawn = false;
    double everywhere = 0;  ///< above one, when no shift moves it
    ShiftWeights at;        ///< above one; empty when no shift moves it
  };
  double log_scale = 0;
  double one = 1;  ///< the scaled ratio of ground that says nothing
  std::vector<Reading> readings;
  ShiftWeights wide;  ///< of drawn readings, above one; empty when it is 0

  double wide_at(std::size_t k) const { return wide.empty() ? 0 : static_cast<double>(wide[k]); }
  /// Of one reading.
  double part(std::size_t reading, double wide_share, std::size_t k) const {
    const Reading& each = readings[reading];
    const double above = each.at.empty() ? each.everywhere : static_cast<double>(each.at[k]);
    return one + (each.is_drawn ? (1 - wide_share) * above + wide_share * wide_at(k) : above);
  }
  /// Sum over readings, of which the weights sum to 1, less `one`; by shift.
  ShiftWeights above_one(const std::vector<double>& weights, double wide_share) const {
    ShiftWeights sum(ShiftLattice::kSize, 0.0F);
    double everywhere = 0;
    double drawn = 0;
    for (std::size_t r = 0; r < readings.size(); ++r) {
      const Reading& each = readings[r];
      const double weight = each.is_drawn ? weights[r] * (1 - wide_share) : weights[r];
      drawn += each.is_drawn ? weights[r] : 0;
      if (each.at.empty()) {
        everywhere += weight * each.everywhere;
      } else {
        add_weighted(static_cast<float>(weight), each.at, sum);
      }
    }
    if (!wide.empty()) {
      add_weighted(static_cast<float>(drawn * wide_share), wide, sum);
    }
    for (float& value : sum) {
      value += static_cast<float>(everywhere);
    }
    return sum;
  }
};

/// All but the drawn readings, which spread_out() brings.
SourceFit::Evidence SourceFit::evidence_of(const SourceRecord& record) const {
  const RecordMaps& maps = *record.maps;
  Evidence evidence;
  for (const PlaceMap& map : maps.maps) {
    evidence.log_scale = std::max(evidence.log_scale, map.informative() ? map.log_scale : 0);
  }
  evidence.one = std::exp(-evidence.log_scale);
  for (const Reading& reading : maps.readings) {
    const Candidate& candidate = record.ground->candidates[reading.candidate];
    const PlaceMap& map = maps.maps[reading.map];
    Evidence::Reading& each = evidence.readings.emplace_back();
    each.is_drawn = candidate.place == Candidate::Place::drawn;
    if (!map.informative()) {
      continue;
    }
    const auto excess = [&] { return excess_of(map, std::exp(map.log_scale - evidence.log_scale), evidence.one); };
    if (each.is_drawn) {
      if (evidence.wide.empty()) {
        evidence.wide = wide_average(excess(), map, kWide_m);
        keep_above(-evidence.one, evidence.wide);
      }
    } else {
      place(candidate, reading, map, excess(), deviation_of(candidate, 0), evidence.one, each.everywhere, each.at);
    }
  }
  return evidence;
}

void SourceFit::spread_out(std::vector<Evidence>& evidences, double spread_m) const {
  base::parallel_for(records_.size(), kRecordsAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const RecordMaps& maps = *records_[i].maps;
      Evidence& evidence = evidences[i];
      std::vector<float> excess;
      std::size_t of_map = maps.maps.size();
      for (std::size_t r = 0; r < evidence.readings.size(); ++r) {
        const Reading& reading = maps.readings[r];
        const PlaceMap& map = maps.maps[reading.map];
        Evidence::Reading& each = evidence.readings[r];
        if (!each.is_drawn || !map.informative()) {
          continue;
        }
        if (of_map != reading.map) {
          excess = excess_of(map, std::exp(map.log_scale - evidence.log_scale), evidence.one);
          of_map = reading.map;
        }
        place(records_[i].ground->candidates[reading.candidate], reading, map, excess, spread_m, evidence.one,
              each.everywhere, each.at);
      }
    }
  });
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
        log_source[lattice_index(x, y)] = -0.5 * far * far;
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
          sheets[s][k] = std::exp(logs[k] - top);
        }
        averaged[s] = correlated(sheets[s].data(), kSide, kernel, kernel, kSide, 0);
        keep_above(kSmallest, averaged[s]);
      }
    });
    LogProduct product(ShiftLattice::kSize);
    double tops = 0;
    for (std::size_t s = 0; s < log_sheets.size(); ++s) {
      product.times(averaged[s]);
      tops += static_cast<double>(*std::max_element(log_sheets[s].begin(), log_sheets[s].end()));
    }
    const std::vector<double> logs = product.log();
    for (std::size_t k = 0; k < log_source.size(); ++k) {
      log_source[k] += logs[k] + tops;
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

  /// What the source and the other sheets say of the shift of one.
  ShiftWeights prior_of_sheet(std::size_t s) const {
    std::vector<double> others(source.size());
    double top = 0;
    for (std::size_t k = 0; k < others.size(); ++k) {
      others[k] = source[k] / static_cast<double>(averaged[s][k]);
      top = std::max(top, others[k]);
    }
    std::vector<float> scaled(others.size());
    for (std::size_t k = 0; k < others.size(); ++k) {
      scaled[k] = static_cast<float>(others[k] / top);
    }
    return correlated(scaled.data(), kSide, kernel, kernel, kSide, 0);
  }

  /// Posterior of the shift of one sheet, summing to 1.
  ShiftWeights of_sheet(std::size_t s) const {
    ShiftWeights weights = prior_of_sheet(s);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      weights[k] *= sheets[s][k];
    }
    make_sum_1(weights);
    return weights;
  }

  /// A shift of one sheet drawn from its posterior, when the source shifts by `of_source`; none when it has no weight.
  std::optional<geo::Xy> drawn_sheet(std::size_t s, std::size_t of_source, base::Random& random) const {
    const int sx = static_cast<int>(of_source) % kSide;
    const int sy = static_cast<int>(of_source) / kSide;
    const int width = 2 * kernel.reach + 1;
    std::vector<double> weights(static_cast<std::size_t>(width) * static_cast<std::size_t>(width), 0.0);
    double total = 0;
    for (int j = 0; j < width; ++j) {
      for (int i = 0; i < width; ++i) {
        const int px = sx + i - kernel.reach;
        const int py = sy + j - kernel.reach;
        if (px >= 0 && px < kSide && py >= 0 && py < kSide) {
          double& weight =
              weights[static_cast<std::size_t>(j) * static_cast<std::size_t>(width) + static_cast<std::size_t>(i)];
          weight = kernel.mass[static_cast<std::size_t>(i)] * kernel.mass[static_cast<std::size_t>(j)] *
                   sheets[s][lattice_index(px, py)];
          total += weight;
        }
      }
    }
    if (!(total > 0)) {
      return std::nullopt;
    }
    const std::size_t k = drawn_index([&](std::size_t n) { return weights[n]; }, weights.size(), total, random);
    const int px = sx + static_cast<int>(k) % width - kernel.reach;
    const int py = sy + static_cast<int>(k) / width - kernel.reach;
    return within_step(lattice_index(px, py), random);
  }

  Kernel kernel;
  std::vector<double> log_source;
  std::vector<double> source;          ///< posterior of the shift of the source
  std::vector<ShiftWeights> sheets;    ///< likelihood of each shift, by sheet, scaled
  std::vector<ShiftWeights> averaged;  ///< the same over shifts round that of the source
  double log_likelihood = 0;
};

/// What one pass over the records of a source adds up.
struct SourceFit::Tally {
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

SourceFit::SourceFit(std::vector<SourceRecord> records, std::size_t forms, const std::vector<double>& priors,
                     const Discount& discount, Effort effort, RecordsExplained elsewhere)
    : records_(std::move(records)), priors_(priors), discount_(discount), elsewhere_(std::move(elsewhere)) {
  law_.weights.assign(forms, priors);
  if (records_.empty()) {
    return;
  }
  count_sheets();
  std::vector<Evidence> evidences = evidences_of_records();
  constexpr double kNotFitted = -1e300;
  grid_weights_.assign(kSpreads_m.size() * kSheets_m.size(), kNotFitted);
  log_sheets_.resize(kSpreads_m.size());
  std::array<SourceLaw, kSpreads_m.size()> laws;
  fit_at(kStart, evidences, law_);
  laws[kStart] = law_;
  for (std::size_t spread = 0; spread < kSpreads_m.size(); ++spread) {
    if (spread != kStart && effort == Effort::full) {
      laws[spread] = laws[kStart];
      fit_at(spread, evidences, laws[spread]);
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
  of_sheet.reserve(sheets_);
  for (std::size_t s = 0; s < sheets_; ++s) {
    of_sheet.push_back(shifts.of_sheet(s));
  }
  spread_out(evidences, law_.spread_m);
  judge(evidences, of_sheet);
}

SourceFit::SourceFit(std::vector<SourceRecord> records, SourceLaw law, const std::vector<ShiftWeights>& sheets,
                     const std::vector<double>& priors, const Discount& discount)
    : records_(std::move(records)), priors_(priors), discount_(discount), law_(std::move(law)) {
  count_sheets();
  std::vector<Evidence> evidences = evidences_of_records();
  spread_out(evidences, law_.spread_m);
  std::vector<std::vector<double>> likelihoods(records_.size());
  std::vector<ShiftWeights> of_sheet = sheets;
  const auto by_sheet = informative_by_sheet();
  for (std::size_t s = 0; s < sheets_; ++s) {
    const ShiftWeights logs = log_likelihood_of(by_sheet[s], evidences, law_, likelihoods);
    const float top = *std::max_element(logs.begin(), logs.end());
    for (std::size_t k = 0; k < logs.size(); ++k) {
      of_sheet[s][k] *= std::exp(logs[k] - top);
    }
    make_sum_1(of_sheet[s]);
  }
  judge(evidences, of_sheet);
}

void SourceFit::count_sheets() {
  for (const SourceRecord& record : records_) {
    sheets_ = std::max(sheets_, record.sheet + 1);
  }
}

std::vector<SourceFit::Evidence> SourceFit::evidences_of_records() const {
  std::vector<Evidence> evidences(records_.size());
  base::parallel_for(records_.size(), kRecordsAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (records_[i].maps->informative) {
        evidences[i] = evidence_of(records_[i]);
      }
    }
  });
  return evidences;
}

std::vector<std::vector<std::size_t>> SourceFit::informative_by_sheet() const {
  std::vector<std::vector<std::size_t>> of_sheet(sheets_);
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].maps->informative) {
      of_sheet[records_[i].sheet].push_back(i);
    }
  }
  return of_sheet;
}

std::vector<ShiftWeights> SourceFit::sheet_priors() const {
  const auto spread = std::find(kSpreads_m.begin(), kSpreads_m.end(), law_.spread_m) - kSpreads_m.begin();
  const SheetShifts shifts(log_sheets_[static_cast<std::size_t>(spread)], law_.sheets_m);
  std::vector<ShiftWeights> priors(sheets_);
  base::parallel_for(sheets_, kRecordsAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t s = begin; s < end; ++s) {
      priors[s] = shifts.prior_of_sheet(s);
      make_sum_1(priors[s]);
    }
  });
  return priors;
}

void SourceFit::judge(const std::vector<Evidence>& evidences, const std::vector<ShiftWeights>& of_sheet) {
  posteriors_.resize(records_.size());
  base::parallel_for(records_.size(), kRecordsAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      posteriors_[i] = posterior_of(records_[i], evidences[i], of_sheet[records_[i].sheet]);
    }
  });
}

RecordPosterior SourceFit::posterior_of(const SourceRecord& record, const Evidence& evidence,
                                        ShiftWeights of_sheet) const {
  RecordPosterior posterior;
  posterior.shift = std::move(of_sheet);
  posterior.wide_share = law_.wide_share;
  if (record.maps->readings.empty()) {
    return posterior;
  }
  posterior.prior = weights_of(record, law_);
  posterior.readings = posterior.prior;
  if (!record.maps->informative) {
    return posterior;
  }
  const ShiftWeights above = evidence.above_one(posterior.prior, law_.wide_share);
  std::vector<double> ratios(ShiftLattice::kSize);
  const double scale = discount_.scale(evidence.log_scale, record.stratum);
  for (std::size_t k = 0; k < ratios.size(); ++k) {
    ratios[k] = scale * std::max(0.0, evidence.one + static_cast<double>(above[k]));
    // What the sheet's other records say of its shift.
    posterior.shift[k] =
        static_cast<float>(static_cast<double>(posterior.shift[k]) / (1 - law_.findable + law_.findable * ratios[k]));
  }
  make_sum_1(posterior.shift);
  posterior.readings.assign(posterior.prior.size(), 0.0);
  double ratio = 0;
  double wide = 0;
  double drawn = 0;
  for (std::size_t k = 0; k < ratios.size(); ++k) {
    const auto weight = static_cast<double>(posterior.shift[k]);
    if (weight < kLeastShift) {
      continue;
    }
    ratio += weight * ratios[k];
    for (std::size_t r = 0; r < posterior.readings.size(); ++r) {
      const double part = weight * posterior.prior[r] * evidence.part(r, law_.wide_share, k);
      posterior.readings[r] += part;
      if (evidence.readings[r].is_drawn) {
        drawn += part;
        wide += weight * posterior.prior[r] * law_.wide_share * (evidence.one + evidence.wide_at(k));
      }
    }
  }
  const double sum = std::accumulate(posterior.readings.begin(), posterior.readings.end(), 0.0);
  for (double& reading : posterior.readings) {
    reading /= std::max(sum, 1e-300);
  }
  posterior.log_ratio = std::min(kMostForExistence, std::log(std::max(ratio, 1e-300)));
  posterior.wide_share = drawn > 0 ? wide / drawn : law_.wide_share;
  return posterior;
}

void SourceFit::fit_at(std::size_t spread, std::vector<Evidence>& evidences, SourceLaw& law) {
  spread_out(evidences, kSpreads_m[spread]);
  const auto of_sheet = informative_by_sheet();
  std::vector<ShiftWeights>& log_sheets = log_sheets_[spread];
  log_sheets.assign(sheets_, ShiftWeights(ShiftLattice::kSize, 0.0F));
  std::vector<std::vector<double>> likelihoods(records_.size());
  const auto look = [&] {
    base::parallel_for(sheets_, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t s = begin; s < end; ++s) {
        log_sheets[s] = log_likelihood_of(of_sheet[s], evidences, law, likelihoods);
      }
    });
  };
  const int rounds = spread == kStart ? kRounds : kRoundsAfter;
  std::size_t best_sheets = start_sheets_;
  for (int round = 0; round <= rounds; ++round) {
    look();
    double best = -1e300;
    // The spread of sheets moves slowly: it is chosen once the hypotheses have settled somewhat, and at the end.
    const bool is_choosing = round == rounds || (spread == kStart && round == 2);
    for (std::size_t k = 0; k < kSheets_m.size() && is_choosing; ++k) {
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
      start_sheets_ = spread == kStart ? best_sheets : start_sheets_;
      break;
    }
    const SheetShifts shifts(log_sheets, kSheets_m[best_sheets]);
    std::vector<Tally> parts(sheets_);
    base::parallel_for(sheets_, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t s = begin; s < end; ++s) {
        parts[s].hypotheses.assign(law.weights.size(), std::vector<double>(priors_.size(), 0.0));
        const ShiftWeights shift = shifts.of_sheet(s);
        std::vector<std::size_t> likely;
        for (std::size_t k = 0; k < shift.size(); ++k) {
          if (static_cast<double>(shift[k]) >= kLeastShift) {
            likely.push_back(k);
          }
        }
        for (const std::size_t i : of_sheet[s]) {
          tally(records_[i], evidences[i], likelihoods[i], shift, likely, law, parts[s]);
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
    explained_ = std::move(total.hypotheses);
    weigh_hypotheses(law);
  }
}

void SourceFit::weigh_hypotheses(SourceLaw& law) const {
  for (std::size_t f = 0; f < law.weights.size(); ++f) {
    double all = 0;
    for (std::size_t h = 0; h < priors_.size(); ++h) {
      law.weights[f][h] =
          explained_[f][h] + kHypothesisPriorWeight * priors_[h] + (elsewhere_.empty() ? 0 : elsewhere_[f][h]);
      all += law.weights[f][h];
    }
    for (double& weight : law.weights[f]) {
      weight /= all;
    }
  }
}

/// Log likelihood of the finds of some records of one sheet by its shift, over that of no field; of each record,
/// 1 - phi + phi A (eq. 7), in `likelihoods`.
ShiftWeights SourceFit::log_likelihood_of(const std::vector<std::size_t>& records,
                                          const std::vector<Evidence>& evidences, const SourceLaw& law,
                                          std::vector<std::vector<double>>& likelihoods) const {
  LogProduct product(ShiftLattice::kSize);
  for (const std::size_t i : records) {
    const SourceRecord& record = records_[i];
    const ShiftWeights above = evidences[i].above_one(weights_of(record, law), law.wide_share);
    const double scale = law.findable * discount_.scale(evidences[i].log_scale, record.stratum);
    const double not_findable = 1 - law.findable;
    const double base = not_findable + scale * evidences[i].one;
    std::vector<double>& likelihood = likelihoods[i];
    likelihood.resize(ShiftLattice::kSize);
    for (std::size_t k = 0; k < ShiftLattice::kSize; ++k) {
      likelihood[k] = std::max(not_findable, base + scale * static_cast<double>(above[k]));
    }
    product.times(likelihood);
  }
  const std::vector<double> logs = product.log();
  return {logs.begin(), logs.end()};
}

void SourceFit::tally(const SourceRecord& record, const Evidence& evidence, const std::vector<double>& likelihood,
                      const ShiftWeights& shift, const std::vector<std::size_t>& likely, const SourceLaw& law,
                      Tally& sums) const {
  const std::vector<double> weights = weights_of(record, law);
  const double scale = law.findable * discount_.scale(evidence.log_scale, record.stratum);
  sums.records += 1;
  for (const std::size_t k : likely) {
    const auto weight = static_cast<double>(shift[k]);
    sums.findable += weight * (1 - (1 - law.findable) / likelihood[k]);
    const double found = weight * scale / likelihood[k];
    const double wide = law.wide_share * (evidence.one + evidence.wide_at(k));
    for (std::size_t r = 0; r < weights.size(); ++r) {
      const double share = found * weights[r] * evidence.part(r, law.wide_share, k);
      sums.hypotheses[record.form][record.ground->candidates[record.maps->readings[r].candidate].hypothesis] += share;
      if (evidence.readings[r].is_drawn) {
        sums.drawn += share;
        sums.wide += found * weights[r] * wide;
      }
    }
  }
}

Displacements displacements_of(const RecordMaps& maps, const RecordGround& ground, std::size_t reading,
                               const SourceLaw& law, const ShiftWeights& shift) {
  const Reading& read = maps.readings[reading];
  const Candidate& candidate = ground.candidates[read.candidate];
  const PlaceMap& map = maps.maps[read.map];
  const geo::Xy mean{-read.on_map.x - candidate.turned_by.x, -read.on_map.y - candidate.turned_by.y};
  const double deviation_m = deviation_of(candidate, law.spread_m);
  std::vector<float> weights;
  if (candidate.place == Candidate::Place::legs) {
    const float here = 1;
    weights = correlated(&here, 1, Kernel(mean.x, deviation_m), Kernel(mean.y, deviation_m), map.side(), -map.reach);
  } else {
    const int offset = ShiftLattice::kReach - map.reach;
    weights =
        correlated(shift.data(), kSide, Kernel(mean.x, deviation_m), Kernel(mean.y, deviation_m), map.side(), offset);
    if (candidate.place == Candidate::Place::drawn) {
      const Spread far = spread_of(shift);
      const std::vector<float> x = on_axis(map, far.mean.x - mean.x, std::hypot(kWide_m, far.deviation.x));
      const std::vector<float> y = on_axis(map, far.mean.y - mean.y, std::hypot(kWide_m, far.deviation.y));
      const auto wide_share = static_cast<float>(law.wide_share);
      for (int iy = 0; iy < map.side(); ++iy) {
        for (int ix = 0; ix < map.side(); ++ix) {
          float& weight = weights[map.index(ix, iy)];
          weight = (1 - wide_share) * weight +
                   wide_share * x[static_cast<std::size_t>(ix)] * y[static_cast<std::size_t>(iy)];
        }
      }
    }
  }
  make_sum_1(weights);
  Displacements result{weights, weights};
  if (map.informative()) {
    for (std::size_t k = 0; k < weights.size(); ++k) {
      result.after[k] *= map.ratio[k];
    }
    make_sum_1(result.after);
  }
  return result;
}

SourceFit::Intervals SourceFit::intervals(const std::vector<double>& exists, std::uint64_t seed) const {
  constexpr std::size_t kDraws = 300;
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
      geo::Xy source{random.normal(0, kShiftPrior_m), random.normal(0, kShiftPrior_m)};
      double spread_m = kSpreadMiddle_m * std::exp(random.normal(0, kSpreadWidth));
      double sheets_m = kSheetsMiddle_m * std::exp(random.normal(0, kSheetsWidth));
      const SheetShifts* chosen = nullptr;
      std::size_t shift = 0;
      if (kept > 0) {
        const std::size_t cell = drawn_index(
            [&](std::size_t k) { return shifts[k] != nullptr ? grid_weights_[k] : 0.0; }, shifts.size(), kept, random);
        chosen = shifts[cell].get();
        shift = drawn_index([&](std::size_t k) { return chosen->source[k]; }, ShiftLattice::kSize, 1.0, random);
        source = within_step(shift, random);
        // Between the steps of the grid.
        spread_m = kSpreads_m[cell / kSheets_m.size()] * std::exp(random.uniform(-0.25, 0.25));
        sheets_m = kSheets_m[cell % kSheets_m.size()] * std::exp(random.uniform(-0.4, 0.4));
      }
      // Which of its records tell of a field is not known either.
      std::vector<double> fields(sheets_, 0.0);
      for (std::size_t i = 0; i < exists.size(); ++i) {
        fields[records_[i].sheet] += random.chance(exists[i]) ? 1 : 0;
      }
      const double all_fields = std::max(1.0, std::accumulate(fields.begin(), fields.end(), 0.0));
      std::vector<geo::Xy> of_sheet(sheets_);
      geo::Xy mean;
      for (std::size_t s = 0; s < sheets_; ++s) {
        if (!(fields[s] > 0)) {
          continue;
        }
        geo::Xy at{source.x + random.normal(0, sheets_m), source.y + random.normal(0, sheets_m)};
        if (chosen != nullptr) {
          at = chosen->drawn_sheet(s, shift, random).value_or(at);
        }
        const double scatter_m = spread_m / std::sqrt(fields[s]);
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
