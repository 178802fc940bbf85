#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/stamp.h"
#include "estimate/hazard_estimate.h"
#include "mineaction/land_account.h"
#include "mineaction/snapshot.h"

namespace firmground::report {

struct Casualties {
  std::int64_t total = 0, killed = 0, injured = 0, women = 0, children = 0, civilian = 0;
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
  double national = 0, foreign = 0;
};

struct DistrictFigures {
  std::string district;
  double cleared_ha = 0, reduced_ha = 0, cancelled_ha = 0, remaining_ha = 0;
};

/// What the stored estimate says, with its age; the report never runs the estimate.
struct EstimateSummary {
  estimate::NationalTotals totals;
  std::string made_at;
  std::string stamp_id;
  bool stale = false;  ///< made from another snapshot
};

/// The founding case's indicators, each from records with numerator, denominator, date and baseline (design.md section 6).
struct Situation {
  mineaction::Date as_of;
  std::optional<mineaction::Date> period_from, period_until;
  std::string programme, country;
  std::optional<mineaction::Baseline> baseline;
  double cleared_ha = 0, reduced_ha = 0, cancelled_ha = 0, remaining_ha = 0;
  std::optional<double> share_of_baseline;  ///< cleared_ha / baseline.area_ha
  std::int64_t mines_found = 0, erw_found = 0, other_found = 0;
  mineaction::Date since_date;
  std::string since_name;
  Casualties since, all;
  RecordAccuracy records;
  std::vector<RecordAccuracy> records_by_source;
  std::optional<double> national_share;
  double funding_total = 0;
  std::string currency;
  std::vector<std::string> funding_notes;  ///< contributions in other currencies, never summed
  std::optional<EstimateSummary> estimate;
  std::string estimate_missing_reason;  ///< when there is no estimate: why, and what to run
  std::optional<double> present_pace_ha_year, years_at_present_pace;
  std::vector<YearFigures> years;
  std::vector<DistrictFigures> districts;
  base::Stamp stamp;
};

struct SituationOptions {
  std::optional<mineaction::Date> period_from, period_until;
};

/// Errors: geo.overlay_failed.  Cost: one land account plus linear passes; national < 3 s.
base::Result<Situation> situation(const mineaction::Snapshot& snapshot, const std::optional<EstimateSummary>& estimate,
                                  const SituationOptions& options = {});

/// design.md section 6 keys, then "charts" as in docs/formats/http.md.
std::string to_json(const Situation& situation);

/// A page or two a minister would read: indicators with their denominators and dates, a map, charts. `hazard` may be null.
base::Result<std::string> to_html(const Situation& situation, const mineaction::Snapshot& snapshot, const geo::Raster* hazard);
base::Result<std::string> to_pdf(const Situation& situation, const mineaction::Snapshot& snapshot, const geo::Raster* hazard);

}  // namespace firmground::report
