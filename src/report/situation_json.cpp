#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/situation.h"

namespace firmground::report {

namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json date_or_null(const std::optional<mineaction::Date>& date) {
  return date ? Json(date->to_string()) : Json(nullptr);
}

/// A group of persons of whom nothing is known is not an empty group.
Json group(std::int64_t counted, std::int64_t unknown, std::int64_t total) {
  return total > 0 && unknown >= total ? Json(nullptr) : Json(counted);
}

Json casualties_json(const std::optional<Casualties>& casualties) {
  Json json;
  const Casualties c = casualties.value_or(Casualties{});
  json["total"] = c.total;
  json["killed"] = c.killed;
  json["injured"] = c.injured;
  json["women"] = group(c.women, c.sex_unknown, c.total);
  json["children"] = group(c.children, c.age_unknown, c.total);
  json["civilian"] = group(c.civilian, c.civilian_unknown, c.total);
  json["men"] = group(c.men, c.sex_unknown, c.total);
  json["adults"] = group(c.adults, c.age_unknown, c.total);
  json["not_civilian"] = group(c.not_civilian, c.civilian_unknown, c.total);
  json["outcome_unknown"] = c.outcome_unknown;
  json["sex_unknown"] = c.sex_unknown;
  json["age_unknown"] = c.age_unknown;
  json["civilian_unknown"] = c.civilian_unknown;
  if (!casualties) {
    for (auto& value : json) {
      value = nullptr;
    }
  }
  return json;
}

Json baseline_json(const Situation& s) {
  if (!s.baseline) {
    return nullptr;
  }
  return {{"name", s.baseline->name},
          {"area_ha", s.baseline->area_ha},
          {"source", s.baseline->source},
          {"estimated_on", s.baseline->estimated_on.to_string()}};
}

Json casualties_section(const Situation& s) {
  Json since = {{"date", date_or_null(s.since_date)}};
  since.update(casualties_json(s.since));
  since["name"] = s.since_name;
  Json json = {{"since", std::move(since)}, {"total", s.all ? Json(s.all->total) : Json(nullptr)}};
  json["all"] = casualties_json(s.all);
  if (s.period_from) {
    json["period"] = casualties_json(s.in_period);
  }
  return json;
}

Json accuracy_json(const RecordAccuracy& a) {
  return {{"records", a.records},           {"searched", a.searched},
          {"confirmed", a.confirmed},       {"accuracy", or_null(a.accuracy)},
          {"accuracy_p05", or_null(a.p05)}, {"accuracy_p95", or_null(a.p95)}};
}

Json funding_json(const Situation& s) {
  Json json = {
      {"national_share", or_null(s.national_share)}, {"total", or_null(s.funding_total)}, {"currency", s.currency}};
  json["by_currency"] = Json::array();
  for (const CurrencyFunding& f : s.funding) {
    json["by_currency"].push_back({{"currency", f.currency},
                                   {"total", f.total},
                                   {"national", f.national},
                                   {"foreign", f.foreign},
                                   {"origin_unknown", f.origin_unknown},
                                   {"national_share", or_null(f.national_share)}});
  }
  json["notes"] = s.funding_notes;
  return json;
}

Json estimate_json(const Situation& s) {
  if (!s.estimate) {
    return nullptr;
  }
  const EstimateSummary& e = *s.estimate;
  return {{"items_mean", e.totals.items_mean},
          {"items_p05", e.totals.items_p05},
          {"items_p95", e.totals.items_p95},
          {"made_at", e.made_at},
          {"stale", e.stale},
          {"stamp", e.stamp_id}};
}

/// The years of one chart: from its first year with a figure on; empty when there is none.
template <typename Any, typename Row>
Json years_json(const Situation& s, const Any& any, const Row& row) {
  Json json = Json::array();
  const auto first = std::find_if(s.years.begin(), s.years.end(), any);
  std::for_each(first, s.years.end(), [&](const YearFigures& y) { json.push_back(row(y)); });
  return json;
}

Json charts_json(const Situation& s) {
  Json charts;
  charts["released_by_year"] = years_json(
      s, [](const YearFigures& y) { return y.cleared_ha + y.reduced_ha + y.cancelled_ha > 0; },
      [](const YearFigures& y) -> Json {
        return {{"year", y.year},
                {"cleared_ha", y.cleared_ha},
                {"reduced_ha", y.reduced_ha},
                {"cancelled_ha", y.cancelled_ha}};
      });
  charts["finds_by_year"] = years_json(
      s, [](const YearFigures& y) { return y.ap_mines + y.av_mines + y.erw > 0; },
      [](const YearFigures& y) -> Json {
        return {{"year", y.year}, {"ap_mine", y.ap_mines}, {"av_mine", y.av_mines}, {"erw", y.erw}};
      });
  charts["casualties_by_year"] = years_json(
      s, [](const YearFigures& y) { return y.killed + y.injured > 0; },
      [](const YearFigures& y) -> Json { return {{"year", y.year}, {"killed", y.killed}, {"injured", y.injured}}; });
  charts["released_by_district"] = Json::array();
  for (const DistrictFigures& d : s.districts) {
    charts["released_by_district"].push_back({{"district", d.district},
                                              {"cleared_ha", d.cleared_ha},
                                              {"reduced_ha", d.reduced_ha},
                                              {"cancelled_ha", d.cancelled_ha},
                                              {"remaining_ha", d.remaining_ha}});
  }
  charts["funding_by_year"] = years_json(
      s, [](const YearFigures& y) { return y.national + y.foreign + y.origin_unknown > 0; },
      [&](const YearFigures& y) -> Json {
        return {{"year", y.year},
                {"national", y.national},
                {"foreign", y.foreign},
                {"origin_unknown", y.origin_unknown},
                {"currency", s.currency}};
      });
  charts["records_by_source"] = Json::array();
  for (const RecordAccuracy& a : s.records_by_source) {
    Json row = {{"source", a.source}};
    row.update(accuracy_json(a));
    charts["records_by_source"].push_back(std::move(row));
  }
  return charts;
}

Json land_to_date_json(const Situation& s) {
  if (!s.to_date) {
    return nullptr;
  }
  return {{"cleared_ha", s.to_date->cleared_ha},
          {"reduced_ha", s.to_date->reduced_ha},
          {"cancelled_ha", s.to_date->cancelled_ha},
          {"share_of_baseline", or_null(s.share_of_baseline_to_date)}};
}

/// Each percentage with what it is made of, where it is known.
Json shares_json(const Situation& s) {
  Json shares = Json::array();
  if (s.share_of_baseline) {
    shares.push_back({{"of", "share_of_baseline"},
                      {"share", *s.share_of_baseline},
                      {"numerator", *s.cleared_ha},
                      {"denominator", s.baseline->area_ha},
                      {"unit", "ha"},
                      {"baseline", s.baseline->name},
                      {"baseline_date", s.baseline->estimated_on.to_string()},
                      {"as_of", s.as_of.to_string()}});
  }
  if (s.records.accuracy) {
    shares.push_back({{"of", "records.accuracy"},
                      {"share", *s.records.accuracy},
                      {"numerator", s.records.confirmed},
                      {"denominator", s.records.searched},
                      {"unit", "records"},
                      {"as_of", s.as_of.to_string()}});
  }
  if (s.national_share) {
    const CurrencyFunding& reported = s.funding.front();
    shares.push_back({{"of", "funding.national_share"},
                      {"share", *s.national_share},
                      {"numerator", reported.national},
                      {"denominator", reported.national + reported.foreign},
                      {"unit", reported.currency},
                      {"as_of", s.as_of.to_string()}});
  }
  return shares;
}

}  // namespace

std::string to_json(const Situation& s) {
  Json json;
  json["as_of"] = s.as_of.to_string();
  if (s.period_from) {
    json["period"] = {{"from", s.period_from->to_string()}, {"until", s.period_until->to_string()}};
  }
  json["programme"] = s.programme;
  json["country"] = s.country;
  json["baseline"] = baseline_json(s);
  json["cleared_ha"] = or_null(s.cleared_ha);
  json["reduced_ha"] = or_null(s.reduced_ha);
  json["cancelled_ha"] = or_null(s.cancelled_ha);
  json["remaining_ha"] = or_null(s.remaining_ha);
  json["remaining_suspected_ha"] = or_null(s.remaining_suspected_ha);
  json["remaining_confirmed_ha"] = or_null(s.remaining_confirmed_ha);
  json["share_of_baseline"] = or_null(s.share_of_baseline);
  json["to_date"] = land_to_date_json(s);
  json["mines_found"] = or_null(s.mines_found);
  json["erw_found"] = or_null(s.erw_found);
  json["ap_mines_found"] = or_null(s.ap_mines_found);
  json["av_mines_found"] = or_null(s.av_mines_found);
  json["other_found"] = or_null(s.other_found);
  json["casualties"] = casualties_section(s);
  json["records"] = accuracy_json(s.records);
  json["funding"] = funding_json(s);
  json["estimate"] = estimate_json(s);
  json["present_pace_ha_year"] = or_null(s.present_pace_ha_year);
  json["years_at_present_pace"] = or_null(s.years_at_present_pace);
  json["baseline_remaining_ha"] = or_null(s.baseline_remaining_ha);
  json["years_for_baseline_at_present_pace"] = or_null(s.years_for_baseline);
  json["shares"] = shares_json(s);
  json["reasons"] = Json::object();
  for (const auto& [key, why] : s.reasons) {
    json["reasons"][key] = why;
  }
  json["notes"] = s.notes;
  json["charts"] = charts_json(s);
  json["stamp"] = Json::parse(s.stamp.to_json());
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace firmground::report
