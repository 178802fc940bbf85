#include "estimate/record_context.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "estimate/covariate_logit.h"

namespace firmground::estimate {

namespace {

/// What ground decides before records are looked at: the slope of the log odds of existence on the log of the factor is
/// 1 when blunders are spread evenly over the country and 0 when they follow the front like fields do.
constexpr double kSlope = 0.5;
constexpr double kSlopeError = 0.5;
constexpr double kSourceError = 1.8;   ///< sd of a source's log odds: all shares of true records about equally likely
constexpr double kLeastGround = 1e-3;  ///< of the country's mean

constexpr double kNothing = 1e-9;  ///< of log ratio: nobody looked

double chance(double logit) {
  return 1 / (1 + std::exp(-logit));
}

}  // namespace

std::vector<float> likelihood_of_ground(const evidence::Observations& observations,
                                        const std::vector<SmoothEffect>& effects,
                                        const std::vector<std::uint32_t>& cells,
                                        const std::vector<std::uint8_t>& found) {
  std::vector<float> ground(observations.grid.size(), 0);
  CovariateLogit finds(observations, effects);
  finds.fit(cells, found);
  double sum = 0;
  double n = 0;
  for (std::uint32_t cell = 0; cell < ground.size(); ++cell) {
    if (observations.inside[cell] != 0) {
      ground[cell] = static_cast<float>(chance(finds.logit(cell)));
      sum += static_cast<double>(ground[cell]);
      n += 1;
    }
  }
  for (float& factor : ground) {
    factor = static_cast<float>(static_cast<double>(factor) * n / std::max(sum, 1e-300));
  }
  return ground;
}

GroundSums ground_under(const evidence::RecordFields& records, const std::vector<float>& ground,
                        const std::vector<std::uint8_t>& own) {
  GroundSums sums;
  sums.factor.assign(records.records.size(), 0.0);
  sums.chance.assign(records.records.size(), 0.0);
  for (const evidence::RecordShare& share : records.shares) {
    if (own.empty() || own[share.cell] != 0) {
      sums.factor[share.record] += static_cast<double>(share.probability) * static_cast<double>(ground[share.cell]);
      sums.chance[share.record] += static_cast<double>(share.probability);
    }
  }
  return sums;
}

std::vector<double> log_factors(const GroundSums& sums, double scale) {
  std::vector<double> result(sums.factor.size(), 0.0);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = sums.chance[i] > 0 ? std::log(std::max(scale * sums.factor[i] / sums.chance[i], kLeastGround)) : 0;
  }
  return result;
}

std::vector<double> findable_in_context(const evidence::RecordFields& records, const std::vector<float>& ground) {
  return findable_given(records, log_factors(ground_under(records, ground, {}), 1.0));
}

std::vector<double> findable_given(const evidence::RecordFields& records, const std::vector<double>& x) {
  constexpr int kRounds = 60;
  struct Level {
    double value = 0, uphill = 0, information = 0;
  };
  std::map<std::string, Level> levels;
  double slope = kSlope;
  for (int round = 0; round < kRounds; ++round) {
    for (auto& [source, level] : levels) {
      level.uphill = -level.value / (kSourceError * kSourceError);
      level.information = 1 / (kSourceError * kSourceError);
    }
    double uphill = (kSlope - slope) / (kSlopeError * kSlopeError);
    double information = 1 / (kSlopeError * kSlopeError);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const evidence::RecordedField& record = records.records[i];
      if (std::abs(record.log_ratio) < kNothing) {
        continue;  // nobody looked
      }
      Level& level = levels[record.source];
      const double logit = level.value + slope * x[i];
      const double before = chance(logit);
      const double surprise = chance(logit + record.log_ratio) - before;
      level.uphill += surprise;
      level.information += before * (1 - before);
      uphill += surprise * x[i];
      information += before * (1 - before) * x[i] * x[i];
    }
    for (auto& [source, level] : levels) {
      level.value += level.uphill / std::max(level.information, 0.5);
    }
    slope += uphill / information;
  }
  std::vector<double> findable(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const evidence::RecordedField& record = records.records[i];
    const auto level = levels.find(record.source);
    // Of a source that nothing is known of, reconciliation's own figure stands.
    findable[i] =
        level == levels.end() ? record.findable : chance(level->second.value + slope * x[i] + record.log_ratio);
  }
  return findable;
}

std::vector<float> recorded_hazard(const evidence::RecordFields& records, const std::vector<double>& findable,
                                   std::size_t cells) {
  constexpr double kMost = 0.999;
  std::vector<float> hazard(cells, 0);
  for (const evidence::RecordShare& share : records.shares) {
    hazard[share.cell] -= static_cast<float>(
        std::log1p(-std::min(kMost, findable[share.record] * static_cast<double>(share.probability))));
  }
  return hazard;
}

}  // namespace firmground::estimate
