#include "estimate/scores.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace firmground::estimate {

namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint32_t> descending(const std::vector<float>& score) {
  std::vector<std::uint32_t> order(score.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return score[a] > score[b]; });
  return order;
}

/// Calls visit(first, last) for each run of equal scores in descending order.
template <typename Visit>
void for_ties(const std::vector<float>& score, const std::vector<std::uint32_t>& order, Visit visit) {
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && score[order[last]] == score[order[first]]) {
      ++last;
    }
    visit(first, last);
    first = last;
  }
}

double kept(float p) {
  return std::clamp(static_cast<double>(p), 1e-6, 1 - 1e-6);
}

}  // namespace

double auc(const Forecasts& f) {
  const auto order = descending(f.p);
  double positives = 0;
  double area = 0;
  double negatives = 0;
  for_ties(f.p, order, [&](std::size_t first, std::size_t last) {
    double yes = 0;
    for (std::size_t i = first; i < last; ++i) {
      yes += f.y[order[i]];
    }
    const double no = static_cast<double>(last - first) - yes;
    area += no * (positives + yes / 2);
    positives += yes;
    negatives += no;
  });
  return positives > 0 && negatives > 0 ? area / (positives * negatives) : kUndefined;
}

double average_precision(const Forecasts& f) {
  const auto order = descending(f.p);
  double positives = 0;
  double sum = 0;
  for_ties(f.p, order, [&](std::size_t first, std::size_t last) {
    double yes = 0;
    for (std::size_t i = first; i < last; ++i) {
      yes += f.y[order[i]];
    }
    positives += yes;
    sum += yes * positives / static_cast<double>(last);
  });
  return positives > 0 ? sum / positives : kUndefined;
}

double brier(const Forecasts& f) {
  double sum = 0;
  for (std::size_t i = 0; i < f.p.size(); ++i) {
    const double miss = static_cast<double>(f.p[i]) - f.y[i];
    sum += miss * miss;
  }
  return f.p.empty() ? kUndefined : sum / static_cast<double>(f.p.size());
}

double log_score(const Forecasts& f) {
  double sum = 0;
  for (std::size_t i = 0; i < f.p.size(); ++i) {
    sum -= std::log(f.y[i] != 0 ? kept(f.p[i]) : 1 - kept(f.p[i]));
  }
  return f.p.empty() ? kUndefined : sum / static_cast<double>(f.p.size());
}

double calibration_slope(const Forecasts& f) {
  const double yes = std::accumulate(f.y.begin(), f.y.end(), 0.0);
  if (yes == 0 || yes == static_cast<double>(f.y.size())) {
    return kUndefined;
  }
  double a = 0;
  double b = 1;
  for (int step = 0; step < 50; ++step) {
    double g0 = 0, g1 = 0, h00 = 1e-12, h01 = 0, h11 = 1e-12;
    for (std::size_t i = 0; i < f.p.size(); ++i) {
      const double x = std::log(kept(f.p[i]) / (1 - kept(f.p[i])));
      const double q = 1 / (1 + std::exp(-(a + b * x)));
      const double w = q * (1 - q);
      const double miss = f.y[i] - q;
      g0 += miss;
      g1 += miss * x;
      h00 += w;
      h01 += w * x;
      h11 += w * x * x;
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 0)) {
      return kUndefined;
    }
    const double da = std::clamp((h11 * g0 - h01 * g1) / determinant, -1.0, 1.0);
    const double db = std::clamp((h00 * g1 - h01 * g0) / determinant, -0.5, 0.5);
    a += da;
    b += db;
    if (std::abs(da) + std::abs(db) < 1e-10) {
      break;
    }
  }
  return b;
}

std::vector<ReliabilityBin> reliability(const Forecasts& f, int bins) {
  auto order = descending(f.p);
  std::reverse(order.begin(), order.end());
  std::vector<ReliabilityBin> result(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < order.size(); ++i) {
    ReliabilityBin& bin = result[i * result.size() / order.size()];
    bin.mean_forecast += static_cast<double>(f.p[order[i]]);
    bin.share_observed += f.y[order[i]];
    ++bin.count;
  }
  for (ReliabilityBin& bin : result) {
    const auto n = static_cast<double>(std::max<std::int64_t>(1, bin.count));
    bin.mean_forecast /= n;
    bin.share_observed /= n;
  }
  return result;
}

double expected_calibration_error(const Forecasts& f, int bins) {
  double sum = 0;
  for (const ReliabilityBin& bin : reliability(f, bins)) {
    sum += static_cast<double>(bin.count) * std::abs(bin.mean_forecast - bin.share_observed);
  }
  return f.p.empty() ? kUndefined : sum / static_cast<double>(f.p.size());
}

double weight_in_riskiest(const std::vector<float>& score, const std::vector<float>& weight, double share) {
  const auto order = descending(score);
  const double wanted = share * static_cast<double>(order.size());
  double total = 0;
  double inside = 0;
  for_ties(score, order, [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for (std::size_t i = first; i < last; ++i) {
      sum += static_cast<double>(weight[order[i]]);
    }
    total += sum;
    const double part = std::clamp((wanted - static_cast<double>(first)) / static_cast<double>(last - first), 0.0, 1.0);
    inside += part * sum;
  });
  return total > 0 ? inside / total : kUndefined;
}

double area_for_weight(const std::vector<float>& score, const std::vector<float>& weight, double share) {
  const auto order = descending(score);
  const double wanted = share * std::accumulate(weight.begin(), weight.end(), 0.0);
  double inside = 0;
  double cells = -1;
  for_ties(score, order, [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for (std::size_t i = first; i < last; ++i) {
      sum += static_cast<double>(weight[order[i]]);
    }
    if (cells < 0 && inside + sum >= wanted && sum > 0) {
      cells = static_cast<double>(first) + (wanted - inside) / sum * static_cast<double>(last - first);
    }
    inside += sum;
  });
  return cells < 0 ? kUndefined : cells / static_cast<double>(order.size());
}

}  // namespace firmground::estimate
