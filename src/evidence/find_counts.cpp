#include "evidence/find_counts.h"

#include <algorithm>
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

/// Share of the finds of a field and its ring that lie inside, when the field is there; and how alike fields are in it.
constexpr double kInside = 0.83;
constexpr double kInsideAlike = 6;
constexpr double kInsideAlikeNull = 1.6;

/// Mean unevenness of a field's own finds: rows end, bend, were lifted in part.
constexpr double kFieldUnevenness = 0.09;

double log_beta(double a, double b) {
  return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

double log_beta_binomial(int inside, int ring, double a, double b) {
  return log_beta(inside + a, ring + b) - log_beta(a, b);
}

int whole(float finds, int cap) {
  return std::clamp(static_cast<int>(std::lround(finds)), 0, cap);
}

}  // namespace

FindCounts::FindCounts(std::span<const Drop> drops) {
  learn_null(drops);
  tabulate_field();
  tabulate_ring();
}

/// Maximum of the likelihood of "something or nothing" over gamma and one rho per context, with a weak prior of one
/// template in ten per context.
void FindCounts::learn_null(std::span<const Drop> drops) {
  std::vector<float> counts;
  double best = -1e300;
  for (const double gamma : {0.3, 0.45, 0.6, 0.8, 1.0}) {
    std::array<double, kContexts> rho{};
    double total = 0;
    for (std::size_t c = 0; c < kContexts; ++c) {
      double best_here = -1e300;
      for (double log_rho = -7; log_rho <= 1.5; log_rho += 0.1) {
        const double r = std::exp(log_rho);
        double sum = 0.1 * std::log(1 - std::exp(-r)) - 0.9 * r;
        for (const Drop& drop : drops) {
          if (drop.context == c && drop.hectares_searched > 0) {
            const double mean = r * std::pow(static_cast<double>(drop.hectares_searched), gamma);
            sum += whole(drop.finds, kCap) == 0 ? -mean : std::log(-std::expm1(-mean));
          }
        }
        if (sum > best_here) {
          best_here = sum;
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
  double uneven = 0;
  double met = 0;
  for (const Drop& drop : drops) {
    if (whole(drop.finds, kCap) > 0) {
      counts.push_back(drop.finds);
    }
    if (whole(drop.finds, kCap) >= 10) {
      uneven += static_cast<double>(drop.unevenness);
      ++met;
    }
  }
  constexpr double kPriorDrops = 20;
  null_unevenness_ = std::max(2 * kFieldUnevenness, (uneven + kPriorDrops * null_unevenness_) / (met + kPriorDrops));
  std::sort(counts.begin(), counts.end());
  if (!counts.empty()) {
    most_finds_ = std::clamp(static_cast<int>(counts.back()), most_finds_, kCap);
  }
  harmonic_ = 0;
  for (int f = 1; f <= most_finds_; ++f) {
    harmonic_ += 1.0 / f;
  }
}

double FindCounts::psi(float hectares_searched, std::uint8_t context) const {
  const double area = std::max(static_cast<double>(hectares_searched), 1e-6);
  return -std::expm1(-rho_[context] * std::pow(area, gamma_));
}

double FindCounts::unevenness(std::span<const float> finds, std::span<const float> effort) {
  double all_finds = 0;
  double all_effort = 0;
  for (std::size_t b = 0; b < finds.size(); ++b) {
    all_finds += static_cast<double>(finds[b]);
    all_effort += static_cast<double>(effort[b]);
  }
  double divergence = 0;
  for (std::size_t b = 0; b < finds.size() && all_finds > 0; ++b) {
    if (finds[b] > 0 && effort[b] > 0) {
      const double share = static_cast<double>(finds[b]) / all_finds;
      divergence += share * std::log(share * all_effort / static_cast<double>(effort[b]));
    }
  }
  return std::max(0.0, divergence);
}

/// Both unevennesses are taken as exponential; few finds are uneven by chance (a chi-squared of the blocks).
double FindCounts::log_spread_ratio(double uneven, float finds) const {
  if (finds < 2) {
    return 0;
  }
  const double chance = (static_cast<double>(kBlocks) - 1) / (2 * static_cast<double>(finds));
  const double field = kFieldUnevenness + chance;
  const double other = null_unevenness_ + chance;
  return std::log(other / field) - uneven * (1 / field - 1 / other);
}

/// Poisson counts whose mean is log-normal round the expected, by Simpson's rule over four standard deviations.
void FindCounts::tabulate_field() {
  log_field_.resize(static_cast<std::size_t>(kExpected) * (kCap + 1));
  constexpr int kNodes = 33;
  for (int step = 0; step < kExpected; ++step) {
    const double log_expected = kLogExpectedLow + (kLogExpectedHigh - kLogExpectedLow) * step / (kExpected - 1);
    std::vector<double> sum(kCap + 1, 0.0);
    double weights = 0;
    for (int node = 0; node < kNodes; ++node) {
      const double z = -4 + 8.0 * node / (kNodes - 1);
      const double weight = std::exp(-0.5 * z * z) * (node == 0 || node == kNodes - 1 ? 1 : node % 2 == 1 ? 4 : 2);
      const double log_mean = log_expected + kLogCompleteness + kLogCompletenessSpread * z;
      const double mean = std::exp(log_mean);
      weights += weight;
      for (int f = 0; f <= kCap; ++f) {
        sum[static_cast<std::size_t>(f)] += weight * std::exp(f * log_mean - mean - std::lgamma(f + 1.0));
      }
    }
    for (int f = 0; f <= kCap; ++f) {
      const double p = (1 - kMissed) * sum[static_cast<std::size_t>(f)] / weights + (f == 0 ? kMissed : 0);
      log_field_[static_cast<std::size_t>(step) * (kCap + 1) + static_cast<std::size_t>(f)] =
          static_cast<float>(std::log(std::max(p, 1e-30)));
    }
  }
}

void FindCounts::tabulate_ring() {
  log_ring_.resize(static_cast<std::size_t>(kShares) * (kRingCap + 1) * (kRingCap + 1));
  for (int share = 0; share < kShares; ++share) {
    const double area = (share + 0.5) / kShares;
    // The part of the field's own finds that the searched ground can show inside.
    const double odds = kInside / (1 - kInside) * area / (1 - area);
    const double inside_share = odds / (1 + odds);
    for (int in = 0; in <= kRingCap; ++in) {
      for (int ring = 0; ring <= kRingCap; ++ring) {
        const double there =
            log_beta_binomial(in, ring, kInsideAlike * inside_share, kInsideAlike * (1 - inside_share));
        const double not_there = log_beta_binomial(in, ring, kInsideAlikeNull * area, kInsideAlikeNull * (1 - area));
        log_ring_[static_cast<std::size_t>((share * (kRingCap + 1) + in) * (kRingCap + 1) + ring)] =
            static_cast<float>(there - not_there);
      }
    }
  }
}

double FindCounts::log_ratio(float finds, float expected, float hectares_searched, std::uint8_t context) const {
  const int f = whole(finds, kCap);
  const double log_expected = std::log(std::max(static_cast<double>(expected), 1e-3));
  const double at = (log_expected - kLogExpectedLow) / (kLogExpectedHigh - kLogExpectedLow) * (kExpected - 1);
  const int step = std::clamp(static_cast<int>(at), 0, kExpected - 2);
  const double part = std::clamp(at - step, 0.0, 1.0);
  const float* low = &log_field_[static_cast<std::size_t>(step) * (kCap + 1) + static_cast<std::size_t>(f)];
  const double with_field = (1 - part) * low[0] + part * low[kCap + 1];
  const double some = psi(hectares_searched, context);
  const double without = f == 0 ? std::log1p(-some) : std::log(some / (std::min(f, most_finds_) * harmonic_));
  return with_field - without;
}

double FindCounts::log_ring_ratio(float inside, float ring, float searched_share_inside) const {
  const float most = std::max(inside, ring);
  const float scale = most > kRingCap ? kRingCap / most : 1;
  const int in = whole(inside * scale, kRingCap);
  const int out = whole(ring * scale, kRingCap);
  if (in + out == 0) {
    return 0;
  }
  const int share = std::clamp(static_cast<int>(searched_share_inside * kShares), 0, kShares - 1);
  return log_ring_[static_cast<std::size_t>((share * (kRingCap + 1) + in) * (kRingCap + 1) + out)];
}

}  // namespace firmground::evidence
