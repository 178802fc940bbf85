#include <fmt/core.h>

#include <array>

#include "report/exhibits.h"
#include "report/record_accuracy.h"
#include "report/wording.h"

namespace firmground::report {

namespace {

std::string reason(const Situation& s, const std::string& key) {
  const auto found = s.reasons.find(key);
  return found == s.reasons.end() ? "" : found->second;
}

std::string span_text(const base::Date& from, const base::Date& until) {
  return long_date(from) + " to " + long_date(until);
}

/// The days that a flow counts: the period, or everything to date.
std::string flow_date(const Situation& s) {
  return s.period_from ? span_text(known(s.period_from), known(s.period_until))
                       : "all records to " + long_date(s.as_of);
}

std::string as_of_date(const Situation& s) {
  return "on " + long_date(s.as_of);
}

Figure cleared(const Situation& s) {
  Figure f{"cleared",
           "Land cleared",
           hectares_or_unknown(s.cleared_ha),
           "",
           "",
           flow_date(s),
           "Area of the union of all clearance polygons, inside and outside recorded hazards, each square metre once, "
           "measured on the WGS 84 ellipsoid."};
  if (s.cleared_ha) {
    f.basis = "inside and outside recorded hazardous areas";
    f.detail =
        s.period_from ? fmt::format("{} cleared since records began", hectares(known(s.to_date).cleared_ha)) : "";
  } else {
    f.basis = reason(s, "cleared_ha");
  }
  return f;
}

Figure released(const Situation& s) {
  Figure f{
      "released",
      "Land released in all",
      kNotKnown,
      reason(s, "cleared_ha"),
      "",
      flow_date(s),
      "Area of the union of all releases, each square metre once, with the strongest outcome that is recorded for it."};
  if (s.cleared_ha) {
    f.value = hectares(known(s.cleared_ha) + known(s.reduced_ha) + known(s.cancelled_ha));
    f.basis =
        fmt::format("{} cleared, {} reduced by technical survey, {} cancelled by non-technical survey",
                    hectares(known(s.cleared_ha)), hectares(known(s.reduced_ha)), hectares(known(s.cancelled_ha)));
  }
  return f;
}

Figure share(const Situation& s) {
  Figure f{"share",
           "Share of the estimated contaminated area cleared",
           s.share_of_baseline ? percent(known(s.share_of_baseline)) : kNotKnown,
           reason(s, "share_of_baseline"),
           "",
           flow_date(s),
           "Land cleared divided by the area of the baseline in force on the date of information."};
  if (s.share_of_baseline) {
    f.basis = fmt::format("{} of {}", hectares(known(s.cleared_ha)), hectares(known(s.baseline).area_ha));
    f.detail = fmt::format("Baseline: {}, estimated {}, source: {}", known(s.baseline).name,
                           long_date(known(s.baseline).estimated_on),
                           known(s.baseline).source.empty() ? "not recorded" : known(s.baseline).source);
    if (s.period_from) {
      f.detail = fmt::format("{} since records began. {}", percent(known(s.share_of_baseline_to_date)), f.detail);
    }
  }
  return f;
}

Figure remaining(const Situation& s) {
  Figure f{
      "remaining",
      "Recorded hazardous area that remains",
      hectares_or_unknown(s.remaining_ha),
      reason(s, "remaining_ha"),
      "",
      as_of_date(s),
      "Recorded hazardous areas less everything cancelled, reduced or cleared in them, by overlay of the geometry."};
  if (s.remaining_ha) {
    f.basis = fmt::format("{} confirmed, {} suspected", hectares(known(s.remaining_confirmed_ha)),
                          hectares(known(s.remaining_suspected_ha)));
    f.detail = "Contamination that nobody has recorded is not in it.";
    if (s.baseline_remaining_ha) {
      f.detail += fmt::format(" Baseline less all released land: {}.", hectares(known(s.baseline_remaining_ha)));
    }
  }
  return f;
}

Figure pace(const Situation& s) {
  Figure f{"pace",
           "Years for the recorded area at the present pace",
           s.years_at_present_pace ? headline(known(s.years_at_present_pace)) + " years" : kNotKnown,
           reason(s, "years_at_present_pace"),
           "",
           as_of_date(s),
           "Remaining area divided by the mean of hazardous area cleared, reduced and cancelled in the last three full "
           "years."};
  if (s.years_at_present_pace) {
    f.basis = fmt::format("{} at {} a year", hectares(known(s.remaining_ha)), hectares(known(s.present_pace_ha_year)));
    f.detail =
        fmt::format("Pace: mean of {} to {}. Not a forecast.", known(s.pace_first_year), known(s.pace_last_year));
    if (s.years_for_baseline) {
      f.detail +=
          fmt::format(" For the baseline less all released land: {} years.", headline(known(s.years_for_baseline)));
    }
  }
  return f;
}

Figure mines(const Situation& s) {
  Figure f{"mines",
           "Mines found",
           s.mines_found ? grouped(known(s.mines_found)) : kNotKnown,
           reason(s, "mines_found"),
           "",
           flow_date(s),
           "Sum of the counts of all finds of anti-personnel and anti-vehicle mines."};
  if (s.mines_found) {
    f.basis = fmt::format("{} anti-personnel, {} anti-vehicle", grouped(known(s.ap_mines_found)),
                          grouped(known(s.av_mines_found)));
  }
  return f;
}

Figure remnants(const Situation& s) {
  Figure f{"erw",
           "Explosive remnants of war found",
           s.erw_found ? grouped(known(s.erw_found)) : kNotKnown,
           reason(s, "erw_found"),
           "",
           flow_date(s),
           "Sum of the counts of all finds of unexploded and abandoned ordnance, submunitions and other ERW."};
  if (s.erw_found) {
    f.basis = "unexploded and abandoned ordnance, submunitions";
    f.detail = fmt::format("{} other or unidentified items apart", grouped(known(s.other_found)));
  }
  return f;
}

std::string count_or_unknown(std::int64_t counted, std::int64_t unknown, std::int64_t total, const char* what) {
  return total > 0 && unknown >= total ? fmt::format("{} not known", what)
                                       : fmt::format("{} {}", grouped(counted), what);
}

void describe_casualties(const Casualties& c, Figure& f) {
  f.value = grouped(c.total);
  f.basis = fmt::format("{} killed, {} injured", grouped(c.killed), grouped(c.injured));
  if (c.outcome_unknown > 0) {
    f.basis += fmt::format(", {} outcome not known", grouped(c.outcome_unknown));
  }
  f.detail = fmt::format("{}; {}; {}", count_or_unknown(c.women, c.sex_unknown, c.total, "women and girls"),
                         count_or_unknown(c.children, c.age_unknown, c.total, "under 18"),
                         count_or_unknown(c.civilian, c.civilian_unknown, c.total, "civilians"));
  if (c.sex_unknown + c.age_unknown + c.civilian_unknown > 0) {
    f.detail += fmt::format(". Not recorded: sex of {}, age of {}, civilian status of {}", grouped(c.sex_unknown),
                            grouped(c.age_unknown), grouped(c.civilian_unknown));
  }
}

constexpr const char* kHowCasualties =
    "Killed and injured as the accident reports say, or else its victim records; sex, age and civilian status from the "
    "victim "
    "records; each person once.";

Figure casualties_since(const Situation& s) {
  Figure f{"casualties-since",
           s.since_date ? "Casualties since " + (s.since_name.empty() ? long_date(known(s.since_date)) : s.since_name)
                        : "Casualties since the reference date",
           kNotKnown,
           reason(s, "casualties.since"),
           "",
           s.since_date ? span_text(known(s.since_date), s.as_of) : as_of_date(s),
           kHowCasualties};
  if (s.since) {
    describe_casualties(known(s.since), f);
  }
  return f;
}

Figure casualties_all(const Situation& s) {
  Figure f{"casualties",
           "Casualties in all",
           kNotKnown,
           reason(s, "casualties.total"),
           "",
           "all records to " + long_date(s.as_of),
           kHowCasualties};
  if (s.all) {
    describe_casualties(known(s.all), f);
  }
  return f;
}

Figure casualties_in_period(const Situation& s) {
  Figure f{"casualties-period", "Casualties in the period", kNotKnown, reason(s, "casualties.total"), "", flow_date(s),
           kHowCasualties};
  if (s.in_period) {
    describe_casualties(known(s.in_period), f);
  }
  return f;
}

Figure accuracy(const Situation& s) {
  Figure f{
      "records",
      "Minefield records confirmed by search",
      s.records.accuracy ? percent(known(s.records.accuracy), 0) : kNotKnown,
      reason(s, "records.accuracy"),
      "",
      as_of_date(s),
      fmt::format(
          "Of the records with at least {:.0f} % of their outline, grown by {:.0f} m, released: the share with a mine "
          "found in it. Interval: Jeffreys, 90 %.",
          100 * kSearchedShare, kConfirmedWithin_m)};
  if (s.records.accuracy) {
    f.value += fmt::format(" ({}–{})", grouped(100 * known(s.records.p05)), percent(known(s.records.p95), 0));
    f.basis = fmt::format("{} confirmed of {} searched", grouped(s.records.confirmed), grouped(s.records.searched));
    f.detail = fmt::format("{} records in all; of those not searched nothing is known", grouped(s.records.records));
  }
  return f;
}

Figure funding(const Situation& s) {
  Figure f{"funding",
           "Share of national funding",
           s.national_share ? percent(known(s.national_share)) : kNotKnown,
           reason(s, "funding.national_share"),
           "",
           s.period_from ? flow_date(s) : "all years to " + std::to_string(s.as_of.year()),
           "National contributions divided by national and foreign contributions in the same currency. Currencies are "
           "never summed."};
  if (s.national_share) {
    const CurrencyFunding& c = s.funding.front();
    f.basis = fmt::format("{} of {} {}", headline(c.national), headline(c.national + c.foreign), c.currency);
    for (const std::string& note : s.funding_notes) {
      f.detail += (f.detail.empty() ? "" : " ") + note;
    }
  }
  return f;
}

Figure estimated_items(const Situation& s) {
  Figure f{"estimate",
           "Items of ordnance estimated to remain",
           kNotKnown,
           s.estimate_missing_reason,
           "",
           as_of_date(s),
           "Mean of the hazard estimate over the area of interest, with its 5 % and 95 % quantiles; an estimate, not a "
           "count."};
  if (s.estimate) {
    const auto& totals = known(s.estimate).totals;
    f.value = headline(totals.items_mean);
    f.basis = fmt::format("90 % interval {} to {}", headline(totals.items_p05), headline(totals.items_p95));
    f.detail = known(s.estimate).stale ? "Made from another state of the register: run the estimate again."
                                       : "Made from the same records.";
    f.date = "made " + known(s.estimate).made_at.substr(0, 10) + ", stamp " + known(s.estimate).stamp_id;
  }
  return f;
}

}  // namespace

std::string long_date(const base::Date& date) {
  static constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
  if (date.precision() == base::DatePrecision::year) {
    return fmt::format("{}", date.year());
  }
  const char* month = kMonths[date.month() - 1];
  if (date.precision() == base::DatePrecision::month) {
    return fmt::format("{} {}", month, date.year());
  }
  const std::chrono::year_month_day day(date.first_day());
  return fmt::format("{}\u00a0{}\u00a0{}", static_cast<unsigned>(day.day()), month, date.year());
}

std::string report_title(const Situation& s) {
  return s.country.empty() ? "Mine action situation report" : "Mine action situation report: " + s.country;
}

std::string report_scope(const Situation& s) {
  const std::string information = "Date of information " + long_date(s.as_of);
  return s.period_from ? "Period " + span_text(known(s.period_from), known(s.period_until)) + ". " + information
                       : information;
}

std::vector<Figure> key_figures(const Situation& s) {
  std::vector<Figure> figures = {cleared(s), share(s), remaining(s), released(s), pace(s), mines(s), remnants(s)};
  if (s.period_from) {
    figures.push_back(casualties_in_period(s));
  }
  figures.push_back(casualties_since(s));
  figures.push_back(casualties_all(s));
  figures.push_back(accuracy(s));
  figures.push_back(funding(s));
  figures.push_back(estimated_items(s));
  return figures;
}

std::vector<Definition> definitions(const Situation& s) {
  std::vector<Definition> all = {
      {"Cleared, reduced, cancelled",
       "Hazardous land released by clearance to a stated depth, by technical survey, or by non-technical survey (IMAS "
       "07.11). "
       "Released means that all reasonable effort was made and recorded; some risk remains on any land. Ground named "
       "in several "
       "releases counts once, with the strongest outcome: cleared before reduced before cancelled."},
      {"Suspected and confirmed hazardous area",
       "Suspicion of explosive ordnance on indirect evidence; presence confirmed by direct evidence (IMAS 04.10)."}};
  for (const Figure& figure : key_figures(s)) {
    all.push_back({figure.title, figure.how});
  }
  return all;
}

}  // namespace firmground::report
