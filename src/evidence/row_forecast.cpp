#include "evidence/row_forecast.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/parallel.h"

namespace firmground::evidence {

namespace {

using Series = std::vector<double>;

constexpr double kOwnEnd = 0.3;  ///< probability that a row ends on its own, not with the field
constexpr double kOwnEndScale_m = 60;
constexpr double kEndStep_m = 5;
/// Lomax law of field lengths: half of all are shorter than 190 m, one in ten longer than 1,200 m (norms say
/// 200-300 m; cordons of kilometres are known).
constexpr double kLengthScale_m = 320;
constexpr double kLengthShape = 1.5;

double normal_tail(double u) {
  return 0.5 * std::erfc(u / std::sqrt(2.0));
}

/// Places of one row on the common steps, walked in one direction: `effort[i]` at i steps from the far side.
class Walk {
 public:
  Walk(const PitchLaw& law, Series effort, double step_m) : law_(law), effort_(std::move(effort)), step_m_(step_m) {
    const double sd_m = std::max(law.step_sd_m, 0.6 * step_m);
    const auto longest = static_cast<std::size_t>((law.pitch_m + 4 * sd_m) / step_m) + 1;
    kernel_.assign(longest + 1, 0);
    tail_.assign(longest + 1, 0);
    double sum = 0;
    for (std::size_t g = 1; g <= longest; ++g) {
      const double u = (static_cast<double>(g) * step_m - law.pitch_m) / sd_m;
      kernel_[g] = std::exp(-0.5 * u * u);
      sum += kernel_[g];
    }
    for (std::size_t g = 1; g <= longest; ++g) {
      kernel_[g] /= sum;
    }
    for (std::size_t g = 0; g <= longest; ++g) {
      tail_[g] = normal_tail((static_cast<double>(g) * step_m - law.pitch_m) / sd_m);
    }
    miss_.resize(effort_.size());
    left_.resize(effort_.size());
    for (std::size_t i = 0; i < effort_.size(); ++i) {
      miss_[i] = 1 - law.presence * effort_[i];
      left_[i] = law.presence * (1 - effort_[i]);
    }
  }

  std::size_t size() const { return effort_.size(); }

  /// Where a find surveyed at `at` steps really lay.
  Series seen_at(double at) const {
    Series seen(size(), 0);
    const double sd = std::max(law_.place_sd_m / step_m_, 0.3);
    double sum = 0;
    const auto low = static_cast<std::size_t>(std::max(0.0, at - 4 * sd));
    const auto high = std::min(size() - 1, static_cast<std::size_t>(std::max(0.0, at + 4 * sd + 1)));
    for (std::size_t i = low; i <= high; ++i) {
      const double u = (static_cast<double>(i) - at) / sd;
      seen[i] = std::exp(-0.5 * u * u);
      sum += seen[i];
    }
    for (std::size_t i = low; i <= high && sum > 0; ++i) {
      seen[i] /= sum;
    }
    return seen;
  }

  /// Probability of a place at each step up to `last`, all before it back to the start not found.  Eq. 9.
  Series forward(const Series& start, std::size_t first, std::size_t last) const {
    Series places(size(), 0);
    for (std::size_t i = first; i <= last; ++i) {
      for (std::size_t g = 1; g < kernel_.size() && g <= i - first; ++g) {
        places[i] += kernel_[g] * (start[i - g] + places[i - g] * miss_[i - g]);
      }
    }
    return places;
  }

  /// Adds what is left between two finds.  Eq. 10.
  void add_between(double from, double to, Series& left_per_m) const {
    const double margin = 4 * law_.place_sd_m / step_m_ + 1;
    const auto first = static_cast<std::size_t>(std::max(0.0, from - margin));
    const auto last = std::min(size() - 1, static_cast<std::size_t>(to + margin));
    const Series start = seen_at(from);
    const Series stop = seen_at(to);
    const Series places = forward(start, first, last);
    Series back(size(), 0);  // probability of reaching the second find from a place, all between not found
    for (std::size_t i = last + 1; i-- > first;) {
      for (std::size_t g = 1; g < kernel_.size() && i + g <= last; ++g) {
        back[i] += kernel_[g] * (stop[i + g] + miss_[i + g] * back[i + g]);
      }
    }
    double likelihood = 0;
    for (std::size_t i = first; i <= last; ++i) {
      likelihood += places[i] * stop[i];
    }
    // A lane left open, or two finds that are not of one walk: then nothing was missed between them.
    constexpr double kOutliers = 0.03;
    const double gap_m = (to - from) * step_m_;
    const double scale_m = 4 * law_.pitch_m;
    const double outlier = kOutliers * std::exp(-gap_m / scale_m) / scale_m * step_m_;
    for (std::size_t i = first; i <= last; ++i) {
      left_per_m[i] += places[i] * left_[i] * back[i] / (likelihood + outlier) / step_m_;
    }
  }

  /// For a field that ends at `end`: probability, from a place at each step, that no place after it was found.  Eq. 11.
  Series none_found_until(std::size_t from, std::size_t end) const {
    Series none(size(), 0);
    for (std::size_t i = end + 1; i-- > from;) {
      const std::size_t room = end - i;
      none[i] = room < tail_.size() ? tail_[room] : 0;
      for (std::size_t g = 1; g < kernel_.size() && g <= room; ++g) {
        none[i] += kernel_[g] * miss_[i + g] * none[i + g];
      }
    }
    return none;
  }

  double left(std::size_t i) const { return left_[i]; }

 private:
  PitchLaw law_;
  Series effort_, kernel_, tail_, miss_, left_;
  double step_m_;
};

/// One side of a row: what lies beyond its last find.
struct Side {
  std::size_t last = 0;           ///< step of the last find
  std::vector<std::size_t> ends;  ///< steps at which the field or the row may end, ascending
  std::size_t own = 0;       ///< how many of them lie before the field's last find: only the row itself can end there
  std::vector<Series> none;  ///< per end
  std::vector<double> likelihood;  ///< per end
  double own_likelihood = 0;       ///< of a row that ends on its own
  Series own_weight;               ///< per end, prior x likelihood, sums to own_likelihood
  Series places;

  /// Of a field that ends at ends[own + e], the row with it or on its own.
  double given_end(std::size_t e) const { return (1 - kOwnEnd) * likelihood[own + e] + kOwnEnd * own_likelihood; }
};

Side side_of(const Walk& walk, double last, std::size_t field_last, const std::vector<std::size_t>& field_ends,
             double step_m) {
  Side side;
  side.last = std::min(static_cast<std::size_t>(last), walk.size() - 1);
  const auto stride = static_cast<std::size_t>(std::max(1.0, std::round(kEndStep_m / step_m)));
  std::vector<std::size_t> before;
  for (std::size_t end = field_last; end >= side.last + stride; end -= stride) {
    before.push_back(end - stride);
  }
  side.own = before.size();
  side.ends.assign(before.rbegin(), before.rend());
  side.ends.insert(side.ends.end(), field_ends.begin(), field_ends.end());
  const Series start = walk.seen_at(last);
  std::size_t first = side.last;
  while (first > 0 && start[first - 1] > 0) {
    --first;
  }
  side.places = walk.forward(start, first, side.ends.back());
  double prior_sum = 0;
  for (const std::size_t end : side.ends) {
    const double beyond_m = static_cast<double>(end - std::min(end, side.last)) * step_m;
    const double prior = std::exp(-beyond_m / kOwnEndScale_m);
    prior_sum += prior;
    side.none.push_back(walk.none_found_until(first, end));
    double sum = 0, inside = 1e-9;  // the last find itself lies in the field
    for (std::size_t i = first; i <= end; ++i) {
      sum += start[i] * side.none.back()[i];
      inside += start[i];
    }
    side.likelihood.push_back(std::max(sum / inside, 1e-12));
    side.own_weight.push_back(prior * side.likelihood.back());
  }
  for (double& weight : side.own_weight) {
    weight /= prior_sum;
    side.own_likelihood += weight;
  }
  return side;
}

/// Adds what is left beyond the last find, given how probable each end of the field is.  Eq. 13.
void add_beyond(const Walk& walk, const Side& side, const Series& end_probability, double step_m, Series& left_per_m) {
  Series weight(side.ends.size(), 0);
  for (std::size_t e = 0; e < end_probability.size(); ++e) {
    const double given = side.given_end(e);
    weight[side.own + e] += end_probability[e] * (1 - kOwnEnd) * side.likelihood[side.own + e] / given;
    for (std::size_t j = 0; j < side.ends.size(); ++j) {
      weight[j] += end_probability[e] * kOwnEnd * side.own_weight[j] / given;
    }
  }
  for (std::size_t j = 0; j < side.ends.size(); ++j) {
    for (std::size_t i = 0; i <= side.ends[j]; ++i) {
      left_per_m[i] += weight[j] * side.places[i] * walk.left(i) * side.none[j][i] / side.likelihood[j] / step_m;
    }
  }
}

/// Joint law of where the field begins and ends.  Eq. 12.
struct Ends {
  Series first, last;  ///< probability per candidate
};
Ends ends_of(double found_m, const Series& first_log, const Series& last_log) {
  std::vector<double> joint(first_log.size() * last_log.size());
  double top = -1e300;
  for (std::size_t a = 0; a < first_log.size(); ++a) {
    for (std::size_t b = 0; b < last_log.size(); ++b) {
      const double long_m = found_m + kEndStep_m * static_cast<double>(a + b);
      double value = first_log[a] + last_log[b] - (kLengthShape + 1) * std::log1p(long_m / kLengthScale_m);
      // The last candidate stands for all that is further.
      const double tail = std::log1p((kLengthScale_m + long_m) / (kLengthShape * kEndStep_m));
      value += (a + 1 == first_log.size() ? tail : 0) + (b + 1 == last_log.size() ? tail : 0);
      joint[a * last_log.size() + b] = value;
      top = std::max(top, value);
    }
  }
  Ends ends{Series(first_log.size(), 0), Series(last_log.size(), 0)};
  double sum = 0;
  for (double& value : joint) {
    value = std::exp(value - top);
    sum += value;
  }
  for (std::size_t a = 0; a < first_log.size(); ++a) {
    for (std::size_t b = 0; b < last_log.size(); ++b) {
      ends.first[a] += joint[a * last_log.size() + b] / sum;
      ends.last[b] += joint[a * last_log.size() + b] / sum;
    }
  }
  return ends;
}

double quantile_m(const Series& probability, double level) {
  double sum = 0;
  for (std::size_t i = 0; i < probability.size(); ++i) {
    sum += probability[i];
    if (sum >= level) {
      return kEndStep_m * static_cast<double>(i);
    }
  }
  return kEndStep_m * static_cast<double>(probability.size() - 1);
}

/// All rows of a fit on common steps; `reversed` walks towards smaller s.
class Forecasting {
 public:
  Forecasting(const RowFit& fit, const std::vector<PitchLaw>& laws, const SearchedGround& ground, double reach_m)
      : fit_(fit), reach_m_(reach_m) {
    double pitch_m = 1e300;
    for (const PitchLaw& law : laws) {
      pitch_m = std::min(pitch_m, law.pitch_m);
    }
    result_.step_m = std::clamp(pitch_m / 10, 0.1, 1.0);
    result_.from_s = fit.from_s - reach_m;
    const double to_s = fit.to_s + reach_m;
    const auto steps = static_cast<std::size_t>(std::ceil((to_s - result_.from_s) / result_.step_m)) + 1;
    result_.inside.assign(steps, 0);
    result_.left_per_m.assign(fit.rows(), Series(steps, 0));
    finds_.resize(fit.rows());
    for (std::size_t i = 0; i < fit.local.size(); ++i) {
      if (fit.row_of_find[i] >= 0) {
        finds_[static_cast<std::size_t>(fit.row_of_find[i])].push_back((fit.local[i].s - result_.from_s) /
                                                                       result_.step_m);
      }
    }
    for (std::size_t row = 0; row < fit.rows(); ++row) {
      std::sort(finds_[row].begin(), finds_[row].end());
      Series effort(steps);
      for (std::size_t i = 0; i < steps; ++i) {
        effort[i] = ground.at(fit.at(row, result_.s(i)));
      }
      Series backward(effort.rbegin(), effort.rend());
      ahead_.emplace_back(laws[row], std::move(effort), result_.step_m);
      behind_.emplace_back(laws[row], std::move(backward), result_.step_m);
    }
  }

  RowForecast run() {
    const std::size_t rows = fit_.rows();
    const double far = static_cast<double>(result_.steps() - 1);
    std::vector<Side> ahead(rows), behind(rows);
    const std::vector<std::size_t> ends = candidates();
    const std::size_t field_last = ends.front();
    base::parallel_for(rows, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        if (!finds_[row].empty()) {
          for (std::size_t i = 0; i + 1 < finds_[row].size(); ++i) {
            ahead_[row].add_between(finds_[row][i], finds_[row][i + 1], result_.left_per_m[row]);
          }
          ahead[row] = side_of(ahead_[row], finds_[row].back(), field_last, ends, result_.step_m);
          behind[row] = side_of(behind_[row], far - finds_[row].front(), field_last, ends, result_.step_m);
        }
      }
    });
    const Ends probability = ends_of(fit_.to_s - fit_.from_s, log_of(behind), log_of(ahead));
    for (std::size_t row = 0; row < rows; ++row) {
      if (finds_[row].empty()) {
        continue;
      }
      Series& left = result_.left_per_m[row];
      add_beyond(ahead_[row], ahead[row], probability.last, result_.step_m, left);
      Series backward(left.size(), 0);
      add_beyond(behind_[row], behind[row], probability.first, result_.step_m, backward);
      for (std::size_t i = 0; i < left.size(); ++i) {
        left[i] += backward[left.size() - 1 - i];
      }
    }
    tell_ends(probability);
    return std::move(result_);
  }

 private:
  /// Steps, counted from the far side, at which the field may end; the same both ways, as the reach is.
  std::vector<std::size_t> candidates() const {
    const double field_last = static_cast<double>(result_.steps() - 1) - reach_m_ / result_.step_m;
    std::vector<std::size_t> ends;
    for (double beyond_m = 0; beyond_m <= reach_m_; beyond_m += kEndStep_m) {
      ends.push_back(std::min(result_.steps() - 1, static_cast<std::size_t>(field_last + beyond_m / result_.step_m)));
    }
    return ends;
  }

  Series log_of(const std::vector<Side>& sides) const {
    Series sum;
    for (std::size_t row = 0; row < sides.size(); ++row) {
      if (finds_[row].empty()) {
        continue;
      }
      const std::size_t ends = sides[row].ends.size() - sides[row].own;
      sum.resize(ends, 0);
      for (std::size_t e = 0; e < ends; ++e) {
        sum[e] += std::log(sides[row].given_end(e));
      }
    }
    return sum;
  }

  void tell_ends(const Ends& probability) {
    result_.last_end_p05_s = fit_.to_s + quantile_m(probability.last, 0.05);
    result_.last_end_p50_s = fit_.to_s + quantile_m(probability.last, 0.5);
    result_.last_end_p95_s = fit_.to_s + quantile_m(probability.last, 0.95);
    result_.first_end_p05_s = fit_.from_s - quantile_m(probability.first, 0.95);
    result_.first_end_p50_s = fit_.from_s - quantile_m(probability.first, 0.5);
    result_.first_end_p95_s = fit_.from_s - quantile_m(probability.first, 0.05);
    result_.goes_on = 1 - (1 - probability.first.back()) * (1 - probability.last.back());
    const auto beyond = [](const Series& p, double m) {
      double sum = 0;
      for (std::size_t e = 0; e < p.size(); ++e) {
        sum += kEndStep_m * static_cast<double>(e) >= m ? p[e] : 0;
      }
      return sum;
    };
    for (std::size_t i = 0; i < result_.steps(); ++i) {
      const double s = result_.s(i);
      result_.inside[i] = s > fit_.to_s     ? beyond(probability.last, s - fit_.to_s)
                          : s < fit_.from_s ? beyond(probability.first, fit_.from_s - s)
                                            : 1;
    }
  }

  const RowFit& fit_;
  double reach_m_;
  RowForecast result_;
  std::vector<Series> finds_;  ///< per row, in steps, ascending
  std::vector<Walk> ahead_, behind_;
};

}  // namespace

RowForecast forecast_rows(const RowFit& fit, const std::vector<PitchLaw>& laws, const SearchedGround& ground,
                          double reach_m) {
  return Forecasting(fit, laws, ground, reach_m).run();
}

}  // namespace firmground::evidence
