#include "estimate/event_history.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace firmground::estimate {
namespace {

TEST(EventHistory, WeighsEventsByTheirAge) {
  const EventHistory history({{3, 1, 2001}, {3, 4, 2003}, {7, 2, 2002}}, {2001, 2003});
  const EventLaw law{0.5, 1};
  EXPECT_DOUBLE_EQ(history.exposure(law), 1.75);
  const std::vector<float> counts = history.counts(law, 10);
  EXPECT_FLOAT_EQ(counts[3], 4.25F);
  EXPECT_FLOAT_EQ(counts[7], 1);
  EXPECT_FLOAT_EQ(counts[0], 0);
}

TEST(EventHistory, YearsWithoutEventsAtTheEndCountToo) {
  const std::vector<evidence::Report> reports = {{0, 1, 2001}};
  EXPECT_EQ(years_of(reports, "").count(), 1);
  const EventYears years = years_of(reports, "2004-06-30");
  EXPECT_EQ(years.count(), 4);
  EXPECT_FLOAT_EQ(EventHistory(reports, years).counts({0.5, 1}, 1)[0], 0.125F);
}

TEST(EventHistory, UndatedEventsAreSpreadOverTheYears) {
  const EventHistory history({{0, 1, 2001}, {0, 1, 2002}, {1, 2, 0}}, {2001, 2002});
  EXPECT_FLOAT_EQ(history.counts({0.5, 1}, 2)[1], 1.5F);
  EXPECT_EQ(years_of({{1, 2, 0}}, "2004").count(), 1);
}

/// Events of cells whose own factors are gamma of the given shape, drawn anew each year with the given chance.
std::vector<evidence::Report> drawn(double shape, double renewed, std::size_t cells, int years) {
  std::vector<evidence::Report> reports;
  base::Random random(5, 1);
  for (std::uint32_t cell = 0; cell < cells; ++cell) {
    double factor = random.gamma(shape, 1 / shape);
    for (int year = 0; year < years; ++year) {
      if (random.chance(renewed)) {
        factor = random.gamma(shape, 1 / shape);
      }
      const std::int64_t count = random.poisson(0.5 * factor);
      if (count > 0) {
        reports.push_back({cell, static_cast<std::uint32_t>(count), static_cast<std::int16_t>(2000 + year)});
      }
    }
  }
  return reports;
}

EventLaw learned(double shape, double renewed) {
  constexpr std::size_t kCells = 3000;
  std::vector<std::uint32_t> cells(kCells);
  std::iota(cells.begin(), cells.end(), 0U);
  return EventHistory(drawn(shape, renewed, kCells, 10), {2000, 2009}).learned(cells, std::vector<double>(kCells, 0.5));
}

TEST(EventHistory, LearnsHowCellsDifferAndHowFastTheyForget) {
  const EventLaw steady = learned(0.2, 0);
  EXPECT_DOUBLE_EQ(steady.shape, 0.2);
  EXPECT_DOUBLE_EQ(steady.yearly, 1);
  const EventLaw alike = learned(1.6, 0);
  EXPECT_GE(alike.shape, 0.8);
  const EventLaw forgetful = learned(0.2, 0.4);
  EXPECT_LE(forgetful.yearly, 0.8);
}

TEST(EventHistory, AYearOrTwoTeachNothing) {
  const EventLaw law = EventHistory({{0, 5, 2001}, {0, 5, 2002}}, {2001, 2002}).learned({0}, {1.0});
  EXPECT_DOUBLE_EQ(law.shape, EventLaw{}.shape);
  EXPECT_DOUBLE_EQ(law.yearly, EventLaw{}.yearly);
}

}  // namespace
}  // namespace firmground::estimate
