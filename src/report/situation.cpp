#include "report/situation.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "report/casualties.h"
#include "report/record_accuracy.h"
#include "report/window.h"
#include "report/wording.h"

namespace firmground::report {

namespace {

using mineaction::Device;
using mineaction::LandAccount;
using mineaction::LandState;
using mineaction::Snapshot;

constexpr double kM2PerHa = 1e4;
constexpr int kPaceYears = 3;  // design.md section 6

/// Figures by year, found or made; the years between are filled in at the end.
class Years {
 public:
  YearFigures& of(int year) {
    YearFigures& figures = years_[year];
    figures.year = year;
    return figures;
  }

  /// From the first year with a figure to `last`, without gaps: a year without a record was a year, too.
  std::vector<YearFigures> until(int last) {
    std::vector<YearFigures> all;
    if (!years_.empty()) {
      for (int year = years_.begin()->first; year <= std::max(last, years_.rbegin()->first); ++year) {
        all.push_back(of(year));
      }
    }
    return all;
  }

 private:
  std::map<int, YearFigures> years_;
};

void add_land(LandState state, double area_m2, ReleasedLand& land) {
  const double ha = area_m2 / kM2PerHa;
  land.cleared_ha += state == LandState::cleared ? ha : 0;
  land.reduced_ha += state == LandState::reduced ? ha : 0;
  land.cancelled_ha += state == LandState::cancelled ? ha : 0;
}

bool is_known_by(const mineaction::HazardousArea& hazard, const Window& window) {
  return !hazard.reported_on || window.until_now(*hazard.reported_on);
}

/// Equation 1: what was released.
void count_released(const Snapshot& snapshot, const LandAccount& account, const Window& window, Years& years,
                    Situation& s) {
  const bool any = std::any_of(snapshot.land_releases.begin(), snapshot.land_releases.end(),
                               [&](const auto& release) { return window.until_now(release.completed_on); });
  if (!any) {
    s.reasons["cleared_ha"] = s.reasons["reduced_ha"] = s.reasons["cancelled_ha"] =
        fmt::format("No land release up to {} is recorded in the register.", s.as_of.to_string());
    return;
  }
  ReleasedLand in_period;
  for (const mineaction::LandPiece& piece : account.pieces) {
    if (piece.release < 0) {
      continue;
    }
    const base::Date& done = snapshot.land_releases[static_cast<std::size_t>(piece.release)].completed_on;
    ReleasedLand land;
    add_land(piece.state, piece.area_m2, land);
    YearFigures& year = years.of(done.year());
    year.cleared_ha += land.cleared_ha;
    year.reduced_ha += land.reduced_ha;
    year.cancelled_ha += land.cancelled_ha;
    if (window.in_period(done)) {
      add_land(piece.state, piece.area_m2, in_period);
    }
  }
  s.to_date = ReleasedLand{account.all_cleared_m2 / kM2PerHa, account.all_reduced_m2 / kM2PerHa,
                           account.all_cancelled_m2 / kM2PerHa};
  const ReleasedLand& asked = window.has_period() ? in_period : known(s.to_date);
  s.cleared_ha = asked.cleared_ha;
  s.reduced_ha = asked.reduced_ha;
  s.cancelled_ha = asked.cancelled_ha;
  if (account.double_claimed_m2 > 0) {
    s.notes.push_back(fmt::format(
        "Ground claimed by two or more releases: {}. Each square metre counts once, with the strongest outcome.",
        hectares(account.double_claimed_m2 / kM2PerHa)));
  }
}

/// Equation 2: what remains of the recorded hazards. Hazards without a polygon have no area: a hole, not a zero.
void count_remaining(const Snapshot& snapshot, const LandAccount& account, const Window& window, Situation& s) {
  const auto known = std::count_if(snapshot.hazards.begin(), snapshot.hazards.end(),
                                   [&](const auto& hazard) { return is_known_by(hazard, window); });
  s.notes.insert(s.notes.end(), account.notes.begin(), account.notes.end());
  if (known == 0) {
    s.reasons["remaining_ha"] = "No hazardous area is recorded in the register; that does not mean that none remains.";
    return;
  }
  if (account.hazards_without_polygon >= known) {
    s.reasons["remaining_ha"] = "No recorded hazardous area has a polygon, so that their area is not known.";
    return;
  }
  s.remaining_suspected_ha = account.remaining_suspected_m2 / kM2PerHa;
  s.remaining_confirmed_ha = account.remaining_confirmed_m2 / kM2PerHa;
  s.remaining_ha = *s.remaining_suspected_ha + *s.remaining_confirmed_ha;
}

/// Equation 3: the share of the estimated contaminated area, by the baseline in force at the date.
void share_baseline(const Snapshot& snapshot, Situation& s) {
  const mineaction::Baseline* baseline = mineaction::baseline_at(snapshot, s.as_of);
  const auto unknown = [&](std::string why) { s.reasons["share_of_baseline"] = std::move(why); };
  if (baseline == nullptr) {
    s.reasons["baseline"] = fmt::format("No baseline estimated on or before {} is recorded.", s.as_of.to_string());
    return unknown("There is no baseline to divide by: " + s.reasons["baseline"]);
  }
  s.baseline = *baseline;
  if (!(baseline->area_ha > 0)) {
    return unknown(fmt::format("The baseline '{}' gives no area to divide by.", baseline->name));
  }
  if (!s.cleared_ha) {
    return unknown(s.reasons["cleared_ha"]);
  }
  s.share_of_baseline = *s.cleared_ha / baseline->area_ha;
  s.share_of_baseline_to_date = known(s.to_date).cleared_ha / baseline->area_ha;
}

/// What a span of years released: in recorded hazards, and in all.
struct Pace {
  double inside_ha = 0, all_ha = 0;
  std::set<int> years;  ///< with a release inside a hazard
};

Pace released_between(int first, int last, const Snapshot& snapshot, const LandAccount& account) {
  Pace pace;
  for (const mineaction::LandPiece& piece : account.pieces) {
    const int year = piece.release < 0
                         ? first - 1
                         : snapshot.land_releases[static_cast<std::size_t>(piece.release)].completed_on.year();
    if (year >= first && year <= last) {
      pace.all_ha += piece.area_m2 / kM2PerHa;
      if (piece.inside_hazard) {
        pace.inside_ha += piece.area_m2 / kM2PerHa;
        pace.years.insert(year);
      }
    }
  }
  return pace;
}

/// Equation 9: the same for the baseline, of which the recorded hazards may be a part only.
void project_baseline(const Pace& pace, Situation& s) {
  if (s.baseline && s.baseline->area_ha > 0) {
    const double released_ha =
        known(s.to_date).cleared_ha + known(s.to_date).reduced_ha + known(s.to_date).cancelled_ha;
    s.baseline_remaining_ha = std::max(0.0, s.baseline->area_ha - released_ha);
    if (pace.all_ha > 0) {
      s.years_for_baseline = *s.baseline_remaining_ha / (pace.all_ha / kPaceYears);
    }
  }
}

/// Equation 8: years that the remaining hectares take when released as in the last three full years.
void project_pace(const Snapshot& snapshot, const LandAccount& account, const Window& window, Situation& s) {
  if (!s.to_date) {
    s.reasons["present_pace_ha_year"] = s.reasons["years_at_present_pace"] = s.reasons["cleared_ha"];
    return;
  }
  const int last = window.last_full_year();
  const int first = last - kPaceYears + 1;
  const Pace pace = released_between(first, last, snapshot, account);
  s.pace_first_year = first;
  s.pace_last_year = last;
  s.present_pace_ha_year = pace.inside_ha / kPaceYears;
  project_baseline(pace, s);
  if (!pace.years.empty() && pace.years.size() < kPaceYears) {
    s.notes.push_back(
        fmt::format("The present pace is the mean of {} to {}; only {} of these three years has a recorded "
                    "release of hazardous area.",
                    first, last, pace.years.size()));
  }
  if (!s.remaining_ha) {
    s.reasons["years_at_present_pace"] = s.reasons["remaining_ha"];
  } else if (pace.inside_ha <= 0) {
    s.reasons["years_at_present_pace"] =
        fmt::format("No hazardous area was released in {} to {}: there is no pace to divide by.", first, last);
  } else {
    s.years_at_present_pace = *s.remaining_ha / *s.present_pace_ha_year;
  }
}

/// Equation 4: ordnance found, sums of `count`.
void count_finds(const Snapshot& snapshot, const Window& window, Years& years, Situation& s) {
  const bool any = std::any_of(snapshot.finds.begin(), snapshot.finds.end(),
                               [&](const auto& find) { return !find.found_on || window.until_now(*find.found_on); });
  if (!any) {
    s.reasons["mines_found"] = s.reasons["erw_found"] =
        fmt::format("No ordnance find up to {} is recorded in the register.", s.as_of.to_string());
    return;
  }
  std::int64_t ap = 0, av = 0, erw = 0, other = 0, undated = 0, perhaps = 0;
  for (const mineaction::Find& find : snapshot.finds) {
    if (find.found_on && !window.until_now(*find.found_on)) {
      continue;
    }
    undated += find.found_on ? 0 : find.count;
    if (find.found_on) {
      YearFigures& year = years.of(find.found_on->year());
      year.ap_mines += find.device == Device::ap_mine ? find.count : 0;
      year.av_mines += find.device == Device::av_mine ? find.count : 0;
      year.erw += mineaction::is_erw(find.device) ? find.count : 0;
      perhaps += window.perhaps_in_period(*find.found_on) ? find.count : 0;
    }
    if (window.has_period() && !(find.found_on && window.in_period(*find.found_on))) {
      continue;
    }
    ap += find.device == Device::ap_mine ? find.count : 0;
    av += find.device == Device::av_mine ? find.count : 0;
    erw += mineaction::is_erw(find.device) ? find.count : 0;
    other += mineaction::is_mine(find.device) || mineaction::is_erw(find.device) ? 0 : find.count;
  }
  s.ap_mines_found = ap;
  s.av_mines_found = av;
  s.mines_found = ap + av;
  s.erw_found = erw;
  s.other_found = other;
  if (undated > 0) {
    s.notes.push_back(
        fmt::format("Found items without a date: {}. {}", grouped(undated),
                    window.has_period() ? "They are in no period." : "They are in the totals but in no year."));
  }
  if (perhaps > 0) {
    s.notes.push_back(
        fmt::format("Found items dated too roughly to say whether they fall in the period: {}. They are left out.",
                    grouped(perhaps)));
  }
}

/// Equation 5.
void count_casualties(const Snapshot& snapshot, const Window& window, Years& years, Situation& s) {
  const CasualtyCount count(snapshot);
  const auto until_now = [&](const mineaction::Accident& a) { return window.until_now(a.occurred_on); };
  if (std::none_of(snapshot.accidents.begin(), snapshot.accidents.end(), until_now)) {
    s.reasons["casualties.total"] = s.reasons["casualties.since"] =
        "No accident is recorded in the register; that does not mean that there was none.";
  } else {
    s.all = count.sum(until_now);
    for (std::size_t i = 0; i < snapshot.accidents.size(); ++i) {
      if (until_now(snapshot.accidents[i])) {
        YearFigures& year = years.of(snapshot.accidents[i].occurred_on.year());
        year.killed += count.of(i).killed;
        year.injured += count.of(i).injured;
      }
    }
  }
  if (window.has_period() && s.all) {
    s.in_period = count.sum([&](const mineaction::Accident& a) { return window.in_period(a.occurred_on); });
    const auto perhaps =
        count.sum([&](const mineaction::Accident& a) { return window.perhaps_in_period(a.occurred_on); });
    if (perhaps && perhaps->total > 0) {
      s.notes.push_back(
          fmt::format("Casualties dated too roughly to say whether they fall in the period: {}. They are left out.",
                      grouped(perhaps->total)));
    }
  }
  if (snapshot.programme.since_date == base::Date{}) {
    s.reasons["casualties.since"] = "The programme's profile names no date to count from.";
  } else {
    s.since_date = snapshot.programme.since_date;
    s.since_name = snapshot.programme.since_name;
    s.since = !s.all ? std::nullopt : count.sum([&](const mineaction::Accident& a) {
      return until_now(a) && a.occurred_on.first_day() >= s.since_date->first_day();
    });
  }
  s.notes.insert(s.notes.end(), count.notes().begin(), count.notes().end());
}

CurrencyFunding& in_currency(std::vector<CurrencyFunding>& funding, const std::string& currency) {
  const auto found =
      std::find_if(funding.begin(), funding.end(), [&](const auto& f) { return f.currency == currency; });
  return found != funding.end() ? *found : funding.emplace_back(CurrencyFunding{currency, 0, 0, 0, 0, {}});
}

std::string amount_text(double amount, const std::string& currency) {
  return grouped(amount) + " " + (currency.empty() ? "(currency not recorded)" : currency);
}

/// Equation 7: the programme's own currency is reported, or else the one with most contributions; the others stand
/// beside it.
void choose_currency(const std::map<std::string, int>& contributions, const std::string& preferred, Situation& s) {
  s.currency = contributions.contains(preferred) ? preferred : "";
  if (s.currency.empty()) {
    s.currency = std::max_element(contributions.begin(), contributions.end(), [](const auto& a, const auto& b) {
                   return a.second < b.second;
                 })->first;
  }
  std::stable_sort(s.funding.begin(), s.funding.end(), [&](const CurrencyFunding& a, const CurrencyFunding& b) {
    return std::pair(a.currency != s.currency, a.currency) < std::pair(b.currency != s.currency, b.currency);
  });
  const CurrencyFunding& reported = s.funding.front();
  s.funding_total = reported.total;
  s.national_share = reported.national_share;
  if (!reported.national_share) {
    s.reasons["funding.national_share"] = "No contribution says whether it is national or foreign.";
  }
  if (reported.origin_unknown > 0) {
    s.funding_notes.push_back(amount_text(reported.origin_unknown, reported.currency) +
                              " do not say whether they are national or foreign; the share leaves them out.");
  }
  for (std::size_t i = 1; i < s.funding.size(); ++i) {
    s.funding_notes.push_back(amount_text(s.funding[i].total, s.funding[i].currency) +
                              " is apart: amounts in different currencies are never summed.");
  }
}

void sum_funding(const Snapshot& snapshot, const Window& window, Years& years, Situation& s) {
  std::map<std::string, int> contributions;
  int partial = 0;
  const int last_year = base::Date(window.last).year();
  for (const mineaction::Funding& f : snapshot.funding) {
    if (f.year > last_year) {
      continue;
    }
    if (window.has_period() && !window.full_year(f.year)) {
      partial += window.perhaps_in_period(base::Date(base::Date(f.year, 1, 1).first_day(), base::DatePrecision::year));
      continue;
    }
    ++contributions[f.currency];
    CurrencyFunding& sum = in_currency(s.funding, f.currency);
    sum.total += f.amount;
    (f.national ? (*f.national ? sum.national : sum.foreign) : sum.origin_unknown) += f.amount;
  }
  if (partial > 0) {
    s.funding_notes.push_back(fmt::format(
        "Contributions of years that the period covers in part: {}. Funding is recorded by year, so they are left out.",
        partial));
  }
  for (CurrencyFunding& f : s.funding) {
    const double known = f.national + f.foreign;
    f.national_share = known > 0 ? std::optional(f.national / known) : std::nullopt;
  }
  if (s.funding.empty()) {
    s.currency = snapshot.programme.default_currency;
    s.reasons["funding.total"] = s.reasons["funding.national_share"] =
        snapshot.funding.empty() ? "No funding is recorded in the register."
                                 : "No funding is recorded for a full calendar year of the period.";
  } else {
    choose_currency(contributions, snapshot.programme.default_currency, s);
  }
  for (const mineaction::Funding& f : snapshot.funding) {
    if (f.currency == s.currency && f.year <= last_year) {
      YearFigures& year = years.of(f.year);
      (f.national ? (*f.national ? year.national : year.foreign) : year.origin_unknown) += f.amount;
    }
  }
}

void list_districts(const LandAccount& account, Situation& s) {
  for (const auto& [name, states] : account.by_district_m2) {
    DistrictFigures district{name, 0, 0, 0, 0};
    for (const auto& [state, area_m2] : states) {
      const double ha = area_m2 / kM2PerHa;
      district.cleared_ha += state == "cleared" ? ha : 0;
      district.reduced_ha += state == "reduced" ? ha : 0;
      district.cancelled_ha += state == "cancelled" ? ha : 0;
      district.remaining_ha += state.starts_with("remaining") ? ha : 0;
    }
    s.districts.push_back(std::move(district));
  }
}

void take_estimate(const std::optional<EstimateSummary>& estimate, const SituationOptions& options, Situation& s) {
  s.estimate = estimate;
  if (!estimate) {
    s.estimate_missing_reason = options.estimate_missing_reason.empty()
                                    ? "No estimate is stored in this programme; run `firmground estimate` to make one."
                                    : options.estimate_missing_reason;
    s.reasons["estimate"] = s.estimate_missing_reason;
  } else if (estimate->stale) {
    s.notes.push_back(
        "The stored estimate was made from another state of the register; run `firmground estimate` to renew it.");
  }
}

std::string settings_of(const Situation& s) {
  nlohmann::ordered_json settings = {{"period", nullptr}, {"estimate", nullptr}};
  if (s.period_from) {
    settings["period"] = {known(s.period_from).to_string(), known(s.period_until).to_string()};
  }
  if (s.estimate) {
    settings["estimate"] = {
        {"stamp", s.estimate->stamp_id}, {"made_at", s.estimate->made_at}, {"stale", s.estimate->stale}};
  }
  return settings.dump();
}

}  // namespace

base::Result<Situation> situation(const Snapshot& snapshot, const std::optional<EstimateSummary>& estimate,
                                  const SituationOptions& options) {
  FG_TRY(const Window window, Window::of(snapshot, options));
  mineaction::AccountOptions account_options;
  account_options.until = base::Date(window.last);
  FG_TRY(const LandAccount account, mineaction::account(snapshot, account_options));
  return situation_from_account(snapshot, account, estimate, options);
}

base::Result<Situation> situation_from_account(const Snapshot& snapshot, const LandAccount& account,
                                               const std::optional<EstimateSummary>& estimate,
                                               const SituationOptions& options) {
  FG_TRY(const Window window, Window::of(snapshot, options));
  Situation s;
  s.as_of = window.last == snapshot.as_of.last_day() ? snapshot.as_of : base::Date(window.last);
  if (window.has_period()) {
    s.period_from = base::Date(known(window.period_first));
    s.period_until = base::Date(known(window.period_last));
  }
  s.programme = snapshot.programme.name;
  s.country = snapshot.programme.country;

  Years years;
  count_released(snapshot, account, window, years, s);
  count_remaining(snapshot, account, window, s);
  share_baseline(snapshot, s);
  project_pace(snapshot, account, window, s);
  count_finds(snapshot, window, years, s);
  count_casualties(snapshot, window, years, s);
  FG_TRY(AccuracyFigures accuracy, record_accuracy(snapshot, account.pieces, window));
  s.records = std::move(accuracy.all);
  s.records_by_source = std::move(accuracy.by_source);
  s.notes.insert(s.notes.end(), accuracy.notes.begin(), accuracy.notes.end());
  if (!s.records.accuracy) {
    s.reasons["records.accuracy"] = snapshot.minefield_records.empty()
                                        ? "No minefield record is in the register."
                                        : "No minefield record lies in ground of which enough was released to tell.";
  }
  sum_funding(snapshot, window, years, s);
  list_districts(account, s);
  take_estimate(estimate, options, s);
  s.years = years.until(base::Date(window.last).year());
  s.stamp = {"situation-report", snapshot.hash, base::version(), settings_of(s), 0};
  return s;
}

}  // namespace firmground::report
