#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/past_register.h"
#include "cli/verbs.h"
#include "geo/raster.h"
#include "pipeline/stored_estimate.h"
#include "register/register.h"
#include "report/exhibits.h"
#include "report/situation.h"

namespace firmground::cli {

namespace {

struct ReportVerb {
  std::string programme;
  std::string report = "situation";
  std::string period;
  std::string as_of;
  std::string entered_until;
  std::string out;
};

enum class Format : std::uint8_t { pdf, html, json };

base::Result<Format> format_of(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".pdf") {
    return Format::pdf;
  }
  if (ending == ".html" || ending == ".htm") {
    return Format::html;
  }
  if (ending == ".json") {
    return Format::json;
  }
  return base::fail("report.format_unknown", {{"file", path}});
}

/// The estimate that the report speaks of: the latest, or for a past register the one that it had.
base::Result<std::optional<report::EstimateSummary>> estimate_for(const registry::Register& programme,
                                                                  const mineaction::Snapshot& snapshot,
                                                                  const std::optional<std::string>& entered_until) {
  if (entered_until) {
    return pipeline::estimate_as_entered(programme, snapshot, *entered_until);
  }
  FG_TRY(const auto stored, pipeline::latest_summary(programme, snapshot));
  return stored ? std::optional(pipeline::summary_for_report(*stored)) : std::nullopt;
}

enum class HazardOnMap : std::uint8_t { latest, none };

/// The document's bytes; the hazard raster is read only for documents that show it. Only the latest is kept, so that a
/// report of a past register has none.
base::Result<std::string> document(Format format, const report::Situation& situation,
                                   const mineaction::Snapshot& snapshot, const registry::Register& programme,
                                   HazardOnMap on_map) {
  if (format == Format::json) {
    return report::to_json(situation) + "\n";
  }
  std::optional<geo::Raster> hazard;
  if (situation.estimate && snapshot.crs && on_map == HazardOnMap::latest) {
    FG_TRY(hazard, pipeline::latest_hazard_raster(programme, *snapshot.crs));
  }
  const geo::Raster* shown = hazard ? &*hazard : nullptr;
  return format == Format::pdf ? report::to_pdf(situation, snapshot, shown)
                               : report::to_html(situation, snapshot, shown);
}

base::Result<report::Situation> make_report(const ReportVerb& asked, const base::Progress& progress) {
  report::SituationOptions options;
  if (!asked.period.empty()) {
    FG_TRY(options, report::parse_period(asked.period));
  }
  std::optional<Format> format;
  if (!asked.out.empty()) {
    FG_TRY(format, format_of(asked.out));
  }
  FG_TRY(const auto as_of, day_or_nothing(asked.as_of));
  FG_TRY(const auto entered_until, entry_time_or_nothing(asked.entered_until));
  progress("Reading the register", 0);
  FG_TRY(const registry::Register programme, registry::Register::open(asked.programme));
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot(as_of, entered_until));
  FG_TRY(const auto estimate, estimate_for(programme, snapshot, entered_until));
  if (entered_until) {
    options.estimate_missing_reason =
        fmt::format("No estimate of exactly this state of the register was made until {}.", *entered_until);
  }
  progress("Computing the indicators", 0.3);
  FG_TRY(report::Situation situation, report::situation(snapshot, estimate, options));
  if (format) {
    progress("Writing the report", 0.7);
    FG_TRY(const std::string bytes,
           document(*format, situation, snapshot, programme, entered_until ? HazardOnMap::none : HazardOnMap::latest));
    FG_TRY_VOID(geo::write_file(asked.out, bytes));
  }
  progress("Reported", 1);
  return situation;
}

void print_figures(const report::Situation& situation) {
  fmt::print("{}\n{}\n{}\n", report::report_title(situation), situation.programme, report::report_scope(situation));
  for (const report::Figure& figure : report::key_figures(situation)) {
    fmt::print("\n{}: {}\n", figure.title, figure.value);
    for (const std::string& line : {figure.basis, figure.detail, figure.date}) {
      if (!line.empty()) {
        fmt::print("    {}\n", line);
      }
    }
  }
  for (const std::string& note : situation.notes) {
    fmt::print("\nNote: {}\n", note);
  }
  fmt::print("\nStamp {}\n", situation.stamp.id());
}

int run_report(const ReportVerb& asked, const Common& common) {
  const auto situation = make_report(asked, progress_on_terminal(common));
  if (!situation) {
    return refuse(situation.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", report::to_json(*situation));
  } else if (asked.out.empty()) {
    print_figures(*situation);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_report(CLI::App& app) {
  auto asked = std::make_shared<ReportVerb>();
  CLI::App* verb = app.add_subcommand(
      "report", "Report the situation: each indicator with numerator, denominator, date and baseline");
  verb->add_option("PROGRAMME", asked->programme, kProgrammeHelp)->required();
  verb->add_option("REPORT", asked->report, "Which report: situation")
      ->check(CLI::IsMember({"situation"}))
      ->capture_default_str();
  verb->add_option("--period", asked->period,
                   "Only this period: a year (2025), a month (2024-03) or two dates (2020-11-10..2025-12-31); "
                   "default: everything known");
  verb->add_option("--as-of", asked->as_of, "Use the information of this day, YYYY-MM-DD (default: everything known)");
  verb->add_option(
      "--entered-until", asked->entered_until,
      "Leave out what was entered later: a UTC time as in history, or a day. The same day and time give the "
      "same bytes, whatever is entered afterwards (default: everything entered)");
  verb->add_option("--out", asked->out,
                   "Write the report to this file: .pdf, .html or .json (default: key figures as text)");
  auto common = add_common_options(*verb);
  return [asked, common] { return run_report(*asked, *common); };
}

}  // namespace firmground::cli
