#include "estimate/count_law.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <vector>

namespace firmground::estimate {

namespace {

constexpr std::size_t kNodes = 12;

struct ClumpQuadrature {
  std::array<double, kNodes> fraction;
  std::array<double, kNodes> weight;
};

constexpr int kTable = 400;

/// Logarithms of something of the middle of each step of [0, 1].
template <typename Of>
std::array<double, kTable> logs_of(Of of) {
  std::array<double, kTable> logs{};
  for (int i = 0; i < kTable; ++i) {
    logs[static_cast<std::size_t>(i)] = std::log(of((i + 0.5) / kTable));
  }
  return logs;
}

/// Equal-probability nodes of Beta(share a, (1 - share) a): midpoints of its distribution function on a fine table.
ClumpQuadrature clump(double share) {
  ClumpQuadrature q{};
  if (share > 0.995) {
    q.fraction.fill(1.0);
    q.weight.fill(1.0 / kNodes);
    return q;
  }
  const double a = std::max(share, 0.005) * kClumpConcentration;
  const double b = (1 - std::max(share, 0.005)) * kClumpConcentration;
  std::array<double, kTable + 1> below{};
  static const auto log_x = logs_of([](double x) { return x; });
  static const auto log_rest = logs_of([](double x) { return 1 - x; });
  // The density may be infinite at both ends: integrate x^(a-1) (1-x)^(b-1) in the variable that flattens it there.
  for (int i = 0; i < kTable; ++i) {
    const auto at_step = static_cast<std::size_t>(i);
    const double left = i == 0 ? std::pow(1.0 / kTable, a) / a
                               : std::exp((a - 1) * log_x[at_step] + (b - 1) * log_rest[at_step]) / kTable;
    const double value = i == kTable - 1 ? std::pow(1.0 / kTable, b) / b : left;
    below[static_cast<std::size_t>(i) + 1] = below[static_cast<std::size_t>(i)] + value;
  }
  std::size_t at = 0;
  for (std::size_t k = 0; k < kNodes; ++k) {
    const double target = (static_cast<double>(k) + 0.5) / kNodes * below[kTable];
    while (below[at + 1] < target) {
      ++at;
    }
    const double inside = (target - below[at]) / (below[at + 1] - below[at]);
    q.fraction[k] = (static_cast<double>(at) + inside) / kTable;
    q.weight[k] = 1.0 / kNodes;
  }
  return q;
}

/// P(N = 0) of a negative binomial.
double none(double mean, double shape) {
  return std::exp(-shape * std::log1p(mean / shape));
}

double log_probability(double mean, double shape, double n) {
  return std::lgamma(n + shape) - std::lgamma(shape) - std::lgamma(n + 1) + shape * std::log(shape / (shape + mean)) +
         n * std::log(mean / (shape + mean));
}

}  // namespace

double positive_mean(const CountLaw& law) {
  return law.mean / (1 - none(law.mean, law.shape));
}

CountLaw with_positive_mean(const CountLaw& law, double mean) {
  constexpr double kPrecision = 1e-9;
  CountLaw result = law;
  double low = 0;
  double high = mean;  // the untruncated mean is below the positive one
  result.mean = 0.5 * mean;
  // Newton's steps; halving where one leaves what is known to hold the root.
  for (int step = 0; step < 60 && high - low > kPrecision * mean; ++step) {
    const double m = result.mean;
    const double zero = none(m, law.shape);
    const double off = m / (1 - zero) - mean;
    if (std::abs(off) < kPrecision * mean) {
      break;
    }
    (off < 0 ? low : high) = m;
    const double slope = (1 - zero - m * zero / (1 + m / law.shape)) / ((1 - zero) * (1 - zero));
    const double newton = m - off / slope;
    result.mean = newton > low && newton < high ? newton : 0.5 * (low + high);
  }
  return result;
}

CountLaw within_place(const CountLaw& law) {
  constexpr double kTightest = 20;  // nearly Poisson
  const double excess = (1 + 1 / law.shape) / (1 + law.by_place) - 1;
  CountLaw result = law;
  result.shape = excess > 1 / kTightest ? 1 / excess : kTightest;
  result.by_place = 0;
  return result;
}

PositiveCounts::PositiveCounts(const CountLaw& law)
    : law_(law), ratio_(law.mean / (law.mean + law.shape)), some_(1 - none(law.mean, law.shape)) {
  probability_[0] = up_to_[0] = (1 - some_) * law.shape * ratio_;
}

std::int64_t PositiveCounts::draw(base::Random& random) {
  constexpr double kFew = 0.02;  // below, two items in one cell are rarer than one in a hundred
  constexpr double kMany = 100;  // above, inversion takes longer
  constexpr double kRest = 1e-18;
  if (law_.mean <= kFew) {
    return 1;
  }
  if (law_.mean > kMany) {
    for (int tries = 0; tries < 10'000; ++tries) {
      const std::int64_t n = random.poisson(random.gamma(law_.shape, law_.mean / law_.shape));
      if (n > 0) {
        return n;
      }
    }
    return 1;
  }
  const double target = random.uniform() * some_;
  double sum = up_to_[kept_ - 1];
  if (sum > target) {
    return 1 + std::distance(up_to_.begin(), std::upper_bound(up_to_.begin(), up_to_.begin() + kept_, target));
  }
  auto n = static_cast<double>(kept_);
  double probability = probability_[kept_ - 1];
  while (sum <= target && (probability > kRest || n < law_.mean)) {
    probability = probability * (n + law_.shape) / (n + 1) * ratio_;
    sum += probability;
    ++n;
    if (kept_ < kKept) {
      probability_[kept_] = probability;
      up_to_[kept_++] = sum;
    }
  }
  return static_cast<std::int64_t>(n);
}

double detection_of_presence(const CountLaw& law, double share, double detection) {
  const double p0 = none(law.mean, law.shape);
  const ClumpQuadrature q = clump(share);
  double missed = 0;
  for (std::size_t k = 0; k < kNodes; ++k) {
    missed += q.weight[k] * (none(law.mean * detection * q.fraction[k], law.shape) - p0) / (1 - p0);
  }
  return std::clamp(1 - missed, 1e-4, 1 - 1e-6);
}

Remaining remaining_after_finds(const CountLaw& law, double share, double detection, std::uint32_t found) {
  // N ~ Poisson(rate), rate ~ Gamma(shape, mean): found and left are independent given the rate (eq. 12).
  const ClumpQuadrature q = clump(share);
  const double n = static_cast<double>(found);
  std::array<double, kNodes> log_weight{};
  double largest = -1e300;
  for (std::size_t k = 0; k < kNodes; ++k) {
    const double seen = std::max(detection * q.fraction[k], 1e-9);
    log_weight[k] = std::log(q.weight[k]) + log_probability(law.mean * seen, law.shape, n);
    largest = std::max(largest, log_weight[k]);
  }
  Remaining result;
  double total = 0;
  for (std::size_t k = 0; k < kNodes; ++k) {
    const double w = std::exp(log_weight[k] - largest);
    const double seen = detection * q.fraction[k];
    const double rate = law.shape / law.mean + seen;
    result.mean += w * (law.shape + n) / rate * (1 - seen);
    result.probability += w * (1 - std::exp((law.shape + n) * std::log(rate / (rate + 1 - seen))));
    total += w;
  }
  result.mean /= total;
  result.probability /= total;
  return result;
}

Remaining remaining_after_nothing(const CountLaw& law, double share, double detection, double presence) {
  const double d = detection_of_presence(law, share, detection);
  const double p0 = none(law.mean, law.shape);
  const ClumpQuadrature q = clump(share);
  // E[N 1(nothing found) | N > 0]: the rate's gamma is weighted by exp(-rate seen) (eq. 13).
  double items = 0;
  for (std::size_t k = 0; k < kNodes; ++k) {
    const double seen = detection * q.fraction[k];
    const double scale = law.shape / law.mean;
    items +=
        q.weight[k] * law.shape / (scale + seen) * (1 - seen) * std::exp(law.shape * std::log(scale / (scale + seen)));
  }
  items /= 1 - p0;
  Remaining result;
  result.probability = presence * (1 - d) / (1 - presence * d);
  result.mean = std::max(result.probability, presence * items / (1 - presence * d));
  return result;
}

CountLaw fit_count_law(std::span<const PositiveCell> cells) {
  // Cells with the same (rounded) effort and count share one term.
  std::map<std::tuple<int, int, std::uint32_t>, double> groups;
  for (const PositiveCell& cell : cells) {
    groups[{static_cast<int>(std::lround(cell.share * 10)), static_cast<int>(std::lround(cell.detection * 50)),
            cell.found}] += cell.weight;
  }
  std::map<int, ClumpQuadrature> quadratures;
  for (const auto& [key, count] : groups) {
    quadratures.try_emplace(std::get<0>(key), clump(std::get<0>(key) / 10.0));
  }
  const auto log_posterior = [&](double log_mean, double log_shape) {
    const double mean = std::exp(log_mean);
    const double shape = std::exp(log_shape);
    double sum = -0.5 * std::pow((log_mean - std::log(3.0)) / 1.5, 2) - 0.5 * std::pow(log_shape - std::log(0.7), 2);
    for (const auto& [key, count] : groups) {
      const ClumpQuadrature& q = quadratures.at(std::get<0>(key));
      const double detection = std::max(0.02, std::get<1>(key) / 50.0);
      double probability = 0;
      double any = 0;
      for (std::size_t k = 0; k < kNodes; ++k) {
        const double seen = mean * std::max(detection * q.fraction[k], 1e-9);
        probability += q.weight[k] * std::exp(log_probability(seen, shape, std::get<2>(key)));
        any += q.weight[k] * (1 - none(seen, shape));
      }
      sum += count * (std::log(std::max(probability, 1e-300)) - std::log(any));
    }
    return sum;
  };
  // Compass search: two smooth parameters, no derivatives needed, the same path every time.
  double log_mean = std::log(3.0);
  double log_shape = std::log(0.7);
  double best = log_posterior(log_mean, log_shape);
  for (double step = 0.8; step > 0.004;) {
    bool moved = false;
    for (const auto& [a, b] : {std::pair{step, 0.0}, {-step, 0.0}, {0.0, step}, {0.0, -step}}) {
      const double shape_limited = std::clamp(log_shape + b, std::log(0.02), std::log(20.0));
      const double value = log_posterior(log_mean + a, shape_limited);
      if (value > best + 1e-9) {
        best = value;
        log_mean += a;
        log_shape = shape_limited;
        moved = true;
        break;
      }
    }
    step = moved ? step : step / 2;
  }
  constexpr double kStep = 0.05;
  const double curvature =
      -(log_posterior(log_mean + kStep, log_shape) - 2 * best + log_posterior(log_mean - kStep, log_shape)) /
      (kStep * kStep);
  return {std::exp(log_mean), std::exp(log_shape), 1 / std::sqrt(std::max(curvature, 0.4))};
}

double variation_between_places(std::span<const std::uint32_t> found, std::span<const std::uint32_t> place) {
  struct Place {
    double cells = 0, sum = 0;
  };
  std::map<std::uint32_t, Place> places;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto y = static_cast<double>(found[i]);
    places[place[i]].cells += 1;
    places[place[i]].sum += y;
    sum += y;
    squares += y * y;
  }
  const auto n = static_cast<double>(found.size());
  const auto k = static_cast<double>(places.size());
  if (k < 2 || n <= k) {
    return 0;
  }
  double between = -sum * sum / n;
  double largest = 0;  // sum of squared sizes / n
  for (const auto& [id, p] : places) {
    between += p.sum * p.sum / p.cells;
    largest += p.cells * p.cells / n;
  }
  const double within = squares - sum * sum / n - between;
  const double size = (n - largest) / (k - 1);
  const double variance = (between / (k - 1) - within / (n - k)) / size;
  constexpr double kMost = 4;
  return std::clamp(variance / (sum / n * (sum / n)), 0.0, kMost);
}

}  // namespace firmground::estimate
