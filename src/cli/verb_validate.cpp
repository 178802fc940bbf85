#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/verbs.h"
#include "estimate/validation.h"
#include "evidence/observations.h"
#include "pipeline/recorded_places.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

struct ValidateVerb {
  std::string programme, blocks = "5km", from, until, events_from, events_until;
  double cell_m = 50;
  int folds = 4;
};

/// "5km", "800m", "800" -> metres.
base::Result<double> length_m(const std::string& text) {
  try {
    std::size_t used = 0;
    const double number = std::stod(text, &used);
    const std::string unit = text.substr(used);
    const double metres = unit == "km" ? number * 1000 : number;
    if ((unit.empty() || unit == "m" || unit == "km") && metres >= 100 && metres <= 1e6) {
      return metres;
    }
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): not a number, refused below in words
  }
  return base::fail("estimate.block_invalid", {{"value", text}});
}

double count_of(const evidence::Observations& observations) {
  double sum = 0;
  for (const auto& reports : observations.reports) {
    for (const evidence::Report& report : reports) {
      sum += report.count;
    }
  }
  return sum;
}

base::Result<estimate::Validation> forward_in_time(const ValidateVerb& asked, const mineaction::Snapshot& snapshot,
                                                   const base::Progress& progress) {
  FG_TRY(const mineaction::Date from, mineaction::Date::parse(asked.events_from));
  FG_TRY(const mineaction::Date until,
         mineaction::Date::parse(asked.events_until.empty() ? "9999-12-31" : asked.events_until));
  evidence::ObserveOptions history{asked.cell_m, evidence::Mode::presence_only, {}, {}};
  if (!asked.from.empty()) {
    FG_TRY(history.from, mineaction::Date::parse(asked.from));
  }
  history.until = mineaction::Date(from.first_day() - std::chrono::days(1));
  evidence::ObserveOptions later{asked.cell_m, evidence::Mode::presence_only, from, until};
  FG_TRY(const evidence::Observations before, evidence::observe(snapshot, history, progress));
  FG_TRY(const evidence::Observations after, evidence::observe(snapshot, later, progress));
  // Every forecaster gets the same total: the pace of the last three years of the history, over the length of the later
  // period.
  evidence::ObserveOptions recent = history;
  recent.from = mineaction::Date(history.until->year() - 2, 1, 1);
  FG_TRY(const evidence::Observations last, evidence::observe(snapshot, recent, progress));
  const double years =
      std::chrono::duration<double, std::ratio<31556952>>(until.last_day() - from.first_day() + std::chrono::days(1))
          .count();
  constexpr long kMostYearsAhead = 20;
  estimate::EstimateOptions options;
  options.years_ahead = static_cast<int>(std::clamp(std::lround(years), 1L, kMostYearsAhead));
  return estimate::validate_later_events(before, after, count_of(last) / 3 * years, options, progress);
}

base::Result<estimate::Validation> make_validation(const ValidateVerb& asked, const base::Progress& progress) {
  FG_TRY(const double block_m, length_m(asked.blocks));
  FG_TRY(const registry::Register programme, registry::Register::open(asked.programme));
  FG_TRY(mineaction::Snapshot snapshot, programme.snapshot());
  if (!asked.events_from.empty()) {
    return forward_in_time(asked, snapshot, progress);
  }
  FG_TRY_VOID(pipeline::put_back_recorded(programme, snapshot));
  evidence::ObserveOptions observe{asked.cell_m, evidence::Mode::effort, {}, {}};
  if (!asked.until.empty()) {
    FG_TRY(observe.until, mineaction::Date::parse(asked.until));
  }
  FG_TRY(const evidence::ModelledCells cells, evidence::modelled_cells(snapshot, observe));
  observe.cell_m = cells.cell_m;
  return estimate::validate_blocks(snapshot, {block_m, 200, asked.folds, {}, observe}, progress);
}

nlohmann::json number(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

std::string to_json(const estimate::Validation& v) {
  nlohmann::ordered_json json = {
      {"method", v.method}, {"cell_m", v.cell_m}, {"cells", v.cells}, {"positives", v.positives}};
  for (const estimate::ScoreRow& row : v.rows) {
    json["scores"].push_back({{"forecaster", row.forecaster},
                              {"average_precision", number(row.average_precision)},
                              {"auc", number(row.auc)},
                              {"brier", number(row.brier)},
                              {"log_score", number(row.log_score)},
                              {"calibration_slope", number(row.calibration_slope)},
                              {"calibration_error", number(row.calibration_error)},
                              {"share_in_riskiest_1_percent", number(row.share_in_1_percent)},
                              {"share_in_riskiest_5_percent", number(row.share_in_5_percent)},
                              {"share_in_riskiest_10_percent", number(row.share_in_10_percent)},
                              {"area_for_90_percent", number(row.area_for_90_percent)}});
  }
  for (const estimate::ReliabilityBin& bin : v.reliability) {
    json["reliability"].push_back(
        {{"forecast", bin.mean_forecast}, {"observed", bin.share_observed}, {"cells", bin.count}});
  }
  return json.dump();
}

std::string shown(double value, const char* unit = "") {
  return std::isfinite(value) ? fmt::format("{:.4f}{}", value, unit) : "-";
}

int run_validate(const ValidateVerb& asked, const Common& common) {
  const auto validation = make_validation(asked, progress_on_terminal(common));
  if (!validation) {
    return refuse(validation.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", to_json(*validation));
    return kDone;
  }
  fmt::print("Held out: {}; {} cells of {:g} m, {} with finds or events\n\n", validation->method, validation->cells,
             validation->cell_m, validation->positives);
  fmt::print("{:<42} {:>8} {:>8} {:>8} {:>9} {:>7} {:>7} {:>8} {:>8} {:>8}\n", "", "AP", "AUC", "log", "slope", "ECE",
             "top 1%", "top 5%", "top 10%", "90% in");
  for (const estimate::ScoreRow& row : validation->rows) {
    fmt::print("{:<42} {:>8} {:>8} {:>8} {:>9} {:>7} {:>7} {:>8} {:>8} {:>8}\n", row.forecaster,
               shown(row.average_precision), shown(row.auc), shown(row.log_score), shown(row.calibration_slope),
               shown(row.calibration_error), shown(row.share_in_1_percent), shown(row.share_in_5_percent),
               shown(row.share_in_10_percent), shown(row.area_for_90_percent));
  }
  fmt::print(
      "\nAP: average precision.  log: mean log score, lower is better.  slope, ECE: calibration, 1 and 0 are perfect.  "
      "top n%: share of finds\n"
      "or events in the riskiest n % of the ground.  90% in: share of the ground to be worked, riskiest first, for 90 "
      "% of them.\n");
  return kDone;
}

}  // namespace

std::function<int()> verb_validate(CLI::App& app) {
  auto asked = std::make_shared<ValidateVerb>();
  CLI::App* verb =
      app.add_subcommand("validate", "Judge the estimate on ground or events it has not seen, beside today's practice");
  verb->add_option("PROGRAMME", asked->programme, kProgrammeHelp)->required();
  verb->add_option(
          "--cell", asked->cell_m,
          "Cells of the map, in metres; where land was searched, cells of about 50 m that it is modelled in are judged")
      ->check(within(1, 100000))
      ->capture_default_str();
  verb->add_option("--blocks", asked->blocks, "Side of the held-out blocks, with unit (5km, 800m)")
      ->capture_default_str();
  verb->add_option("--folds", asked->folds, "Parts that the blocks are held out in")
      ->check(CLI::Range(2, 20))
      ->capture_default_str();
  verb->add_option("--from", asked->from, "Events: history from this day on (YYYY-MM-DD)");
  verb->add_option("--until", asked->until, "Blocks: only land searched until this day (YYYY-MM-DD)");
  verb->add_option("--events-from", asked->events_from,
                   "Forward in time: forecast the events from this day or year on");
  verb->add_option("--events-until", asked->events_until, "Forward in time: last day or year to forecast");
  auto common = add_common_options(*verb);
  return [asked, common] { return run_validate(*asked, *common); };
}

}  // namespace firmground::cli
