#include <fmt/core.h>
#include <malloc.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/closer_look.h"
#include "cli/estimate_arguments.h"
#include "cli/verbs.h"
#include "pipeline/estimate_programme.h"
#include "pipeline/update_estimate.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

base::Result<pipeline::EstimateUpdateOutcome> make_update(const EstimateArguments& asked,
                                                          const base::Progress& progress) {
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  FG_TRY(auto outcome, pipeline::update_estimate_programme(programme, {.kind_map = !asked.kinds.empty()}, progress));
  const CloserLookArguments closer = closer_look_told(outcome.stored, asked.polygons);
  FG_TRY_VOID(
      write_files(asked, programme, outcome.stored, outcome.kind_map, closer_look_columns(closer, outcome.stored)));
  return outcome;
}

void print_update(const pipeline::EstimateUpdateOutcome& update, double seconds) {
  const pipeline::StoredEstimate& e = update.stored;
  fmt::print("{} cells were searched, or hold finds, otherwise than the last whole estimate saw.\n",
             update.cells_changed);
  if (update.reports_changed > 0) {
    fmt::print(
        "At {} places outside searched land people met items that it knew nothing of, or a report was withdrawn.\n",
        update.reports_changed);
  }
  if (update.cells_changed == 0 && update.reports_changed == 0 && update.cells_refreshed > 0) {
    fmt::print("Land was cancelled, or released in another way, without another search of it.\n");
  }
  fmt::print(
      "{} of {} cells and {} polygons were estimated anew in {:.1f} s; hyperparameters, laws of counts, what was "
      "learned of kinds, how likely people meet what is there and what minefield records say stay.\n",
      update.cells_refreshed, e.cells, update.polygons_refreshed, seconds);
  fmt::print("Items that remain: {:.0f}, 90 % interval {:.0f} to {:.0f} (before {:.0f})\n", e.totals.items_mean,
             e.totals.items_p05, e.totals.items_p95, update.items_before);
  print_kinds(e);
  constexpr double kWorthTelling = 0.01;
  const double times = std::exp(update.shift_beyond);
  if (times > 2) {  // beyond what the bound tells closely
    fmt::print(
        "Note: what came in tells of other ground too, which may hold more than twice, or less than half, of what this "
        "map says; make a whole estimate soon ('firmground estimate' without --update).\n");
  } else if (update.shift_beyond > kWorthTelling) {
    fmt::print("Note: a whole estimate would move expected items elsewhere too, by up to {:.0f} %.\n",
               100 * (times - 1));
  }
  if (update.reports_aside > 0) {
    fmt::print("Note: {} reports from outside searched land change nothing: too few of their class to learn from.\n",
               update.reports_aside);
  }
  if (update.polygons_unknown > 0) {
    fmt::print("Note: {} polygons entered since are not told before the next whole estimate.\n",
               update.polygons_unknown);
  }
  fmt::print("Not searched and not estimated is not known, never zero.\nStamp {}\n", e.stamp.id());
}

/// Memory that was freed is kept: what the kept estimate was read into serves to draw the map, where asking the system
/// for other pages, and clearing them, would take a tenth of an update's time.
void keep_freed_memory() {
  constexpr int kAnySystemTakes = 32 << 20;
  if (mallopt(M_MMAP_THRESHOLD, 1 << 30) != 0 || mallopt(M_MMAP_THRESHOLD, kAnySystemTakes) != 0) {
    mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  }
}

int run_update(const EstimateArguments& asked, const Common& common) {
  const auto started = std::chrono::steady_clock::now();
  keep_freed_memory();
  const auto update = make_update(asked, progress_on_terminal(common));
  if (!update) {
    return refuse(update.error(), common);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (!common.json) {
    print_update(*update, seconds);
    print_closer_look(closer_look_told(update->stored, asked.polygons), asked.polygons, update->stored);
    return kDone;
  }
  const pipeline::StoredEstimate& e = update->stored;
  nlohmann::ordered_json json = {{"cells", e.cells},
                                 {"cells_changed", update->cells_changed},
                                 {"reports_changed", update->reports_changed},
                                 {"reports_aside", update->reports_aside},
                                 {"cells_refreshed", update->cells_refreshed},
                                 {"polygons_refreshed", update->polygons_refreshed},
                                 {"polygons_unknown", update->polygons_unknown},
                                 {"cells_looked_at", update->cells_looked_at},
                                 {"shift_beyond", update->shift_beyond},
                                 {"items_mean", e.totals.items_mean},
                                 {"items_p05", e.totals.items_p05},
                                 {"items_p95", e.totals.items_p95},
                                 {"seconds", seconds},
                                 {"seconds_by_stage", update->seconds},
                                 {"peak_mb", peak_mb()},
                                 {"stamp", nlohmann::json::parse(e.stamp.to_json())}};
  json.update(kinds_told(asked, e));
  json.update(nlohmann::ordered_json::parse(closer_look_json(closer_look_told(e, asked.polygons), asked.polygons, e)));
  fmt::print("{}\n", json.dump());
  return kDone;
}

base::Result<pipeline::EstimateOutcome> make_estimate(const EstimateArguments& asked, const CloserLookArguments& closer,
                                                      const base::Progress& progress) {
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  progress("Reading the register", 0);
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot());
  FG_TRY(pipeline::EstimateRequest request, request_of(asked));
  ask_closer_look(closer, asked.polygons, request);
  FG_TRY(pipeline::EstimateOutcome outcome, pipeline::estimate_programme(programme, snapshot, request, progress));
  FG_TRY_VOID(
      write_files(asked, programme, outcome.stored, outcome.kind_map, closer_look_columns(closer, outcome.stored)));
  return outcome;
}

int run_estimate(const EstimateArguments& asked, const CloserLookArguments& closer, const Common& common, bool update) {
  if (update) {
    return run_update(asked, common);
  }
  const auto started = std::chrono::steady_clock::now();
  const auto outcome = make_estimate(asked, closer, progress_on_terminal(common));
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  nlohmann::ordered_json told = kinds_told(asked, outcome->stored);
  told.update(nlohmann::ordered_json::parse(closer_look_json(closer, asked.polygons, outcome->stored)));
  print_outcome(*outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(), common,
                told.dump());
  if (!common.json) {
    print_closer_look(closer, asked.polygons, outcome->stored);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_estimate(CLI::App& app) {
  auto asked = std::make_shared<EstimateArguments>();
  CLI::App* verb = app.add_subcommand(
      "estimate", "Estimate where ordnance remains, with its uncertainty, and keep it in the programme");
  add_estimate_options(*verb, *asked);
  auto closer = std::make_shared<CloserLookArguments>();
  add_closer_look_options(*verb, *closer);
  auto update = std::make_shared<bool>(false);
  CLI::Option* flag = verb->add_flag(
      "--update", *update,
      "Estimate anew only the ground near finds, accidents and releases that came in, changed or were withdrawn since "
      "the last whole estimate, asked for as that one was");
  for (const char* other :
       {"--cell", "--mode", "--from", "--until", "--records", "--seed", "--draws", "--without-evidence", "--surveys"}) {
    flag->excludes(verb->get_option(other));
  }
  auto common = add_common_options(*verb);
  return [asked, closer, update, common] { return run_estimate(*asked, *closer, *common, *update); };
}

}  // namespace firmground::cli
