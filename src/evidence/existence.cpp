#include "evidence/existence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace firmground::evidence {

namespace {

/// Share of laid fields of which nothing can be found any more: lifted whole, decayed. What was not found cannot tell
/// it from a field that never was, so it is a prior: Beta(1, 5), wide.
constexpr double kGoneA = 1;
constexpr double kGoneB = 5;

/// Ground is searched where fields are expected. How much lower the log odds of records elsewhere are is half-normal:
/// of scale 1 for a single record, wider for the interval of the source, since nothing tells of it.
constexpr double kSearchedForReason = 1.25;

/// A record whose ground was hardly searched is judged as one whose ground was not.
constexpr double kSearched = 0.1;

/// By quadrature, over several discounts: weights of shares 0, 1 / steps, ... 1.
std::vector<double> share_laid(const std::vector<ExistenceEvidence>& records, int steps) {
  constexpr int kGoneSteps = 40;
  const auto count = static_cast<std::size_t>(steps) + 1;
  std::vector<double> mass(count, 0.0);
  // How far evidence may be believed is known from some decoys only.
  for (const double discounted : {0.0, 0.5, 1.0, 1.5}) {
    std::vector<double> log_findable(count);
    for (const ExistenceEvidence& record : records) {
      if (!record.informative) {
        continue;
      }
      const double evidence = std::expm1(record.log_ratio + (1 - discounted) * record.log_discount);
      for (std::size_t k = 0; k < count; ++k) {
        const double findable = std::min(0.9999, static_cast<double>(k) / steps);
        log_findable[k] += std::log1p(findable * evidence);
      }
    }
    const double top = *std::max_element(log_findable.begin(), log_findable.end());
    std::vector<double> part_mass(count, 0.0);
    for (int g = 0; g < kGoneSteps; ++g) {
      const double gone = (g + 0.5) / kGoneSteps;
      const double prior = std::pow(gone, kGoneA - 1) * std::pow(1 - gone, kGoneB - 1);
      for (std::size_t k = 0; k < count; ++k) {
        const double at = static_cast<double>(k) * (1 - gone);
        const auto low = std::min<std::size_t>(count - 2, static_cast<std::size_t>(at));
        const double part = at - static_cast<double>(low);
        const double value = (1 - part) * log_findable[low] + part * log_findable[low + 1];
        part_mass[k] += prior * std::exp(value - top);
      }
    }
    const double total = std::accumulate(part_mass.begin(), part_mass.end(), 0.0);
    for (std::size_t k = 0; k < count; ++k) {
      mass[k] += part_mass[k] / total;
    }
  }
  return mass;
}

}  // namespace

SourceExistence source_existence(const std::vector<ExistenceEvidence>& records, std::uint64_t seed) {
  constexpr int kFine = 200;
  constexpr std::size_t kDraws = 500;
  const std::vector<double> mass = share_laid(records, kFine);
  const double all = std::accumulate(mass.begin(), mass.end(), 0.0);
  const auto searched = std::count_if(records.begin(), records.end(),
                                      [](const ExistenceEvidence& record) { return record.effort >= kSearched; });
  const double share = static_cast<double>(searched) / static_cast<double>(records.size());
  SourceExistence existence;
  std::vector<double> draws(kDraws);
  for (std::size_t d = 0; d < kDraws; ++d) {
    base::Random random(seed, d);
    double u = random.uniform() * all;
    std::size_t k = 0;
    while (k < kFine && (u -= mass[k]) >= 0) {
      ++k;
    }
    const double of_searched = std::clamp(static_cast<double>(k) / kFine, 1e-3, 1 - 1e-3);
    const double less = std::abs(random.normal());
    const auto of_others = [&](double scale) {
      const double odds = of_searched / (1 - of_searched) * std::exp(-scale * less);
      return odds / (1 + odds);
    };
    existence.searched += of_searched / kDraws;
    existence.unsearched += of_others(1) / kDraws;
    draws[d] = share * of_searched + (1 - share) * of_others(kSearchedForReason);
  }
  std::sort(draws.begin(), draws.end());
  existence.all = {std::accumulate(draws.begin(), draws.end(), 0.0) / kDraws, draws[kDraws / 20],
                   draws[kDraws - 1 - kDraws / 20]};
  return existence;
}

Existence record_existence(double log_ratio, double effort, double findable, const SourceExistence& of_source) {
  const double gone = std::max(0.0, of_source.searched - findable) / (1 - findable);
  // Ground was searched where fields were expected: elsewhere fewer records hold.
  const double less = effort < kSearched ? of_source.unsearched / of_source.searched : 1;
  const double there = std::log(less * findable) + log_ratio;
  const double not_there = std::log1p(-less * findable);
  Existence result;
  result.findable = 1 / (1 + std::exp(not_there - there));
  const double rest = less * (1 - findable) * gone / (1 - less * findable);
  result.exists = result.findable + (1 - result.findable) * rest;
  return result;
}

}  // namespace firmground::evidence
