#include "estimate/event_history.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/dates.h"
#include "base/parallel.h"

namespace firmground::estimate {

namespace {

constexpr std::array<double, 7> kYearly = {0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
constexpr std::array<double, 7> kShapes = {0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6};

/// Log probability of y under a negative binomial law with mean m and shape a, but for what only y decides.
double log_probability(double y, double m, double a) {
  const double none = -a * std::log1p(m / a);
  return y > 0 ? none + std::lgamma(y + a) - std::lgamma(a) + y * std::log(m / (a + m)) : none;
}

}  // namespace

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

EventLaw EventHistory::learned(const std::vector<std::uint32_t>& cells, const std::vector<double>& intensity) const {
  constexpr std::size_t kForetold = 5;
  constexpr std::size_t kFewestYears = 3;
  if (by_year_.size() < kFewestYears) {
    return {};
  }
  // Events of each year at positions in `cells`.
  std::vector<std::vector<std::pair<std::size_t, double>>> events(by_year_.size());
  for (std::size_t year = 0; year < by_year_.size(); ++year) {
    for (const auto& [cell, count] : by_year_[year].events) {
      const auto at = std::lower_bound(cells.begin(), cells.end(), cell);
      if (at != cells.end() && *at == cell) {
        events[year].emplace_back(static_cast<std::size_t>(at - cells.begin()), static_cast<double>(count));
      }
    }
  }
  std::array<double, kYearly.size() * kShapes.size()> score{};
  base::parallel_for(score.size(), 1, [&](std::size_t candidate, std::size_t) {
    const EventLaw law{kYearly[candidate / kShapes.size()], kShapes[candidate % kShapes.size()]};
    std::vector<double> weighted(cells.size(), 0.0);
    std::vector<double> now(cells.size(), 0.0);
    std::vector<double> mean(cells.size());
    const double z = std::log(law.shape / 0.3);
    double sum = -0.5 * z * z;
    double exposure = 0;
    for (std::size_t year = 0; year < events.size(); ++year) {
      double all = 0;
      for (const auto& [at, count] : events[year]) {
        now[at] += count;
        all += count;
      }
      if (year + kForetold >= events.size() && year > 0 && all > 0) {
        double expected = 0;
        for (std::size_t i = 0; i < cells.size(); ++i) {
          mean[i] = intensity[i] * (law.shape + weighted[i]) / (law.shape + intensity[i] * exposure);
          expected += mean[i];
        }
        for (std::size_t i = 0; i < cells.size(); ++i) {
          sum += log_probability(now[i], std::max(1e-12, mean[i] * all / expected), law.shape + weighted[i]);
        }
      }
      exposure = law.yearly * exposure + 1;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        weighted[i] = law.yearly * weighted[i] + now[i];
        now[i] = 0;
      }
    }
    score[candidate] = sum;
  });
  const auto best = static_cast<std::size_t>(std::max_element(score.begin(), score.end()) - score.begin());
  return {kYearly[best / kShapes.size()], kShapes[best % kShapes.size()]};
}

}  // namespace firmground::estimate
