#include "evidence/accuracy_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace firmground::evidence {

namespace {

constexpr std::size_t kDraws = 400;

void set_interval(std::vector<double> draws, AccuracyFigure& figure) {
  std::erase_if(draws, [](double draw) { return !std::isfinite(draw); });
  if (draws.size() < kDraws / 2) {
    return;
  }
  std::sort(draws.begin(), draws.end());
  const auto quantile = [&](double share) {
    return draws[static_cast<std::size_t>(std::lround(share * static_cast<double>(draws.size() - 1)))];
  };
  figure.p05 = quantile(0.05);
  figure.p95 = quantile(0.95);
}

}  // namespace

AccuracyFigure share_of(const std::vector<double>& chances, base::Random& random) {
  AccuracyFigure figure;
  figure.basis = static_cast<std::int64_t>(chances.size());
  if (chances.empty()) {
    return figure;
  }
  double sum = 0;
  double certain = 0;
  std::vector<double> doubtful;
  for (const double chance : chances) {
    sum += chance;
    certain += chance >= 1 ? 1 : 0;
    if (chance > 0 && chance < 1) {
      doubtful.push_back(chance);
    }
  }
  const auto n = static_cast<double>(chances.size());
  figure.value = sum / n;
  std::vector<double> draws;
  for (std::size_t d = 0; d < kDraws; ++d) {
    double hits = certain;
    for (const double chance : doubtful) {
      hits += random.chance(chance) ? 1 : 0;
    }
    draws.push_back(random.beta(hits + 0.5, n - hits + 0.5));
  }
  set_interval(std::move(draws), figure);
  return figure;
}

AccuracyFigure bootstrapped(std::size_t records, base::Random& random, const Statistic& statistic) {
  AccuracyFigure figure;
  figure.basis = static_cast<std::int64_t>(records);
  if (records == 0) {
    return figure;
  }
  std::vector<std::uint16_t> times(records, 1);
  const double value = statistic(times);
  if (!std::isfinite(value)) {
    return figure;
  }
  figure.value = value;
  if (records < kEnoughForInterval) {
    return figure;
  }
  std::vector<double> draws;
  for (std::size_t d = 0; d < kDraws; ++d) {
    std::fill(times.begin(), times.end(), std::uint16_t{0});
    for (std::size_t i = 0; i < records; ++i) {
      ++times[random.index(records)];
    }
    draws.push_back(statistic(times));
  }
  set_interval(std::move(draws), figure);
  return figure;
}

AccuracyFigure mean_of(const std::vector<Weighted>& values, base::Random& random) {
  std::vector<PartOf> parts;
  parts.reserve(values.size());
  for (const Weighted& each : values) {
    parts.push_back({each.value * each.weight, each.weight});
  }
  return ratio_of(parts, random);
}

AccuracyFigure median_of(std::vector<Weighted> values, base::Random& random) {
  std::sort(values.begin(), values.end(), [](const Weighted& a, const Weighted& b) {
    return std::pair(a.value, a.weight) < std::pair(b.value, b.weight);
  });
  return bootstrapped(values.size(), random, [&](std::span<const std::uint16_t> times) {
    double all = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      all += times[i] * values[i].weight;
    }
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += times[i] * values[i].weight;
      if (sum >= all / 2 && sum > 0) {
        return values[i].value;
      }
    }
    return std::numeric_limits<double>::quiet_NaN();
  });
}

AccuracyFigure ratio_of(const std::vector<PartOf>& records, base::Random& random) {
  return bootstrapped(records.size(), random, [&](std::span<const std::uint16_t> times) {
    double part = 0;
    double whole = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      part += times[i] * records[i].part;
      whole += times[i] * records[i].whole;
    }
    return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
  });
}

}  // namespace firmground::evidence
