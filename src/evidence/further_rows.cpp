#include "evidence/further_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace firmground::evidence {

namespace {

constexpr double kAnother = 0.5;  ///< probability that there is one row more: fields have two to five
constexpr double kInWideGap = 0.7;
constexpr double kReach_m = 110;  ///< across, from the outermost row
constexpr double kUsualSpacing_m = 18;
constexpr double kSpacingLogSd = 0.85;  ///< norms say 5 to 40 m between rows, and rows further apart are known
constexpr double kBesideOne = 0.6;      ///< fields of one row are rare: on either side of a single row

struct Spacing {
  double mean_m = 0, sd_m = 0;
};

/// The spacing of which the distances between neighbours are small multiples.
Spacing spacing_of(const std::vector<double>& offsets) {
  std::vector<double> apart;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    apart.push_back(offsets[i + 1] - offsets[i]);
  }
  const double least = *std::min_element(apart.begin(), apart.end());
  double sum = 0, steps = 0;
  for (const double d : apart) {
    sum += d;
    steps += std::max(1.0, std::round(d / least));
  }
  const double mean = sum / steps;
  double squares = 0.01 * mean * mean;  // as if one spacing more had been seen, a tenth off
  for (const double d : apart) {
    const double k = std::max(1.0, std::round(d / least));
    squares += (d - k * mean) * (d - k * mean) / k;
  }
  return {mean, std::sqrt(squares / static_cast<double>(apart.size()))};
}

double normal_density(double x, double sd) {
  return std::exp(-0.5 * x * x / (sd * sd)) / (sd * 2.5066282746310002);
}

class Suspecting {
 public:
  Suspecting(const RowFit& fit, const PitchLaw& law, const SearchedGround& ground)
      : fit_(fit), law_(law), ground_(ground) {
    result_.from_m = std::floor(fit.bend.offsets().front() - kReach_m);
    const double to_m = fit.bend.offsets().back() + kReach_m;
    result_.density.assign(static_cast<std::size_t>(to_m - result_.from_m) + 1, 0);
    silence_.assign(result_.density.size(), -1);
  }

  FurtherRows run() {
    const std::vector<double>& offsets = fit_.bend.offsets();
    if (offsets.size() == 1) {
      for (const double side : {-1.0, 1.0}) {
        beside_one_row(offsets.front(), side);
      }
      return std::move(result_);
    }
    const Spacing spacing = spacing_of(offsets);
    result_.spacing_m = spacing.mean_m;
    result_.spacing_sd_m = spacing.sd_m;
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      const double apart = offsets[i + 1] - offsets[i];
      const auto parts = static_cast<int>(std::round(apart / spacing.mean_m));
      for (int k = 1; k < parts; ++k) {
        const double middle = offsets[i] + apart * k / parts;
        const double sd_m = std::hypot(fit_.sigma_m, 0.5 * spacing.sd_m);
        add([&](double n) { return normal_density(n - middle, sd_m); }, kInWideGap);
      }
    }
    outwards(offsets.front(), -1, spacing);
    outwards(offsets.back(), 1, spacing);
    return std::move(result_);
  }

 private:
  void outwards(double from, double side, const Spacing& spacing) {
    double exists = 1;
    for (int k = 1; k <= 3; ++k) {
      const double middle = from + side * k * spacing.mean_m;
      const double sd_m = std::sqrt(fit_.sigma_m * fit_.sigma_m + k * spacing.sd_m * spacing.sd_m);
      exists *= add([&](double n) { return normal_density(n - middle, sd_m); }, kAnother, exists);
    }
  }

  void beside_one_row(double from, double side) {
    double exists = 1;
    for (int k = 1; k <= 2; ++k) {
      const auto shape = [&](double n) {
        const double away = side * (n - from);
        const double u = away > 1 ? std::log(away / (k * kUsualSpacing_m)) / kSpacingLogSd : 9;
        return std::abs(u) < 4 ? std::exp(-0.5 * u * u) / (away * kSpacingLogSd * 2.5066282746310002) : 0;
      };
      exists *= add(shape, k == 1 ? kBesideOne : kAnother, exists);
    }
  }

  /// Adds one row by its prior; gives the probability that it exists after what was searched in vain, given that those
  /// before it do.  Eq. 15.
  template <typename Shape>
  double add(const Shape& shape, double prior, double those_before = 1) {
    std::vector<double> posterior(result_.density.size());
    double sum = 0, mean = 0, square = 0;
    for (std::size_t i = 0; i < posterior.size(); ++i) {
      const double n = result_.from_m + static_cast<double>(i);
      const double before = shape(n);
      posterior[i] = before > 1e-7 ? prior * before * silence(i) : 0;
      sum += posterior[i];
      mean += posterior[i] * n;
      square += posterior[i] * n * n;
    }
    const double evidence = 1 - prior + sum;
    for (std::size_t i = 0; i < posterior.size(); ++i) {
      result_.density[i] += those_before * posterior[i] / evidence;
    }
    const double exists = sum / evidence;
    if (those_before * exists > 0.02) {
      mean /= sum;
      result_.rows.push_back({mean, std::sqrt(std::max(0.0, square / sum - mean * mean)), those_before * exists});
    }
    return exists;
  }

  /// Probability that a row at step i would have given no find: exp(-expected finds).
  double silence(std::size_t i) {
    if (silence_[i] < 0) {
      constexpr double kStep_m = 5;
      double searched_m = 0;
      const double n = result_.from_m + static_cast<double>(i);
      for (double s = fit_.from_s + kStep_m / 2; s < fit_.to_s; s += kStep_m) {
        searched_m += kStep_m * ground_.at(fit_.chart.at(s, n + fit_.bend.at(s)));
      }
      silence_[i] = std::exp(-searched_m * law_.presence / law_.pitch_m);
    }
    return silence_[i];
  }

  const RowFit& fit_;
  const PitchLaw& law_;
  const SearchedGround& ground_;
  FurtherRows result_;
  std::vector<double> silence_;
};

}  // namespace

double FurtherRows::at(double offset_m) const {
  const double i = std::round(offset_m - from_m);
  return i >= 0 && i < static_cast<double>(density.size()) ? density[static_cast<std::size_t>(i)] : 0;
}

FurtherRows further_rows(const RowFit& fit, const PitchLaw& law, const SearchedGround& ground) {
  return Suspecting(fit, law, ground).run();
}

}  // namespace firmground::evidence
