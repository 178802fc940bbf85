#include "evidence/row_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace firmground::evidence {

namespace {

using geo::Xy;

constexpr double kLeastSigma_m = 0.3;
constexpr double kMostSigma_m = 4;
constexpr double kRowsApart = 3.5;  ///< in sigma: nearer rows are one
constexpr double kLeastFinds = 3;
constexpr std::size_t kMostRows = 24;

double normal_density(double x, double sd) {
  const double u = x / sd;
  return std::exp(-0.5 * u * u) / (sd * std::sqrt(2 * std::numbers::pi));
}

/// One run of expectation-maximisation on one chart.
class Fitting {
  /// Where the row has finds, and how far beyond it may have others that were not looked for yet.
  struct Extent {
    double from_s = 0, to_s = 0;
    double reach_from_s = 0, reach_to_s = 0;
  };

 public:
  Fitting(const std::vector<Xy>& finds, const SearchedGround& ground, const NoRows& none, RowChart chart)
      : finds_(finds), ground_(ground), none_(none), chart_(std::move(chart)), bend_(0, 0, {}) {
    first_s_ = std::numeric_limits<double>::infinity();
    last_s_ = -first_s_;
    local_.reserve(finds.size());
    for (const Xy p : finds) {
      local_.push_back(chart_.local(p));
      first_s_ = std::min(first_s_, local_.back().s);
      last_s_ = std::max(last_s_, local_.back().s);
    }
    bend_ = RowBend(first_s_, last_s_, {});
    stray_.assign(finds.size(), 1);
  }

  /// Rows as they were found on another chart, given by a member each.
  void start_with(std::vector<double> offsets, double sigma_m) {
    sigma_m_ = sigma_m;
    set_offsets(std::move(offsets));
    window(-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity());
    first_rates();
  }

  /// In a window that grows both ways from a place: ten finds first, so that rows can be told from chance.
  void grow(Xy from) {
    constexpr std::size_t kFirst = 10;
    constexpr double kLeast_m = 40;
    const double middle = chart_.local(from).s;
    std::vector<double> away;
    for (const auto& at : local_) {
      away.push_back(std::abs(at.s - middle));
    }
    std::sort(away.begin(), away.end());
    const double span = away.back();
    for (double half_m = std::max(kLeast_m, away[std::min(kFirst, away.size() - 1)]); half_m < 1.3 * span;
         half_m *= 1.3) {
      window(middle - half_m, middle + half_m);
      bear_rows();
      iterate(2);
      merge_rows();
    }
    window(middle - span - 1, middle + span + 1);
  }

  void settle(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      bear_rows();
      iterate(1);
      merge_rows();
    }
    prune();
    merge_rows();
  }

  /// Tells the bend over the whole chart; the fit itself needs it where finds are.
  void extend() {
    bend_ = RowBend(chart_.first_s(), chart_.last_s(), bend_.offsets());
    maximise();
  }

  bool has_rows() const { return !bend_.offsets().empty(); }
  const RowChart& chart() const { return chart_; }
  const RowBend& bend() const { return bend_; }
  double sigma_m() const { return sigma_m_; }

  RowFit result() {
    expect();
    std::vector<std::size_t> order(rows());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return bend_.offsets()[a] < bend_.offsets()[b]; });
    std::vector<std::int32_t> rank(rows());
    for (std::size_t k = 0; k < rows(); ++k) {
      rank[order[k]] = static_cast<std::int32_t>(k);
    }
    RowFit fit{chart_, bend_.reordered(order), sigma_m_, 0, 0, local_, {}, stray_, log_ratio(), 0};
    fit.row_of_find.assign(finds_.size(), -1);
    fit.from_s = std::numeric_limits<double>::infinity();
    fit.to_s = -fit.from_s;
    for (std::size_t i = 0; i < finds_.size(); ++i) {
      if (stray_[i] < 0.5) {
        fit.row_of_find[i] = rank[likeliest(i)];
        fit.from_s = std::min(fit.from_s, local_[i].s);
        fit.to_s = std::max(fit.to_s, local_[i].s);
      }
    }
    return fit;
  }

 private:
  std::size_t rows() const { return bend_.offsets().size(); }
  double& share(std::size_t find, std::size_t row) { return share_[find * rows() + row]; }
  double share(std::size_t find, std::size_t row) const { return share_[find * rows() + row]; }

  std::size_t likeliest(std::size_t find) const {
    std::size_t best = 0;
    for (std::size_t k = 1; k < rows(); ++k) {
      best = share(find, k) > share(find, best) ? k : best;
    }
    return best;
  }

  void window(double low_s, double high_s) {
    inside_.clear();
    for (std::size_t i = 0; i < local_.size(); ++i) {
      if (local_[i].s >= low_s && local_[i].s <= high_s) {
        inside_.push_back(i);
      }
    }
    set_extents();
  }

  /// A row reaches from its first find in the window to its last and half a gap further; finds that a wide gap parts
  /// from most of it belong to another field.
  void set_extents() {
    for (std::size_t k = 0; k < rows(); ++k) {
      std::vector<double> along;
      for (const std::size_t i : inside_) {
        if (share(i, k) > 0.5) {
          along.push_back(local_[i].s);
        }
      }
      extents_[k] = main_run(k, std::move(along));
      extents_[k].reach_from_s = reach(k, extents_[k].from_s, -1);
      extents_[k].reach_to_s = reach(k, extents_[k].to_s, 1);
    }
  }

  /// From an end of a row onwards until kBeyond_m of it were searched in vain.
  double reach(std::size_t row, double s, int direction) const {
    constexpr double kStep_m = 4;
    constexpr double kUnsearched = 0.08;  // of a metre that was searched
    double searched_m = 0;
    while (searched_m < kBeyond_m) {
      s += direction * kStep_m;
      const double effort = ground_.at(chart_.at(s, bend_.offsets()[row] + bend_.at(s)));
      searched_m += kStep_m * std::max(kUnsearched, effort);
    }
    return s;
  }

  Extent main_run(std::size_t row, std::vector<double> along) const {
    if (along.empty()) {
      return {};
    }
    std::sort(along.begin(), along.end());
    std::vector<double> apart{0};  // metres between neighbours, those that nobody searched counting little
    for (std::size_t i = 0; i + 1 < along.size(); ++i) {
      constexpr double kUnsearched = 0.2;
      constexpr double kStep_m = 4;
      const double gap_m = along[i + 1] - along[i];
      const int steps = static_cast<int>(gap_m / kStep_m) + 1;
      double searched = 0;
      for (int j = 0; j < steps; ++j) {
        const double s = along[i] + gap_m * (j + 0.5) / steps;
        searched += ground_.at(chart_.at(s, bend_.offsets()[row] + bend_.at(s))) / steps;
      }
      apart.push_back(gap_m * (kUnsearched + (1 - kUnsearched) * searched));
    }
    std::vector<double> gaps = apart;
    std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
    const double widest_m = std::max(40.0, 7 * gaps[gaps.size() / 2]);
    std::size_t first = 0, best_first = 0, best_last = 0;
    for (std::size_t i = 0; i < along.size(); ++i) {
      if (apart[i] > widest_m) {
        first = i;
      }
      if (i - first > best_last - best_first) {
        best_first = first;
        best_last = i;
      }
    }
    const double half_gap_m =
        0.5 * (along[best_last] - along[best_first]) / std::max<double>(1, static_cast<double>(best_last - best_first));
    Extent extent;
    extent.from_s = along[best_first] - half_gap_m;
    extent.to_s = along[best_last] + half_gap_m;
    return extent;
  }

  void set_offsets(std::vector<double> offsets) {
    bend_ = RowBend(first_s_, last_s_, std::move(offsets));
    share_.assign(finds_.size() * rows(), 0);
    rates_.assign(rows(), 0);
    lengths_.assign(rows(), 0);
    extents_.assign(rows(), {});
  }

  /// Every row of the present offsets, and one more.
  void add_row(double offset) {
    std::vector<double> shares;
    const std::size_t before = rows();
    for (std::size_t i = 0; i < finds_.size(); ++i) {
      for (std::size_t k = 0; k < before; ++k) {
        shares.push_back(share(i, k));
      }
      const bool member = stray_[i] > 0.5 && std::abs(local_[i].n - bend_.at(local_[i].s) - offset) < 2.5 * sigma_m_;
      shares.push_back(member && is_inside(i) ? 1 : 0);
      stray_[i] = member && is_inside(i) ? 0 : stray_[i];
    }
    bend_.add_row(offset);
    share_ = std::move(shares);
    rates_.push_back(0);
    lengths_.push_back(0);
    extents_.push_back({});
    set_extents();
  }

  bool is_inside(std::size_t find) const { return std::binary_search(inside_.begin(), inside_.end(), find); }

  void remove_row(std::size_t row) {
    std::vector<double> shares;
    for (std::size_t i = 0; i < finds_.size(); ++i) {
      for (std::size_t k = 0; k < rows(); ++k) {
        if (k != row) {
          shares.push_back(share(i, k));
        } else {
          stray_[i] += share(i, k);
        }
      }
    }
    bend_.remove_row(row);
    share_ = std::move(shares);
    rates_.erase(rates_.begin() + static_cast<std::ptrdiff_t>(row));
    lengths_.erase(lengths_.begin() + static_cast<std::ptrdiff_t>(row));
    extents_.erase(extents_.begin() + static_cast<std::ptrdiff_t>(row));
  }

  /// Strays that line up beside the rows found so far make a row of their own.
  void bear_rows() {
    for (int born = 0; born < 4 && rows() < kMostRows; ++born) {
      const double reach_m = 2 * sigma_m_;
      constexpr double kRound_m = 15;
      constexpr double kAlong_m = 250;
      double best_excess = 0, best_offset = 0;
      for (const std::size_t i : inside_) {
        if (stray_[i] < 0.5) {
          continue;
        }
        const double offset = local_[i].n - bend_.at(local_[i].s);
        const bool taken = std::any_of(bend_.offsets().begin(), bend_.offsets().end(),
                                       [&](double c) { return std::abs(c - offset) < kRowsApart * sigma_m_; });
        if (taken || !is_beside(local_[i].s, offset)) {
          continue;
        }
        double near = 0, round = 0, sum = 0;
        for (const std::size_t j : inside_) {
          const double apart = local_[j].n - bend_.at(local_[j].s) - offset;
          if (stray_[j] > 0.5 && std::abs(apart) < kRound_m && std::abs(local_[j].s - local_[i].s) < kAlong_m) {
            round += 1;
            near += std::abs(apart) < reach_m ? 1 : 0;
            sum += std::abs(apart) < reach_m ? apart : 0;
          }
        }
        const double excess = near - round * reach_m / kRound_m;
        if (near >= kLeastFinds && excess > best_excess + 1e-9) {
          best_excess = excess;
          best_offset = offset + sum / near;
        }
      }
      if (best_excess < 1.5) {
        return;
      }
      add_row(best_offset);
      maximise();
    }
  }

  /// Rows of one field lie side by side.
  bool is_beside(double s, double offset) const {
    constexpr double kBeside_m = 85;
    if (rows() == 0) {
      return true;
    }
    double nearest_m = kBeside_m;
    double from_s = std::numeric_limits<double>::infinity();
    double to_s = -from_s;
    for (std::size_t k = 0; k < rows(); ++k) {
      nearest_m = std::min(nearest_m, std::abs(bend_.offsets()[k] - offset));
      from_s = std::min(from_s, extents_[k].reach_from_s);
      to_s = std::max(to_s, extents_[k].reach_to_s);
    }
    return nearest_m < kBeside_m && s > from_s && s < to_s;
  }

  void iterate(int rounds) {
    for (int round = 0; round < rounds && rows() > 0; ++round) {
      maximise();
      expect();
      set_extents();
    }
  }

  /// Rates before any expectation: members by distance alone.
  void first_rates() {
    for (const std::size_t i : inside_) {
      for (std::size_t k = 0; k < rows(); ++k) {
        const bool member = std::abs(local_[i].n - bend_.offsets()[k]) < 3 * sigma_m_ && stray_[i] > 0.5;
        share(i, k) = member ? 1 : 0;
        stray_[i] = member ? 0 : stray_[i];
      }
    }
    set_extents();
    iterate(2);
  }

  void maximise() {
    std::vector<OffsetSeen> seen;
    for (const std::size_t i : inside_) {
      for (std::size_t k = 0; k < rows(); ++k) {
        if (share(i, k) > 1e-3) {
          seen.push_back({local_[i].s, local_[i].n, k, share(i, k)});
        }
      }
    }
    bend_.fit(seen, sigma_m_);
    // The spread, with a prior of 1 m worth four finds; less the freedom that the bend and the offsets took.
    constexpr double kPriorFinds = 4;
    double squares = kPriorFinds, weight = kPriorFinds;
    for (const OffsetSeen& each : seen) {
      const double off = each.n - bend_.offsets()[each.row] - bend_.at(each.s);
      squares += each.weight * off * off;
      weight += each.weight;
    }
    const double freedom = std::max(0.5 * weight, weight - bend_.degrees_of_freedom() - static_cast<double>(rows()));
    sigma_m_ = std::clamp(std::sqrt(squares / freedom), kLeastSigma_m, kMostSigma_m);
    for (std::size_t k = 0; k < rows(); ++k) {
      double members = 0;
      for (const std::size_t i : inside_) {
        members += share(i, k);
      }
      lengths_[k] = searched_length(k);
      rates_[k] = members / lengths_[k];
    }
    stray_share_ = 0.5;
    for (const std::size_t i : inside_) {
      stray_share_ += stray_[i];
    }
    stray_share_ /= static_cast<double>(inside_.size()) + 1;
  }

  /// Metres of the row that were effectively searched.
  double searched_length(std::size_t row) const {
    constexpr double kStep_m = 4;
    const double from_s = extents_[row].from_s;
    const double to_s = extents_[row].to_s;
    const auto steps = static_cast<std::size_t>(std::max(1.0, std::ceil((to_s - from_s) / kStep_m)));
    const double step_m = std::max(1.0, (to_s - from_s) / static_cast<double>(steps));
    double length_m = 1;  // a row that nobody searched still has its finds
    for (std::size_t i = 0; i < steps; ++i) {
      const double s = from_s + (static_cast<double>(i) + 0.5) * step_m;
      length_m += step_m * ground_.at(chart_.at(s, bend_.offsets()[row] + bend_.at(s)));
    }
    return length_m;
  }

  /// Finds per square metre effectively searched that row `k` alone would give at find `i`.
  double intensity(std::size_t i, std::size_t k) const {
    const double off = local_[i].n - bend_.offsets()[k] - bend_.at(local_[i].s);
    if (local_[i].s < extents_[k].reach_from_s || local_[i].s > extents_[k].reach_to_s ||
        std::abs(off) > 6 * sigma_m_ + 3) {
      return 0;
    }
    const double sd_m = std::sqrt(sigma_m_ * sigma_m_ + bend_.variance(local_[i].s, k));
    return rates_[k] * normal_density(off, sd_m);
  }

  void expect() {
    for (const std::size_t i : inside_) {
      const double stray = stray_share_ * static_cast<double>(finds_.size()) * none_.density[i];
      double sum = stray;
      for (std::size_t k = 0; k < rows(); ++k) {
        share(i, k) = intensity(i, k);
        sum += share(i, k);
      }
      stray_[i] = stray / sum;
      for (std::size_t k = 0; k < rows(); ++k) {
        share(i, k) /= sum;
      }
    }
  }

  void merge_rows() {
    for (std::size_t a = 0; a < rows(); ++a) {
      double members = 0;
      for (const std::size_t i : inside_) {
        members += share(i, a);
      }
      bool gone = members < 0.8 * kLeastFinds;
      for (std::size_t b = 0; b < a && !gone; ++b) {
        gone = std::abs(bend_.offsets()[a] - bend_.offsets()[b]) < 0.7 * kRowsApart * sigma_m_;
      }
      if (gone) {
        remove_row(a);
        iterate(1);
        --a;
      }
    }
  }

  /// What the row adds to the log likelihood of the finds.
  double gain(std::size_t row) const {
    double sum = 0;
    for (const std::size_t i : inside_) {
      constexpr double kFloor = 1e-12;
      sum -= std::log(std::max(1 - share(i, row), kFloor));
    }
    return sum;
  }

  /// Rows that explain less than their parameters cost are chance.
  void prune() {
    const double n = static_cast<double>(inside_.size());
    const double cost = 0.5 * kParametersOfRow * std::log(n) + kChoiceOfPlace;
    while (rows() > 0) {
      expect();
      std::size_t weakest = 0;
      for (std::size_t k = 1; k < rows(); ++k) {
        weakest = gain(k) < gain(weakest) ? k : weakest;
      }
      if (gain(weakest) >= cost) {
        return;
      }
      remove_row(weakest);
      iterate(3);
    }
  }

  double log_ratio() const {
    const double n = static_cast<double>(finds_.size());
    double sum = 0;
    for (std::size_t i = 0; i < finds_.size(); ++i) {
      const double none = n * none_.density[i];
      double with_rows = stray_share_ * none;
      for (std::size_t k = 0; k < rows(); ++k) {
        with_rows += intensity(i, k);
      }
      sum += std::log(with_rows / none);
    }
    double expected = stray_share_ * n;
    for (std::size_t k = 0; k < rows(); ++k) {
      expected += rates_[k] * lengths_[k];
    }
    constexpr double kSharedParameters = 3;  // heading, curvature, spread
    const double parameters =
        kParametersOfRow * static_cast<double>(rows()) + bend_.degrees_of_freedom() + kSharedParameters;
    return sum - (expected - n) - 0.5 * parameters * std::log(n) - kChoiceOfPlace * static_cast<double>(rows());
  }

  static constexpr double kParametersOfRow =
      3;                                   ///< offset, rate, and half for each end, which lies between two finds or so
  static constexpr double kBeyond_m = 30;  ///< beyond the ends found so far a find may still join its row
  static constexpr double kChoiceOfPlace = 2;  ///< log of the places a row could have been found in by chance

  const std::vector<Xy>& finds_;
  const SearchedGround& ground_;
  const NoRows& none_;
  RowChart chart_;
  RowBend bend_;
  double sigma_m_ = 1.5;
  std::vector<RowChart::Local> local_;
  std::vector<std::size_t> inside_;
  double first_s_ = 0, last_s_ = 0;  ///< of all finds
  std::vector<Extent> extents_;      ///< per row
  std::vector<double> share_;        ///< finds x rows
  std::vector<double> stray_;
  std::vector<double> rates_;  ///< finds per metre of row effectively searched
  std::vector<double> lengths_;
  double stray_share_ = 0.5;
};

/// The line of the rows, and how it goes on beyond them.
struct Course {
  std::vector<Xy> line;
  double curvature_sd = 0;  ///< of the curvature that it goes on with
};

/// Within the finds: the fitted line. Beyond: its heading comes back, over kReturn_m, to that of an arc fitted to the
/// whole, whose curvature is shrunk towards none the more the shorter the line is.  Eq. 6.
Course course_of(const Fitting& fit, double from_s, double to_s, double reach_m) {
  constexpr double kReturn_m = 75;
  constexpr double kStray = 0.12;          // radians that the heading strays from an arc, by the prior of RowBend
  constexpr double kCurvatureSd = 0.0015;  // prior: rows round a height bend by 1/250 to 1/850 m, most others less
  constexpr double kStep_m = RowChart::kStep_m;
  Course course;
  const auto on_line = [&](double s) { return fit.chart().at(s, fit.bend().at(s)); };
  for (double s = from_s; s < to_s; s += kStep_m) {
    course.line.push_back(on_line(s));
  }
  course.line.push_back(on_line(to_s));
  const double long_m = std::max(to_s - from_s, kStep_m);
  std::vector<double> headings;
  constexpr int kSamples = 40;
  double mean = 0, slope = 0, squares = 0, last = fit.chart().heading((from_s + to_s) / 2);
  const auto heading_at = [&](double s) {
    const double h = kStep_m / 2;
    const Xy a = on_line(s - h);
    const Xy b = on_line(s + h);
    return last + std::remainder(std::atan2(b.y - a.y, b.x - a.x) - last, 2 * std::numbers::pi);
  };
  for (int i = 0; i < kSamples; ++i) {
    headings.push_back(heading_at(from_s + long_m * (i + 0.5) / kSamples));
    mean += headings.back() / kSamples;
  }
  for (int i = 0; i < kSamples; ++i) {
    const double off_m = long_m * ((i + 0.5) / kSamples - 0.5);
    slope += off_m * (headings[static_cast<std::size_t>(i)] - mean);
    squares += off_m * off_m;
  }
  const double independent = std::max(1.0, long_m / kReturn_m);
  const double measured_sd = kStray * std::sqrt(12 / independent) / long_m;
  const double weight = kCurvatureSd * kCurvatureSd / (kCurvatureSd * kCurvatureSd + measured_sd * measured_sd);
  const double curvature = weight * slope / squares;
  course.curvature_sd = std::sqrt(1 - weight) * kCurvatureSd;
  const auto go_on = [&](Xy end, double end_heading, double direction) {
    std::vector<Xy> beyond;
    const double stray = end_heading - (mean + direction * curvature * long_m / 2);
    for (double x = 0; x < reach_m; x += kStep_m) {
      const double heading = mean + direction * curvature * (long_m / 2 + x) + stray * std::exp(-x / kReturn_m);
      end = {end.x + direction * kStep_m * std::cos(heading), end.y + direction * kStep_m * std::sin(heading)};
      beyond.push_back(end);
    }
    return beyond;
  };
  const std::vector<Xy> after = go_on(course.line.back(), headings.back(), 1);
  const std::vector<Xy> before = go_on(course.line.front(), headings.front(), -1);
  course.line.insert(course.line.end(), after.begin(), after.end());
  course.line.insert(course.line.begin(), before.rbegin(), before.rend());
  return course;
}

}  // namespace

double RowFit::variance(std::size_t row, double s) const {
  const double beyond_m = std::max({0.0, from_s - s, s - to_s});
  const double bent_m = 0.5 * curvature_sd * beyond_m * beyond_m;
  return bend.variance(s, row) + bent_m * bent_m;
}

std::optional<RowFit> fit_rows(const std::vector<Xy>& finds, const SearchedGround& ground, const NoRows& none,
                               const RowStart& start, Xy middle, GrowFrom from, double reach_m) {
  double away_m = 0;
  for (const Xy p : finds) {
    away_m = std::max(away_m, std::hypot(p.x - middle.x, p.y - middle.y));
  }
  constexpr double kMostTurn = 2.6;  // an arc further round would meet itself
  double long_m = 1.2 * away_m + 20;
  if (start.curvature != 0) {
    long_m = std::min(long_m, kMostTurn / std::abs(start.curvature));
  }
  Fitting first(finds, ground, none, RowChart::arc(middle, start.heading, start.curvature, long_m, long_m));
  first.grow(from == GrowFrom::best_place ? start.best : middle);
  first.settle(6);
  if (!first.has_rows()) {
    return std::nullopt;
  }
  // Offsets are fixed along the normal of a line that runs with the rows: once more on the line just found.
  const RowFit rough = first.result();
  Course course = course_of(first, rough.from_s, rough.to_s, reach_m);
  Fitting second(finds, ground, none, RowChart(course.line, 0));
  second.start_with(rough.bend.offsets(), rough.sigma_m);
  second.settle(4);
  if (!second.has_rows()) {
    return std::nullopt;
  }
  second.extend();
  RowFit fit = second.result();
  fit.curvature_sd = course.curvature_sd;
  return fit;
}

}  // namespace firmground::evidence
