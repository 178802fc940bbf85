#include "evidence/find_counts.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace firmground::evidence {

namespace {

/// True mines per mine recorded and still there: log-normal. Its middle takes in what decayed and was lifted singly,
/// its width also that people who recorded did not count (docs/methods/record-reconciliation.md, eq. 3).
constexpr double kLogCompleteness = -0.45;
constexpr double kLogCompletenessSpread = 0.9;
/// A field under the outline of which nothing was found although it was searched: the drawn strip misses the rows, or
/// they lie in the part that was passed over.
constexpr double kMissed = 0.06;

constexpr double kLogExpectedLow = -7;
constexpr double kLogExpectedHigh = 9;

/// How evenly a field's finds lie among the parts inside (Dirichlet): as a rule; and where rows end, bend, were lifted
/// in part or lie in the part of a release that nobody walked.
constexpr double kEven = 30;
constexpr double kUneven = 4;
constexpr double kUnevenShare = 0.2;
/// Fields end: finds in the ring per find inside, for equal search, when no neighbour lies there; and how alike rings
/// are in it (negative binomial).
constexpr double kRing = 0.04;
constexpr double kRingAlike = 1;
constexpr double kNeighbourShare = 0.3;  ///< of the ring's parts that a neighbouring field reaches into

constexpr float kRisingLow = 0x1p-8F;
constexpr int kStepBits = 19;  ///< of a float below its exponent and its first four bits

constexpr double kHectaresPerCell = SearchImage::kCell_m * SearchImage::kCell_m / 1e4;

/// Nearly all anti-vehicle, nearly all anti-personnel, mixed: beta laws of the share of anti-vehicle mines.
constexpr std::array<std::array<double, 2>, 3> kKinds = {{{12, 0.6}, {0.6, 12}, {2, 2}}};
/// Of fields that a record says hold one kind: they do, hold the other (the wrong box was ticked), are mixed.
constexpr double kKindRight = 0.8;
constexpr double kKindWrong = 0.08;
constexpr double kKindMixed = 0.12;

int whole(double finds, int cap) {
  return std::clamp(static_cast<int>(std::lround(finds)), 0, cap);
}

double harmonic(int n) {
  double sum = 0;
  for (int f = 1; f <= n; ++f) {
    sum += 1.0 / f;
  }
  return sum;
}

double inside(const std::array<float, kParts>& parts) {
  double total = 0;
  for (std::size_t p = 0; p < kInnerParts; ++p) {
    total += static_cast<double>(parts[p]);
  }
  return total;
}

/// Finds of the parts inside as whole numbers of at most `cap` together.
std::array<int, kInnerParts> counted_inside(const FoundUnder& found, double all, int cap) {
  const double scale = std::min(1.0, cap / all);
  std::array<int, kInnerParts> finds{};
  for (std::size_t p = 0; p < kInnerParts; ++p) {
    finds[p] = whole(scale * static_cast<double>(found.finds[p]), cap);
  }
  return finds;
}

std::array<double, kInnerParts> effort_inside(const FoundUnder& found, double all) {
  std::array<double, kInnerParts> shares{};
  for (std::size_t p = 0; p < kInnerParts; ++p) {
    shares[p] = static_cast<double>(found.effort[p]) / all;
  }
  return shares;
}

}  // namespace

FindCounts::FindCounts(std::span<const Drop> drops) {
  tabulate_rising();
  tabulate_field();
  learn_null(drops);
  learn_clumping(drops);
  learn_ring(drops);
  learn_kinds(drops);
}

FindCounts::FindCounts(const Learnt& learnt)
    : null_alike_(learnt.clumping),
      null_ring_(learnt.ring),
      null_ring_alike_(learnt.ring_alike),
      gamma_(learnt.gamma),
      rho_(learnt.rho),
      null_kinds_(learnt.kinds),
      most_finds_(learnt.most_finds) {
  tabulate_rising();
  tabulate_field();
  harmonic_ = harmonic(most_finds_);
}

/// Maximum of the likelihood of "something or nothing" over gamma and one rho per context, with a weak prior of one
/// template in ten per context.
void FindCounts::learn_null(std::span<const Drop> drops) {
  double best = -1e300;
  for (const double gamma : {0.3, 0.45, 0.6, 0.8, 1.0}) {
    std::array<double, kContexts> rho{};
    double total = 0;
    for (std::size_t c = 0; c < kContexts; ++c) {
      std::vector<std::pair<double, bool>> seen;
      for (const Drop& drop : drops) {
        const double hectares = kHectaresPerCell * inside(drop.found.effort);
        if (drop.context == c && hectares > 0) {
          seen.emplace_back(std::pow(hectares, gamma), inside(drop.found.finds) >= 0.5);
        }
      }
      double best_here = -1e300;
      for (double log_rho = -7; log_rho <= 1.5; log_rho += 0.1) {
        const double r = std::exp(log_rho);
        double total_here = 0.1 * std::log(1 - std::exp(-r)) - 0.9 * r;
        for (const auto& [power, some] : seen) {
          total_here += some ? std::log(-std::expm1(-r * power)) : -r * power;
        }
        if (total_here > best_here) {
          best_here = total_here;
          rho[c] = r;
        }
      }
      total += best_here;
    }
    if (total > best) {
      best = total;
      gamma_ = gamma;
      rho_ = rho;
    }
  }
  for (const Drop& drop : drops) {
    most_finds_ = std::max(most_finds_, whole(inside(drop.found.finds), kCap));
  }
  harmonic_ = harmonic(most_finds_);
}

/// Maximum of the Dirichlet-multinomial likelihood of how finds lie among the parts inside dropped templates.
void FindCounts::learn_clumping(std::span<const Drop> drops) {
  double best = -1e300;
  for (double log_alike = -2; log_alike <= 1.5; log_alike += 0.1) {
    double total = -0.5 * log_alike * log_alike;
    for (const Drop& drop : drops) {
      const double all = inside(drop.found.finds);
      const double effort = inside(drop.found.effort);
      if (all >= 2 && effort > 0) {
        total += log_even(counted_inside(drop.found, all, kPartsCap), effort_inside(drop.found, effort),
                          std::exp(log_alike));
      }
    }
    if (total > best) {
      best = total;
      null_alike_ = std::exp(log_alike);
    }
  }
}

/// Maximum of the likelihood of what lies in the ring of dropped templates, given what lies inside.
void FindCounts::learn_ring(std::span<const Drop> drops) {
  double best = -1e300;
  for (const double ring : {0.2, 0.3, 0.45, 0.7, 1.0, 1.4}) {
    for (double log_alike = -3; log_alike <= 1; log_alike += 0.2) {
      double total = -0.5 * std::pow(std::log(ring / 0.7), 2) - 0.5 * std::pow(log_alike + 1.2, 2);
      for (const Drop& drop : drops) {
        const double all = inside(drop.found.finds);
        const double effort = inside(drop.found.effort);
        if (all < 3 || !(effort > 0)) {
          continue;
        }
        const double scale = std::min(1.0, kPartsCap / all);
        for (std::size_t p = kInnerParts; p < kParts; ++p) {
          const double expected = scale * all / effort * static_cast<double>(drop.found.effort[p]);
          total += log_ring(whole(scale * static_cast<double>(drop.found.finds[p]), kPartsCap), ring * expected,
                            std::exp(log_alike));
        }
      }
      if (total > best) {
        best = total;
        null_ring_ = ring;
        null_ring_alike_ = std::exp(log_alike);
      }
    }
  }
}

/// EM over the three kinds, with a prior of one drop each.
void FindCounts::learn_kinds(std::span<const Drop> drops) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    std::array<double, 3> seen{1, 1, 1};
    for (const Drop& drop : drops) {
      const double all = inside(drop.found.finds);
      if (all < 1) {
        continue;
      }
      std::array<double, 3> weight{};
      double total = 0;
      const double scale = std::min(1.0, kPartsCap / all);
      const int av = whole(scale * static_cast<double>(drop.found.av_finds), kPartsCap);
      const int ap = whole(scale * (all - static_cast<double>(drop.found.av_finds)), kPartsCap);
      for (std::size_t k = 0; k < 3; ++k) {
        weight[k] = null_kinds_[k] * std::exp(log_rising(kKinds[k][0], av) + log_rising(kKinds[k][1], ap) -
                                              log_rising(kKinds[k][0] + kKinds[k][1], std::min(av + ap, kPartsCap)));
        total += weight[k];
      }
      for (std::size_t k = 0; k < 3; ++k) {
        seen[k] += weight[k] / total;
      }
    }
    const double all = seen[0] + seen[1] + seen[2];
    for (std::size_t k = 0; k < 3; ++k) {
      null_kinds_[k] = seen[k] / all;
    }
  }
}

double FindCounts::psi(double hectares_searched, std::uint8_t context) const {
  return -std::expm1(-rho_[context] * std::pow(std::max(hectares_searched, 1e-6), gamma_));
}

/// Poisson counts whose mean is log-normal round the expected, by Simpson's rule over four standard deviations.
void FindCounts::tabulate_field() {
  log_field_.resize(static_cast<std::size_t>(kExpected) * (kCap + 1));
  constexpr int kNodes = 33;
  std::array<double, kCap + 1> log_factorial{};
  for (int f = 1; f <= kCap; ++f) {
    log_factorial[static_cast<std::size_t>(f)] = log_factorial[static_cast<std::size_t>(f - 1)] + std::log(f);
  }
  for (int step = 0; step < kExpected; ++step) {
    const double log_expected = kLogExpectedLow + (kLogExpectedHigh - kLogExpectedLow) * step / (kExpected - 1);
    std::vector<double> total(kCap + 1, 0.0);
    double weights = 0;
    for (int node = 0; node < kNodes; ++node) {
      const double z = -4 + 8.0 * node / (kNodes - 1);
      const double weight = std::exp(-0.5 * z * z) * (node == 0 || node == kNodes - 1 ? 1 : node % 2 == 1 ? 4 : 2);
      const double log_mean = log_expected + kLogCompleteness + kLogCompletenessSpread * z;
      const double mean = std::exp(log_mean);
      weights += weight;
      for (int f = 0; f <= kCap; ++f) {
        total[static_cast<std::size_t>(f)] +=
            weight * std::exp(f * log_mean - mean - log_factorial[static_cast<std::size_t>(f)]);
      }
    }
    for (int f = 0; f <= kCap; ++f) {
      const double p = (1 - kMissed) * total[static_cast<std::size_t>(f)] / weights + (f == 0 ? kMissed : 0);
      log_field_[static_cast<std::size_t>(step) * (kCap + 1) + static_cast<std::size_t>(f)] =
          static_cast<float>(std::log(std::max(p, 1e-30)));
    }
  }
}

void FindCounts::tabulate_rising() {
  log_rising_.resize(static_cast<std::size_t>(kRising) * (kPartsCap + 1));
  const auto low = std::bit_cast<std::uint32_t>(kRisingLow);
  for (std::uint32_t step = 0; step < kRising; ++step) {
    const auto a = static_cast<double>(std::bit_cast<float>(low + (step << kStepBits)));
    double total = 0;
    for (int f = 0; f <= kPartsCap; ++f) {
      log_rising_[static_cast<std::size_t>(step) * (kPartsCap + 1) + static_cast<std::size_t>(f)] =
          static_cast<float>(total);
      total += std::log(a + f);
    }
  }
}

double FindCounts::log_rising(double a, int finds) const {
  if (finds == 0) {
    return 0;
  }
  constexpr float kHigh = kRisingLow * static_cast<float>(1 << kRisingOctaves);
  constexpr std::uint32_t kPart = (1U << kStepBits) - 1;
  const float within = std::clamp(static_cast<float>(a), kRisingLow, kHigh * 0.9999F);
  const std::uint32_t above = std::bit_cast<std::uint32_t>(within) - std::bit_cast<std::uint32_t>(kRisingLow);
  const double part = static_cast<double>(above & kPart) / (1U << kStepBits);
  const float* low =
      &log_rising_[static_cast<std::size_t>(above >> kStepBits) * (kPartsCap + 1) + static_cast<std::size_t>(finds)];
  return (1 - part) * static_cast<double>(low[0]) + part * static_cast<double>(low[kPartsCap + 1]);
}

double FindCounts::log_even(const std::array<int, kInnerParts>& finds, const std::array<double, kInnerParts>& effort,
                            double alike) const {
  double total = 0;
  int all = 0;
  for (std::size_t p = 0; p < kInnerParts; ++p) {
    if (finds[p] > 0) {
      all += finds[p];
      total += log_rising(alike * effort[p], finds[p]);
    }
  }
  return total - log_rising(alike, std::min(all, kPartsCap));
}

/// Negative binomial but for the factorial, which every law shares.
double FindCounts::log_ring(int finds, double expected, double alike) const {
  if (!(expected > 0)) {
    return 0;
  }
  const double log_none = alike * std::log(alike / (alike + expected));
  return finds == 0 ? log_none : log_none + log_rising(alike, finds) + finds * std::log(expected / (alike + expected));
}

/// Eq. 4: how the finds lie among the parts inside.
double FindCounts::log_inside_ratio(const FoundUnder& found, double inside, double effort) const {
  const auto finds = counted_inside(found, inside, kPartsCap);
  const auto shares = effort_inside(found, effort);
  const double without = log_even(finds, shares, null_alike_);
  const double even = log_even(finds, shares, kEven) - without;
  const double uneven = log_even(finds, shares, kUneven) - without;
  return std::log((1 - kUnevenShare) * std::exp(even) + kUnevenShare * std::exp(uneven));
}

/// Eq. 5: what lies beyond the edge.
double FindCounts::log_ring_ratio(const FoundUnder& found, double inside, double effort) const {
  const double scale = std::min(1.0, kPartsCap / inside);
  double ratio = 0;
  for (std::size_t p = kInnerParts; p < kParts; ++p) {
    const double expected = scale * inside / effort * static_cast<double>(found.effort[p]);
    if (expected > 0) {
      const int finds = whole(scale * static_cast<double>(found.finds[p]), kPartsCap);
      const double without = log_ring(finds, null_ring_ * expected, null_ring_alike_);
      ratio += std::log((1 - kNeighbourShare) * std::exp(log_ring(finds, kRing * expected, kRingAlike) - without) +
                        kNeighbourShare);
    }
  }
  return ratio;
}

/// Eq. 6: of which kind they are.
double FindCounts::log_kind_ratio(const FoundUnder& found, double all, Laid laid) const {
  if (laid == Laid::any) {
    return 0;
  }
  const double scale = std::min(1.0, kPartsCap / all);
  const int av = whole(scale * static_cast<double>(found.av_finds), kPartsCap);
  const int ap = whole(scale * (all - static_cast<double>(found.av_finds)), kPartsCap);
  const std::array<double, 3> weights = laid == Laid::av ? std::array{kKindRight, kKindWrong, kKindMixed}
                                                         : std::array{kKindWrong, kKindRight, kKindMixed};
  double with_field = 0;
  double without = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const double likelihood = std::exp(log_rising(kKinds[k][0], av) + log_rising(kKinds[k][1], ap) -
                                       log_rising(kKinds[k][0] + kKinds[k][1], std::min(av + ap, kPartsCap)));
    with_field += weights[k] * likelihood;
    without += null_kinds_[k] * likelihood;
  }
  return std::log(with_field / without);
}

/// Log of P1 of so many mines inside.
double FindCounts::log_field(double effort, double density, int finds) const {
  const double log_expected = std::log(std::max(effort * density, 1e-3));
  const double at = (log_expected - kLogExpectedLow) / (kLogExpectedHigh - kLogExpectedLow) * (kExpected - 1);
  const int step = std::clamp(static_cast<int>(at), 0, kExpected - 2);
  const double part = std::clamp(at - step, 0.0, 1.0);
  const float* low = &log_field_[static_cast<std::size_t>(step) * (kCap + 1) + static_cast<std::size_t>(finds)];
  return (1 - part) * static_cast<double>(low[0]) + part * static_cast<double>(low[kCap + 1]);
}

double FindCounts::log_ratio_of_nothing(double effort, double density, std::uint8_t context) const {
  return log_field(effort, density, 0) + rho_[context] * std::pow(kHectaresPerCell * effort, gamma_);
}

double FindCounts::log_ratio(const FoundUnder& found, double mines, double cells, std::uint8_t context,
                             Laid laid) const {
  const double effort = inside(found.effort);
  if (!(effort > 0)) {
    return 0;
  }
  const double all = inside(found.finds);
  const int f = whole(all, kCap);
  if (f == 0) {
    return log_ratio_of_nothing(effort, mines / cells, context);
  }
  const double hectares = kHectaresPerCell * effort;
  const double without = std::log(psi(hectares, context) / (std::min(f, most_finds_) * harmonic_));
  return log_field(effort, mines / cells, f) - without + log_inside_ratio(found, all, effort) +
         log_ring_ratio(found, all, effort) + log_kind_ratio(found, all, laid);
}

}  // namespace firmground::evidence
