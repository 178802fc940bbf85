#include "estimate/event_history.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>

#include "base/dates.h"
#include "base/parallel.h"

namespace firmground::estimate {

namespace {

constexpr std::array<double, 7> kYearly = {0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
constexpr std::array<double, 7> kShapes = {0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6};

/// Powers of the ground that are tried: .5, .55 .. 1.3.
constexpr std::size_t kPowers = 17;
constexpr double power_at(std::size_t k) {
  return 0.5 + 0.05 * static_cast<double>(k);
}

/// Beyond, a lognormal's tail alone would decide.
constexpr double kMostVariance = 4;

double log_mean(const LogRate& rate) {
  return std::min(rate.mean + 0.5 * std::min(rate.variance, kMostVariance), 20.0);
}

std::vector<double> intensities_ahead(const EventLaw& law, const std::vector<LogRate>& ground) {
  std::vector<double> intensity(ground.size());
  std::transform(ground.begin(), ground.end(), intensity.begin(),
                 [&](const LogRate& rate) { return std::exp(log_mean(law.ahead(rate))); });
  return intensity;
}

/// Log probability of y under a negative binomial law with mean m and shape a, but for what only y decides.
double log_probability(double y, double m, double a) {
  const double none = -a * std::log1p(m / a);
  return y > 0 ? none + std::lgamma(y + a) - std::lgamma(a) + y * std::log(m / (a + m)) : none;
}

}  // namespace

double log_level_of(double power, const std::vector<LogRate>& ground) {
  const auto sum = [&](double of_power) {
    const std::vector<double> intensity = intensities_ahead({.power = of_power}, ground);
    return std::max(std::accumulate(intensity.begin(), intensity.end(), 0.0), 1e-300);
  };
  return std::log(sum(1) / sum(power));
}

EventsAhead events_ahead(const EventLaw& law, double count, double exposure, double intensity, int years) {
  EventsAhead ahead;
  double shape = law.shape + count;  // expected of the years between
  double quiet = shape;              // if nothing happens in them
  double shape_variance = 0;
  double covariance = 0;  // of shape and events so far
  for (int year = 0; year < years; ++year) {
    const double scale = intensity / (law.shape + intensity * exposure);
    const double mean = scale * shape;
    const double excess = scale * scale * (shape_variance + shape);
    const double variance = mean + excess;
    ahead.expected += mean;
    ahead.excess += excess + 2 * scale * covariance;
    ahead.log_none -= quiet * std::log1p(scale);
    covariance = (law.yearly + scale) * covariance + law.yearly * scale * shape_variance + variance;
    shape_variance = law.yearly * (law.yearly + 2 * scale) * shape_variance + variance;
    shape = law.shape + law.yearly * (shape - law.shape) + mean;
    quiet = law.shape + law.yearly * (quiet - law.shape);
    exposure = law.yearly * exposure + 1;
  }
  return ahead;
}

EventYears years_of(const std::vector<evidence::Report>& reports, const std::string& until) {
  EventYears years;
  for (const evidence::Report& report : reports) {
    if (report.year != 0) {
      years.first = years.first == 0 ? report.year : std::min<int>(years.first, report.year);
      years.last = std::max<int>(years.last, report.year);
    }
  }
  if (const auto day = base::Date::parse(until); years.first != 0 && day) {
    years.last = std::max(years.last, day->year());
  }
  return years;
}

EventHistory::EventHistory(const std::vector<evidence::Report>& reports, EventYears years)
    : by_year_(static_cast<std::size_t>(years.count())) {
  for (const evidence::Report& report : reports) {
    const auto count = static_cast<float>(report.count);
    if (report.year != 0) {
      by_year_[static_cast<std::size_t>(report.year - years.first)].events.emplace_back(report.cell, count);
    } else {
      for (Year& year : by_year_) {
        year.events.emplace_back(report.cell, count / static_cast<float>(years.count()));
      }
    }
  }
}

double EventHistory::exposure(const EventLaw& law) const {
  double sum = 0;
  for (int age = 0; age < static_cast<int>(by_year_.size()); ++age) {
    sum = sum * law.yearly + 1;
  }
  return sum;
}

std::vector<float> EventHistory::counts(const EventLaw& law, std::size_t cells) const {
  std::vector<float> counts(cells, 0.0F);
  for (std::size_t year = 0; year < by_year_.size(); ++year) {
    const auto weight = static_cast<float>(std::pow(law.yearly, static_cast<double>(by_year_.size() - 1 - year)));
    for (const auto& [cell, count] : by_year_[year].events) {
      if (cell < cells) {
        counts[cell] += weight * count;
      }
    }
  }
  return counts;
}

EventHistory::Placed EventHistory::placed(const std::vector<std::uint32_t>& cells) const {
  Placed events(by_year_.size());
  for (std::size_t year = 0; year < by_year_.size(); ++year) {
    for (const auto& [cell, count] : by_year_[year].events) {
      const auto at = std::lower_bound(cells.begin(), cells.end(), cell);
      if (at != cells.end() && *at == cell) {
        events[year].emplace_back(static_cast<std::size_t>(at - cells.begin()), static_cast<double>(count));
      }
    }
  }
  return events;
}

/// Log probability of the years from `first` to before `end`, each from those before it and scaled to its own number.
double EventHistory::foretell(const EventLaw& law, const Placed& events, const std::vector<double>& intensity,
                              std::size_t first, std::size_t end) {
  std::vector<double> weighted(intensity.size(), 0.0);
  std::vector<double> now(intensity.size(), 0.0);
  std::vector<double> mean(intensity.size());
  double sum = 0;
  double exposure = 0;
  for (std::size_t year = 0; year < end; ++year) {
    double all = 0;
    for (const auto& [at, count] : events[year]) {
      now[at] += count;
      all += count;
    }
    if (year >= first && all > 0) {
      double expected = 0;
      for (std::size_t i = 0; i < intensity.size(); ++i) {
        mean[i] = intensity[i] * (law.shape + weighted[i]) / (law.shape + intensity[i] * exposure);
        expected += mean[i];
      }
      for (std::size_t i = 0; i < intensity.size(); ++i) {
        sum += log_probability(now[i], std::max(1e-12, mean[i] * all / expected), law.shape + weighted[i]);
      }
    }
    exposure = law.yearly * exposure + 1;
    for (std::size_t i = 0; i < intensity.size(); ++i) {
      weighted[i] = law.yearly * weighted[i] + now[i];
      now[i] = 0;
    }
  }
  return sum;
}

EventLaw EventHistory::learned(const std::vector<std::uint32_t>& cells, const std::vector<double>& intensity) const {
  constexpr std::size_t kForetold = 5;
  constexpr std::size_t kFewestYears = 3;
  const std::size_t years = by_year_.size();
  if (years < kFewestYears) {
    return {};
  }
  const Placed events = placed(cells);
  std::array<double, kYearly.size() * kShapes.size()> score{};
  base::parallel_for(score.size(), 1, [&](std::size_t candidate, std::size_t) {
    const EventLaw law{kYearly[candidate / kShapes.size()], kShapes[candidate % kShapes.size()]};
    const double z = std::log(law.shape / 0.3);
    const std::size_t first = years > kForetold ? years - kForetold : 1;
    score[candidate] = foretell(law, events, intensity, first, years) - 0.5 * z * z;
  });
  const auto best = static_cast<std::size_t>(std::max_element(score.begin(), score.end()) - score.begin());
  return {kYearly[best / kShapes.size()], kShapes[best % kShapes.size()]};
}

int EventHistory::kept_back() const {
  constexpr std::ptrdiff_t kKeptBack = 2;
  constexpr std::ptrdiff_t kFewestLeft = 2;
  const auto empty = [](const Year& year) { return year.events.empty(); };
  return std::ssize(by_year_) < kKeptBack + kFewestLeft ||
                 std::all_of(by_year_.begin(), by_year_.end() - kKeptBack, empty)
             ? 0
             : static_cast<int>(kKeptBack);
}

EventHistory EventHistory::without_last(int years) const {
  EventHistory before(by_year_.size() - static_cast<std::size_t>(years));
  std::copy_n(by_year_.begin(), before.by_year_.size(), before.by_year_.begin());
  return before;
}

double EventHistory::power(const EventLaw& law, const std::vector<std::uint32_t>& cells,
                           const std::vector<LogRate>& ground) const {
  const Placed events = placed(cells);
  const std::size_t years = by_year_.size();
  std::array<double, kPowers> score{};
  base::parallel_for(score.size(), 1, [&](std::size_t candidate, std::size_t) {
    EventLaw tried = law;
    tried.power = power_at(candidate);
    tried.log_level = log_level_of(tried.power, ground);
    const double z = (tried.power - 1) / 0.25;
    const std::size_t first = years - static_cast<std::size_t>(kept_back());
    score[candidate] = foretell(tried, events, intensities_ahead(tried, ground), first, years) - 0.5 * z * z;
  });
  return power_at(static_cast<std::size_t>(std::max_element(score.begin(), score.end()) - score.begin()));
}

}  // namespace firmground::estimate
