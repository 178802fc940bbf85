#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "evidence/observations.h"

namespace firmground::estimate {

/// How events of the past tell of the years to come (eq. 6): the rate of a cell is what its ground says times a factor
/// of its own, gamma of mean 1, that forgets.
struct EventLaw {
  double yearly = 0.8;  ///< what an event of one year earlier weighs, (0, 1]
  double shape = 0.2;   ///< of the gamma law of the factors; infinite: the ground says all
};

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

 private:
  struct Year {
    std::vector<std::pair<std::uint32_t, float>> events;  ///< ascending cells
  };
  std::vector<Year> by_year_;  ///< oldest first
};

}  // namespace firmground::estimate
