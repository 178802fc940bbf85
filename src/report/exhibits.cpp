#include "report/exhibits.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "report/charts.h"
#include "report/wording.h"

namespace firmground::report {

namespace {

using YearValue = std::function<double(const YearFigures&)>;

struct YearSeries {
  std::string name;
  Colour colour;
  YearValue value;
};

/// A chart over the years from the first that has a figure.
struct YearChart {
  std::string id, title, description, unit;
  std::vector<YearSeries> series;
  int decimals = 0;
  double divide_by = 1;
};

Exhibit over_years(const Situation& s, const YearChart& plan, double width, double height) {
  const auto any = [&](const YearFigures& year) {
    return std::any_of(plan.series.begin(), plan.series.end(), [&](const YearSeries& y) { return y.value(year) > 0; });
  };
  const auto first = std::find_if(s.years.begin(), s.years.end(), any);
  BarChart chart{plan.id, plan.title, plan.description, plan.unit, {}, {}, width, height};
  Exhibit exhibit;
  exhibit.columns = {"Year"};
  for (const YearSeries& series : plan.series) {
    chart.series.push_back({series.name, series.colour, {}});
    exhibit.columns.push_back(series.name);
  }
  for (auto year = first; year != s.years.end(); ++year) {
    chart.categories.push_back(std::to_string(year->year));
    exhibit.rows.push_back({std::to_string(year->year)});
    for (std::size_t i = 0; i < plan.series.size(); ++i) {
      const double value = plan.series[i].value(*year) / plan.divide_by;
      chart.series[i].values.push_back(value);
      exhibit.rows.back().push_back(grouped(value, plan.decimals));
    }
  }
  exhibit.picture = upright_bars(chart);
  if (first != s.years.end() && base::Date(s.as_of.last_day()) < base::Date(s.as_of.year(), 12, 31)) {
    exhibit.note = fmt::format("{} to {} only.", s.as_of.year(), long_date(s.as_of));
  }
  return exhibit;
}

double largest_funding_year(const Situation& s) {
  double most = 0;
  for (const YearFigures& year : s.years) {
    most = std::max(most, year.national + year.foreign + year.origin_unknown);
  }
  return most;
}

}  // namespace

Exhibit released_by_year(const Situation& s, double width, double height) {
  return over_years(s,
                    {"released-by-year",
                     "Land released per year",
                     "Hectares cleared, reduced and cancelled per year of completion, each square metre once",
                     "ha a year",
                     {{"Cleared", colours::kCleared, [](const YearFigures& y) { return y.cleared_ha; }},
                      {"Reduced", colours::kReduced, [](const YearFigures& y) { return y.reduced_ha; }},
                      {"Cancelled", colours::kCancelled, [](const YearFigures& y) { return y.cancelled_ha; }}},
                     1},
                    width, height);
}

Exhibit finds_by_year(const Situation& s, double width, double height) {
  return over_years(
      s,
      {"finds-by-year",
       "Ordnance found per year",
       "Anti-personnel mines, anti-vehicle mines and explosive remnants of war found per year",
       "items a year",
       {{"AP mines", colours::kApMine, [](const YearFigures& y) { return static_cast<double>(y.ap_mines); }},
        {"AV mines", colours::kAvMine, [](const YearFigures& y) { return static_cast<double>(y.av_mines); }},
        {"ERW", colours::kErw, [](const YearFigures& y) { return static_cast<double>(y.erw); }}}},
      width, height);
}

Exhibit casualties_by_year(const Situation& s, double width, double height) {
  return over_years(
      s,
      {"casualties-by-year",
       "Casualties per year",
       "Persons killed and injured by mines and explosive remnants of war per year",
       "persons a year",
       {{"Killed", colours::kKilled, [](const YearFigures& y) { return static_cast<double>(y.killed); }},
        {"Injured", colours::kInjured, [](const YearFigures& y) { return static_cast<double>(y.injured); }}}},
      width, height);
}

Exhibit funding_by_year(const Situation& s, double width, double height) {
  const double most = largest_funding_year(s);
  const double unit = most >= 5e6 ? 1e6 : most >= 5e3 ? 1e3 : 1;
  const std::string currency = s.currency.empty() ? "currency not recorded" : s.currency;
  YearChart plan{"funding-by-year",
                 "Funding per year",
                 "National and foreign contributions per year in one currency",
                 unit == 1e6   ? "million " + currency
                 : unit == 1e3 ? "thousand " + currency
                               : currency,
                 {{"National", colours::kNational, [](const YearFigures& y) { return y.national; }},
                  {"Foreign", colours::kForeign, [](const YearFigures& y) { return y.foreign; }}},
                 unit == 1 ? 0 : 2,
                 unit};
  if (std::any_of(s.years.begin(), s.years.end(), [](const YearFigures& y) { return y.origin_unknown > 0; })) {
    plan.series.push_back({"Not said", colours::kOriginUnknown, [](const YearFigures& y) { return y.origin_unknown; }});
  }
  Exhibit exhibit = over_years(s, plan, width, height);
  exhibit.note.clear();
  return exhibit;
}

Exhibit land_by_district(const Situation& s, double width) {
  constexpr std::size_t kMost = 24;
  std::vector<DistrictFigures> districts = s.districts;
  const auto sum = [](const DistrictFigures& d) {
    return d.cleared_ha + d.reduced_ha + d.cancelled_ha + d.remaining_ha;
  };
  std::stable_sort(districts.begin(), districts.end(), [&](const auto& a, const auto& b) { return sum(a) > sum(b); });
  BarChart chart{"land-by-district",
                 "Land by district, to date",
                 "Hectares of land released by outcome and of recorded hazardous area that remains, by district",
                 "ha",
                 {},
                 {{"Cleared", colours::kCleared, {}},
                  {"Reduced", colours::kReduced, {}},
                  {"Cancelled", colours::kCancelled, {}},
                  {"Remaining", colours::kRemaining, {}}},
                 width,
                 0};
  Exhibit exhibit;
  exhibit.columns = {"District", "Cleared (ha)", "Reduced (ha)", "Cancelled (ha)", "Remaining (ha)"};
  for (const DistrictFigures& d : districts) {
    const double values[] = {d.cleared_ha, d.reduced_ha, d.cancelled_ha, d.remaining_ha};
    const std::string name = d.district.empty() ? "outside any district" : d.district;
    exhibit.rows.push_back({name});
    for (std::size_t i = 0; i < 4; ++i) {
      exhibit.rows.back().push_back(grouped(values[i], 1));
      if (chart.categories.size() < kMost) {
        chart.series[i].values.push_back(values[i]);
      }
    }
    if (chart.categories.size() < kMost) {
      chart.categories.push_back(name);
    }
  }
  if (districts.size() > kMost) {
    exhibit.note = fmt::format("The {} districts with most land; all {} in the table of the HTML report.", kMost,
                               districts.size());
  }
  exhibit.picture = lying_bars(chart);
  return exhibit;
}

Exhibit accuracy_by_source(const Situation& s, double width) {
  constexpr std::size_t kMost = 10;
  std::vector<RecordAccuracy> rows;
  if (s.records.records > 0) {
    rows.push_back(s.records);
    rows.front().source = "All records";
    rows.insert(rows.end(), s.records_by_source.begin(), s.records_by_source.end());
  }
  Exhibit exhibit;
  exhibit.columns = {"Source", "Records", "Searched", "Confirmed", "Share", "90 % interval"};
  std::vector<ShareRow> dots;
  for (const RecordAccuracy& a : rows) {
    const std::string counts = a.searched == 0
                                   ? fmt::format("none of {} searched: not known", a.records)
                                   : fmt::format("{} of {} searched", grouped(a.confirmed), grouped(a.searched));
    if (dots.size() < kMost) {
      dots.push_back({a.source, a.accuracy, a.p05, a.p95, counts});
    }
    exhibit.rows.push_back({a.source, grouped(a.records), grouped(a.searched), grouped(a.confirmed),
                            a.accuracy ? percent(*a.accuracy) : kNotKnown,
                            a.accuracy ? percent(known(a.p05)) + " – " + percent(known(a.p95)) : kNotKnown});
  }
  exhibit.picture =
      share_dots("accuracy-by-source", "Minefield records confirmed, by source",
                 "Share of searched minefield records with a mine found within 50 m, with 90 % interval", dots, width);
  exhibit.note =
      "Records of one source share their errors: intervals treat them as independent and are therefore rather too "
      "narrow.";
  return exhibit;
}

}  // namespace firmground::report
