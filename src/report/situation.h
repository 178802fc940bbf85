#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/stamp.h"
#include "estimate/hazard_estimate.h"
#include "mineaction/land_account.h"
#include "mineaction/snapshot.h"

/// The situation report: the indicators of docs/methods/situation-indicators.md (equations 1-9), as values, JSON, HTML
/// and PDF.
namespace firmground::report {

/// Persons, each once. Totals come from the accidents, what is said of the persons from the victim records (eq. 5).
struct Casualties {
  std::int64_t total = 0, killed = 0, injured = 0, outcome_unknown = 0;
  std::int64_t women = 0, men = 0;        ///< by sex, whatever the age
  std::int64_t children = 0, adults = 0;  ///< under 18 and not
  std::int64_t civilian = 0, not_civilian = 0;
  std::int64_t sex_unknown = 0, age_unknown = 0, civilian_unknown = 0;
};

struct RecordAccuracy {
  std::string source;  ///< empty: all sources
  std::int64_t records = 0, searched = 0, confirmed = 0;
  std::optional<double> accuracy, p05, p95;  ///< nothing when no record was searched: unknown is never zero
};

struct YearFigures {
  int year = 0;
  double cleared_ha = 0, reduced_ha = 0, cancelled_ha = 0;
  std::int64_t ap_mines = 0, av_mines = 0, erw = 0;
  std::int64_t killed = 0, injured = 0;
  double national = 0, foreign = 0, origin_unknown = 0;
};

struct DistrictFigures {
  std::string district;
  double cleared_ha = 0, reduced_ha = 0, cancelled_ha = 0, remaining_ha = 0;
};

/// Contributions in one currency; amounts in different currencies are never summed.
struct CurrencyFunding {
  std::string currency;
  double total = 0, national = 0, foreign = 0, origin_unknown = 0;
  std::optional<double> national_share;  ///< national / (national + foreign); nothing when no origin is known
};

/// What the stored estimate says, with its age; the report never runs the estimate.
struct EstimateSummary {
  estimate::NationalTotals totals;
  std::string made_at;
  std::string stamp_id;
  bool stale = false;  ///< made from another snapshot
};

/// Ground released, each square metre once, by the outcome that decides its state.
struct ReleasedLand {
  double cleared_ha = 0, reduced_ha = 0, cancelled_ha = 0;
};

/// The founding case's indicators, each from records with numerator, denominator, date and baseline (design.md section
/// 6). Nothing means unknown: `reasons` says why, under the JSON key.
struct Situation {
  mineaction::Date as_of;
  std::optional<mineaction::Date> period_from, period_until;
  std::string programme, country;
  std::optional<mineaction::Baseline> baseline;
  /// In the period when one is asked, otherwise to date.
  std::optional<double> cleared_ha, reduced_ha, cancelled_ha;
  std::optional<ReleasedLand> to_date;
  std::optional<double> remaining_ha, remaining_suspected_ha, remaining_confirmed_ha;  ///< at as_of
  std::optional<double> share_of_baseline;          ///< cleared_ha / baseline.area_ha
  std::optional<double> share_of_baseline_to_date;  ///< to_date.cleared_ha / baseline.area_ha
  std::optional<std::int64_t> mines_found, erw_found, other_found;
  std::optional<std::int64_t> ap_mines_found, av_mines_found;
  std::optional<mineaction::Date> since_date;
  std::string since_name;
  std::optional<Casualties> since, all, in_period;
  RecordAccuracy records;
  std::vector<RecordAccuracy> records_by_source;
  std::optional<double> national_share;
  std::optional<double> funding_total;
  std::string currency;
  std::vector<CurrencyFunding> funding;    ///< the reported currency first
  std::vector<std::string> funding_notes;  ///< contributions in other currencies, never summed
  std::optional<EstimateSummary> estimate;
  std::string estimate_missing_reason;  ///< when there is no estimate: why, and what to run
  std::optional<double> present_pace_ha_year, years_at_present_pace;
  std::optional<int> pace_first_year, pace_last_year;
  /// Baseline less all land released to date, and the years it takes at the pace of all released land: what the
  /// recorded hazards alone do not show where much is not surveyed yet.
  std::optional<double> baseline_remaining_ha, years_for_baseline;
  std::vector<YearFigures> years;  ///< without gaps, up to the year of as_of
  std::vector<DistrictFigures> districts;
  std::map<std::string, std::string> reasons;  ///< JSON key -> why it is not known
  std::vector<std::string> notes;              ///< what a reader must know before quoting
  base::Stamp stamp;
};

struct SituationOptions {
  std::optional<mineaction::Date> period_from, period_until;
  std::string estimate_missing_reason{};  ///< said when there is no estimate; "": that none is stored
};

/// Reads "2025", "2024-03", "2024-03-05" or "2020-11-10..2025-12-31".  Errors: report.period_invalid,
/// report.period_reversed.
base::Result<SituationOptions> parse_period(std::string_view text);

/// Errors: geo.overlay_failed, report.period_after_information.  Cost: one land account, one overlay of each minefield
/// record with the released ground about it, plus linear passes; national < 3 s.  Same result on any thread count.
base::Result<Situation> situation(const mineaction::Snapshot& snapshot, const std::optional<EstimateSummary>& estimate,
                                  const SituationOptions& options = {});

/// The same from an account already made.  REQUIRES: the account is the snapshot's, without a district, until the
/// period's end.
base::Result<Situation> situation_from_account(const mineaction::Snapshot& snapshot,
                                               const mineaction::LandAccount& account,
                                               const std::optional<EstimateSummary>& estimate,
                                               const SituationOptions& options = {});

/// design.md section 6 keys, then "charts" as in docs/formats/http.md. Keys in fixed order; same situation, same bytes.
std::string to_json(const Situation& situation);

/// A few pages a minister would read: indicators with their denominators and dates, a map, charts. `hazard` may be
/// null. Same input, same bytes.  Errors: report.drawing_failed.
base::Result<std::string> to_html(const Situation& situation, const mineaction::Snapshot& snapshot,
                                  const geo::Raster* hazard);
base::Result<std::string> to_pdf(const Situation& situation, const mineaction::Snapshot& snapshot,
                                 const geo::Raster* hazard);

}  // namespace firmground::report
