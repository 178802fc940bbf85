#include "estimate/kind_law.h"

#include <algorithm>
#include <cmath>

namespace firmground::estimate {

namespace {

constexpr double kOneItem = 1.01;  ///< a mean number this near to 1 is one item
constexpr double kLargest = 1e-12;
constexpr std::size_t kMeans = 25;
constexpr std::size_t kShares = 33;
const double kLogStep = std::log(1.25);  ///< between means: 1 to 212

double log_pmf(double n, const CountLaw& law) {
  return std::lgamma(n + law.shape) - std::lgamma(law.shape) - std::lgamma(n + 1) -
         law.shape * std::log1p(law.mean / law.shape) - n * std::log1p(law.shape / law.mean);
}

/// Sums of weights and of weights x P(no item of the kind) over N > 0.
struct Sums {
  double all = 0;
  double none = 0;
};

/// Small numbers one by one.
Sums first_terms(double share, double concentration, const CountLaw& law, int terms) {
  Sums sums;
  const double onward = law.mean / (law.mean + law.shape);
  double weight = std::exp(-law.shape * std::log1p(law.mean / law.shape));
  double none = 1;
  for (int n = 0; n < terms; ++n) {
    weight *= (n + law.shape) / (n + 1) * onward;
    none *= (concentration * (1 - share) + n) / (concentration + n);
    sums.all += weight;
    sums.none += weight * none;
    if (n > law.mean && weight < kLargest * sums.all) {
      break;
    }
  }
  return sums;
}

}  // namespace

double log_kinds(std::span<const double> share, double concentration, std::span<const std::uint32_t> count) {
  double all = 0;
  double sum = 0;
  for (std::size_t j = 0; j < share.size(); ++j) {
    if (count[j] > 0) {
      sum += std::lgamma(concentration * share[j] + count[j]) - std::lgamma(concentration * share[j]);
      all += count[j];
    }
  }
  return sum + std::lgamma(concentration) - std::lgamma(concentration + all);
}

double none_of_kind(double share, double concentration, double n) {
  if (share >= 1) {
    return n > 0 ? 0 : 1;
  }
  const double others = concentration * (1 - share);
  return std::exp(std::lgamma(others + n) - std::lgamma(others) + std::lgamma(concentration) -
                  std::lgamma(concentration + n));
}

double any_of_kind(double share, double concentration, const CountLaw& law) {
  constexpr int kOneByOne = 256;
  constexpr double kNarrow = 0.2;  // relative scatter below which a large number is as good as known
  const double mean = positive_mean(law);
  if (mean < kOneItem || share <= 0 || share >= 1) {
    return std::clamp(share, 0.0, 1.0);
  }
  const double lowest = share;
  const double highest = std::min(1.0, share * mean);
  if (mean > kOneByOne && 1 / law.shape + 1 / law.mean < kNarrow * kNarrow) {
    return std::clamp(1 - none_of_kind(share, concentration, mean), lowest, highest);
  }
  Sums sums = first_terms(share, concentration, law, kOneByOne);
  constexpr double kStep = 0.05;  // of log n, beyond
  if (law.mean > kOneByOne / 64.0) {
    for (double n = (kOneByOne + 0.5) * std::exp(0.5 * kStep);; n *= std::exp(kStep)) {
      const double weight = std::exp(log_pmf(n, law)) * n * kStep;
      sums.all += weight;
      sums.none += weight * none_of_kind(share, concentration, n);
      if (n > law.mean && weight < 1e-7 * sums.all) {
        break;
      }
    }
  }
  return std::clamp(1 - sums.none / sums.all, lowest, highest);
}

KindChances::KindChances(const CountLaw& law, double concentration) : table_(kMeans * kShares) {
  for (std::size_t m = 0; m < kMeans; ++m) {
    const double mean = std::exp(static_cast<double>(m) * kLogStep);
    const CountLaw scaled = mean < kOneItem ? CountLaw{1e-9, law.shape} : with_positive_mean(law, mean);
    for (std::size_t s = 0; s < kShares; ++s) {
      const double root = static_cast<double>(s) / (kShares - 1);
      table_[m * kShares + s] = static_cast<float>(any_of_kind(root * root, concentration, scaled));
    }
  }
}

float KindChances::at(float mean, float share) const {
  const double last = std::exp(static_cast<double>(kMeans - 1) * kLogStep);
  const double m = std::clamp(static_cast<double>(mean), 1.0, last);
  const auto row = std::min(kMeans - 2, static_cast<std::size_t>(std::log(m) / kLogStep));
  const double low = std::exp(static_cast<double>(row) * kLogStep);
  const double along = std::clamp((m - low) / (low * std::expm1(kLogStep)), 0.0, 1.0);
  const double p = std::clamp(static_cast<double>(share), 0.0, 1.0);
  constexpr double kSteps = kShares - 1;
  const auto column = std::min(kShares - 2, static_cast<std::size_t>(std::sqrt(p) * kSteps));
  const double left = static_cast<double>(column) / kSteps;
  const double right = static_cast<double>(column + 1) / kSteps;
  const double across = std::clamp((p - left * left) / (right * right - left * left), 0.0, 1.0);
  const float* upper = table_.data() + row * kShares + column;
  const float* lower = upper + kShares;
  const auto value = [&](const float* at) {
    return (1 - across) * static_cast<double>(at[0]) + across * static_cast<double>(at[1]);
  };
  return static_cast<float>((1 - along) * value(upper) + along * value(lower));
}

}  // namespace firmground::estimate
