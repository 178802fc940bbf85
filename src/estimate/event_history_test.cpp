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

struct Drawn {
  double none = 0;
  double mean = 0;
  double variance = 0;
};

/// Years drawn one after the other: a rate from what came before, events from the rate, which then count too.
Drawn brute_force(const EventLaw& law, double count, double exposure, double intensity, int years) {
  constexpr int kDraws = 200'000;
  base::Random random(11, 3);
  Drawn drawn;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    double weighted = count;
    double worth = exposure;
    double events = 0;
    for (int year = 0; year < years; ++year) {
      const double rate = intensity * random.gamma(law.shape + weighted, 1 / (law.shape + intensity * worth));
      const auto now = static_cast<double>(random.poisson(rate));
      events += now;
      weighted = law.yearly * weighted + now;
      worth = law.yearly * worth + 1;
    }
    drawn.none += events == 0 ? 1.0 / kDraws : 0;
    drawn.mean += events / kDraws;
    squares += events * events / kDraws;
  }
  drawn.variance = squares - drawn.mean * drawn.mean;
  return drawn;
}

TEST(EventsAhead, AreThoseOfYearsDrawnOneAfterTheOther) {
  for (const int years : {1, 2, 4}) {
    for (const double count : {0.0, 2.5}) {
      const EventLaw law{0.7, 0.3};
      const EventsAhead ahead = events_ahead(law, count, 2.9, 0.4, years);
      const Drawn drawn = brute_force(law, count, 2.9, 0.4, years);
      EXPECT_NEAR(std::exp(ahead.log_none), drawn.none, 0.004) << years << " years, " << count << " events";
      EXPECT_NEAR(ahead.expected, drawn.mean, 0.01 * drawn.mean + 0.002);
      EXPECT_NEAR(ahead.expected + ahead.excess, drawn.variance, 0.03 * drawn.variance + 0.004);
      // A Poisson number of the same mean would come at least once far more often.
      EXPECT_GT(ahead.log_none, 0.95 * -ahead.expected);
    }
  }
}

TEST(EventsAhead, OfOneYearAreNegativeBinomial) {
  const EventsAhead ahead = events_ahead({0.8, 0.2}, 3, 4, 0.1, 1);
  const double scale = 0.1 / (0.2 + 0.1 * 4);
  EXPECT_NEAR(ahead.expected, 3.2 * scale, 1e-12);
  EXPECT_NEAR(ahead.excess, 3.2 * scale * scale, 1e-12);
  EXPECT_NEAR(ahead.log_none, -3.2 * std::log1p(scale), 1e-12);
}

/// Of ground that knows how cells differ, and says so `sharpness` times over.
double power_of_ground(double sharpness) {
  constexpr std::size_t kCells = 4000;
  std::vector<std::uint32_t> cells(kCells);
  std::iota(cells.begin(), cells.end(), 0U);
  std::vector<evidence::Report> reports;
  std::vector<LogRate> ground;
  base::Random random(3, 1);
  for (const std::uint32_t cell : cells) {
    const double differs = 1.2 * random.normal();
    ground.push_back({-2 + sharpness * differs, 0});
    const double rate = std::exp(-2 + differs) * random.gamma(0.8, 1 / 0.8);
    for (std::int16_t year = 2000; year < 2010; ++year) {
      if (const std::int64_t count = random.poisson(rate); count > 0) {
        reports.push_back({cell, static_cast<std::uint32_t>(count), year});
      }
    }
  }
  return EventHistory(reports, {2000, 2009}).power({0.4, 0.8}, cells, ground);
}

TEST(EventHistory, GroundThatIsTooSureIsBelievedLess) {
  EXPECT_NEAR(power_of_ground(1), 1, 0.11);
  EXPECT_LT(power_of_ground(1.6), 0.9);
  EXPECT_GT(power_of_ground(0.6), 1.1);
}

TEST(EventHistory, ThePowerOfTheGroundKeepsItsLevel) {
  const std::vector<LogRate> ground = {{-4, 1}, {-1, 0.5}, {1, 0}};
  EventLaw law{0.8, 0.2, 0.6};
  law.log_level = log_level_of(law.power, ground);
  double before = 0;
  double after = 0;
  for (const LogRate& rate : ground) {
    before += std::exp(rate.mean + 0.5 * rate.variance);
    const LogRate ahead = law.ahead(rate);
    after += std::exp(ahead.mean + 0.5 * ahead.variance);
  }
  EXPECT_NEAR(after, before, 1e-9 * before);
}

TEST(EventHistory, KeepsTheLastTwoYearsFromTheGround) {
  const EventHistory history({{3, 1, 2001}, {3, 4, 2003}, {7, 2, 2002}, {8, 1, 2005}}, {2001, 2005});
  ASSERT_EQ(history.kept_back(), 2);
  const EventHistory before = history.without_last(2);
  EXPECT_DOUBLE_EQ(before.exposure({0.5, 1}), 1.75);
  EXPECT_FLOAT_EQ(before.counts({0.5, 1}, 9)[3], 4.25F);
  EXPECT_FLOAT_EQ(before.counts({0.5, 1}, 9)[8], 0);
  EXPECT_EQ(EventHistory({{0, 5, 2001}}, {2001, 2003}).kept_back(), 0);
  EXPECT_EQ(EventHistory({{0, 5, 2004}}, {2000, 2005}).kept_back(), 0) << "years without any event tell of no ground";
}

TEST(EventHistory, AYearOrTwoTeachNothing) {
  const EventLaw law = EventHistory({{0, 5, 2001}, {0, 5, 2002}}, {2001, 2002}).learned({0}, {1.0});
  EXPECT_DOUBLE_EQ(law.shape, EventLaw{}.shape);
  EXPECT_DOUBLE_EQ(law.yearly, EventLaw{}.yearly);
}

}  // namespace
}  // namespace firmground::estimate
