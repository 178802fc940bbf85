#include "evidence/row_pitch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace firmground::evidence {

namespace {

constexpr double kOutliers = 0.03;  ///< gaps that no number of steps explains: lanes, skipped stretches

double gap_density(const Gap& gap, const PitchLaw& law) {
  const double found = std::clamp(law.presence * gap.effort, 0.02, 0.995);
  const auto normal = [](double off, double variance) {
    constexpr double kFar = 60;  // e^-30 of the peak
    const double squared = off * off / variance;
    return squared < kFar ? std::exp(-0.5 * squared) / std::sqrt(2 * std::numbers::pi * variance) : 0;
  };
  double density = 0;
  double weight = found;
  const auto most = static_cast<int>(gap.length_m / law.pitch_m + 4);
  for (int steps = 1; steps <= most && weight > 1e-6; ++steps) {
    const double variance = steps * law.step_sd_m * law.step_sd_m + 2 * law.place_sd_m * law.place_sd_m;
    // Two finds surveyed with errors may have changed places: the gap is the size of the difference.
    density += weight * (normal(gap.length_m - steps * law.pitch_m, variance) +
                         normal(gap.length_m + steps * law.pitch_m, variance));
    weight *= 1 - found;
  }
  const double scale = 4 * law.pitch_m;
  return (1 - kOutliers) * density + kOutliers * std::exp(-gap.length_m / scale) / scale;
}

/// Finds scattered along the row at random, thinned by the effort: gaps are exponential in metres searched.
double log_random(const std::vector<Gap>& gaps) {
  double searched_m = 0;
  for (const Gap& gap : gaps) {
    searched_m += gap.length_m * std::max(gap.effort, 0.05);
  }
  const double rate = static_cast<double>(gaps.size()) / std::max(searched_m, 1e-3);
  double sum = 0;
  for (const Gap& gap : gaps) {
    const double effort = std::max(gap.effort, 0.05);
    sum += std::log(rate * effort) - rate * effort * gap.length_m;
  }
  return sum;
}

struct Best {
  double log_likelihood = -1e300;
  PitchLaw law;
};

/// Prior of the presence: Beta(6, 2). Most places of a row still held their mine.
double log_prior(double presence) {
  return 5 * std::log(presence) + std::log(1 - presence);
}

Best best_at(double pitch_m, const std::vector<Gap>& gaps, double sigma_m) {
  constexpr std::array kSpreads = {0.04, 0.08, 0.12, 0.18, 0.26};
  constexpr std::array kPresences = {0.4, 0.55, 0.7, 0.8, 0.88, 0.95};
  constexpr std::array kPlaces = {0.25, 0.6, 1.0};
  Best best;
  for (const double spread : kSpreads) {
    for (const double place : kPlaces) {
      for (const double presence : kPresences) {
        PitchLaw law;
        law.pitch_m = pitch_m;
        law.step_sd_m = spread * pitch_m;
        law.place_sd_m = place * sigma_m;
        law.presence = presence;
        const double value = log_likelihood(gaps, law) + log_prior(presence);
        if (value > best.log_likelihood) {
          best = {value, law};
        }
      }
    }
  }
  return best;
}

}  // namespace

std::vector<Gap> gaps_of(const RowFit& fit, std::size_t row, const SearchedGround& ground) {
  std::vector<double> along;
  for (std::size_t i = 0; i < fit.local.size(); ++i) {
    if (fit.row_of_find[i] == static_cast<std::int32_t>(row)) {
      along.push_back(fit.local[i].s);
    }
  }
  std::sort(along.begin(), along.end());
  std::vector<Gap> gaps;
  for (std::size_t i = 0; i + 1 < along.size(); ++i) {
    constexpr int kSamples = 16;
    Gap gap{along[i + 1] - along[i], 0};
    for (int k = 0; k < kSamples; ++k) {
      gap.effort += ground.at(fit.at(row, along[i] + gap.length_m * (k + 0.5) / kSamples)) / kSamples;
    }
    gaps.push_back(gap);
  }
  return gaps;
}

double log_likelihood(const std::vector<Gap>& gaps, const PitchLaw& law) {
  double sum = 0;
  for (const Gap& gap : gaps) {
    sum += std::log(gap_density(gap, law));
  }
  return sum;
}

PitchLaw fit_pitch(const std::vector<Gap>& gaps, double sigma_m) {
  std::vector<double> lengths;
  lengths.reserve(gaps.size());
  for (const Gap& gap : gaps) {
    lengths.push_back(gap.length_m);
  }
  std::sort(lengths.begin(), lengths.end());
  constexpr double kLeastPitch_m = 0.5;
  constexpr double kStep = 1.04;
  const double low_m = std::max(kLeastPitch_m, 0.4 * lengths[lengths.size() / 4]);
  const double high_m = std::max(2 * low_m, 1.2 * lengths[lengths.size() * 3 / 4]);
  std::vector<Best> all;
  for (double pitch_m = low_m; pitch_m < high_m; pitch_m *= kStep) {
    all.push_back(best_at(pitch_m, gaps, sigma_m));
  }
  const auto best = std::max_element(all.begin(), all.end(),
                                     [](const Best& a, const Best& b) { return a.log_likelihood < b.log_likelihood; });
  PitchLaw law = best->law;
  constexpr double kHalfChiSquare = 1.353;  // of one degree of freedom at 90 %
  law.pitch_low_m = law.pitch_high_m = law.pitch_m;
  for (const Best& each : all) {
    if (each.log_likelihood > best->log_likelihood - kHalfChiSquare) {
      law.pitch_low_m = std::min(law.pitch_low_m, each.law.pitch_m / std::sqrt(kStep));
      law.pitch_high_m = std::max(law.pitch_high_m, each.law.pitch_m * std::sqrt(kStep));
    }
  }
  constexpr double kParameters = 4;
  law.log_ratio =
      best->log_likelihood - log_random(gaps) - 0.5 * kParameters * std::log(static_cast<double>(gaps.size()));
  return law;
}

}  // namespace firmground::evidence
