#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "evidence/observations.h"

namespace firmground::estimate {

/// What the field says of a cell's log intensity, in events a year.
struct LogRate {
  double mean = 0;
  double variance = 0;
};

/// How events of the past tell of the years to come (eq. 6): the rate of a cell is what its ground says times a factor
/// of its own, gamma of mean 1, that forgets. Of years to come the ground says less, or more, than of past ones (eq.
/// 63).
struct EventLaw {
  double yearly = 0.8;   ///< what an event of one year earlier weighs, (0, 1]
  double shape = 0.2;    ///< of the gamma law of the factors; infinite: the ground says all
  double power = 1;      ///< of the ground's intensity, in years to come
  double log_level = 0;  ///< what keeps the sum of all intensities with that power

  LogRate ahead(const LogRate& ground) const {
    return {log_level + power * ground.mean, power * power * ground.variance};
  }
};
/// The level that keeps the sum of these intensities when each has that power (eq. 63), as a logarithm.
double log_level_of(double power, const std::vector<LogRate>& ground);

/// Events of a cell in the years to come.
struct EventsAhead {
  double expected = 0;
  double excess = 0;    ///< variance beyond that of a Poisson number
  double log_none = 0;  ///< log P(none)
};
/// What the law lets expect of the next `years` years, each foretold from what would have come before it (eq. 61, 62).
/// `count`, `exposure`: events and years so far, each weighted by its age; `intensity`: events in a year as the ground
/// says.  REQUIRES: years >= 1.
EventsAhead events_ahead(const EventLaw& law, double count, double exposure, double intensity, int years);

/// Those of a history, both inclusive; 0 and 0 where no event has a date, which counts as one year.
struct EventYears {
  int first = 0;
  int last = 0;
  int count() const { return last - first + 1; }
};
/// `until`: last day of the history as text, "" = the year of the last event.
EventYears years_of(const std::vector<evidence::Report>& reports, const std::string& until);

/// Events of one class by cell and year.
class EventHistory {
 public:
  /// Undated events are spread evenly over the years.  Cost: linear in the reports.
  EventHistory(const std::vector<evidence::Report>& reports, EventYears years);

  /// Years that the history is worth, each weighted by its age.
  double exposure(const EventLaw& law) const;
  /// By cell, of the first `cells`: events weighted by their age.
  std::vector<float> counts(const EventLaw& law, std::size_t cells) const;

  /// The law that would have foretold each of the last five years best from the years before it, given what the ground
  /// says of some cells, in events per year: the largest sum of log probabilities (negative binomial,
  /// scaled to the events of the year) and a prior, log shape ~ N(log 0.3, 1), over a grid. The starting law where
  /// there are less than three years or no events.  REQUIRES: `cells` ascending.
  /// Cost: O(laws x years x cells).
  EventLaw learned(const std::vector<std::uint32_t>& cells, const std::vector<double>& intensity) const;

  /// Years at the end that the ground of power() is fitted without: 2, or 0 where no two years and an event are left.
  int kept_back() const;
  /// The same but for so many years at the end.  REQUIRES: fewer than there are.
  EventHistory without_last(int years) const;
  /// The power of the ground that would have foretold best, by a law, each of the years kept back from those before it:
  /// the largest sum of log probabilities as in learned() and a prior, N(1, 0.25^2), over a grid. `ground`: fitted to
  /// without_last(kept_back()).  REQUIRES: `cells` ascending; kept_back() > 0.  Cost: as learned().
  double power(const EventLaw& law, const std::vector<std::uint32_t>& cells, const std::vector<LogRate>& ground) const;

 private:
  explicit EventHistory(std::size_t years) : by_year_(years) {}
  /// By year: positions in `cells`, and events there.
  using Placed = std::vector<std::vector<std::pair<std::size_t, double>>>;
  Placed placed(const std::vector<std::uint32_t>& cells) const;
  static double foretell(const EventLaw& law, const Placed& events, const std::vector<double>& intensity,
                         std::size_t first, std::size_t end);

  struct Year {
    std::vector<std::pair<std::uint32_t, float>> events;  ///< ascending cells
  };
  std::vector<Year> by_year_;  ///< oldest first
};

}  // namespace firmground::estimate
