#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "geo/raster.h"
#include "pipeline/zoom_programme.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

struct ZoomVerb {
  std::string programme, out;
  pipeline::ZoomRequest request;
};

base::Result<pipeline::ZoomOutcome> make_zoom(const ZoomVerb& asked, const base::Progress& progress) {
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  progress("Reading the register", 0);
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot());
  FG_TRY(auto outcome, pipeline::zoom_programme(programme, snapshot, asked.request, progress));
  if (!asked.out.empty()) {
    FG_TRY(const std::string bytes, geo::to_cog(outcome.raster));
    FG_TRY_VOID(geo::write_file(asked.out, bytes));
  }
  return outcome;
}

void print_json(const ZoomVerb& asked, const pipeline::ZoomOutcome& zoom, double seconds) {
  nlohmann::ordered_json classes = nlohmann::ordered_json::array();
  for (const pipeline::ZoomLesson& lesson : zoom.lessons) {
    classes.push_back({{"class", lesson.ordnance_class},
                       {"items_mean", lesson.items_mean},
                       {"learned_from_cells", lesson.cells},
                       {"learned_from_finds", lesson.finds},
                       {"clump", lesson.clump}});
  }
  nlohmann::ordered_json reasons = nlohmann::ordered_json::array();
  for (const estimate::Reason& reason : zoom.polygon.reasons) {
    reasons.push_back({{"text", reason.text}, {"contribution", reason.contribution}});
  }
  const nlohmann::ordered_json json = {{"id", zoom.polygon.id},
                                       {"ground", zoom.title},
                                       {"area_m2", zoom.polygon.area_m2},
                                       {"cell_m", zoom.raster.grid.cell_m},
                                       {"cells", zoom.cells},
                                       {"items_mean", zoom.polygon.items_mean},
                                       {"items_p05", zoom.polygon.items_p05},
                                       {"items_p95", zoom.polygon.items_p95},
                                       {"probability_none", zoom.polygon.probability_none},
                                       {"evidence", zoom.polygon.evidence},
                                       {"ground_for_half", zoom.half_share},
                                       {"ground_for_nine_tenths", zoom.most_share},
                                       {"classes", std::move(classes)},
                                       {"reasons", std::move(reasons)},
                                       {"notes", zoom.notes},
                                       {"out", asked.out},
                                       {"seconds", seconds},
                                       {"stamp", nlohmann::json::parse(zoom.stamp.to_json())}};
  fmt::print("{}\n", json.dump());
}

void print_zoom(const ZoomVerb& asked, const pipeline::ZoomOutcome& zoom, double seconds) {
  const estimate::PolygonEstimate& p = zoom.polygon;
  fmt::print("{}: {:.1f} ha in {} cells of {:g} m, made in {:.1f} s from the estimate of {} (stamp {})\n", zoom.title,
             p.area_m2 / 1e4, zoom.cells, zoom.raster.grid.cell_m, seconds, zoom.made_at, zoom.from);
  fmt::print("Items that remain in it: {:.1f}, 90 % interval {:.0f} to {:.0f}; P(no item) {:.1f} %\n", p.items_mean,
             p.items_p05, p.items_p95, 100 * p.probability_none);
  for (const pipeline::ZoomLesson& lesson : zoom.lessons) {
    fmt::print("  {}: {:.1f} expected; where in a cell of {:g} m they lie was learned from {:.0f} found in {} cells\n",
               lesson.ordnance_class, lesson.items_mean, zoom.coarse_cell_m, lesson.finds, lesson.cells);
  }
  fmt::print("Half of them are expected on {:.0f} % of its ground, nine in ten on {:.0f} %.\n", 100 * zoom.half_share,
             100 * zoom.most_share);
  constexpr double kLittle = 0.1;
  if (p.evidence < kLittle) {
    fmt::print(
        "Note: hardly anything was searched near; what is said here is little more than what such ground is "
        "like elsewhere.\n");
  }
  for (const estimate::Reason& reason : p.reasons) {
    fmt::print("  {} ({:+.2f})\n", reason.text, reason.contribution);
  }
  for (const std::string& note : zoom.notes) {
    fmt::print("Note: {}\n", note);
  }
  if (!asked.out.empty()) {
    fmt::print("Map written to {}\n", asked.out);
  }
  fmt::print("Cells are no places of items. Not searched and not estimated is not known, never zero.\nStamp {}\n",
             zoom.stamp.id());
}

int run_zoom(const ZoomVerb& asked, const Common& common) {
  const auto started = std::chrono::steady_clock::now();
  const auto outcome = make_zoom(asked, progress_on_terminal(common));
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (common.json) {
    print_json(asked, *outcome, seconds);
  } else {
    print_zoom(asked, *outcome, seconds);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_zoom(CLI::App& app) {
  auto asked = std::make_shared<ZoomVerb>();
  CLI::App* verb = app.add_subcommand(
      "zoom",
      "Map one task, hazardous area or other polygon in cells of 5 to 10 m, from the last estimate of the country");
  verb->add_option("PROGRAMME", asked->programme, kProgrammeHelp)->required();
  verb->add_option("ID", asked->request.id,
                   "Id of a task, hazardous area, land release, minefield record, project or district")
      ->required();
  verb->add_option("--cell", asked->request.cell_m, "Cell size in metres, 5 to 10, an even part of the country's cells")
      ->capture_default_str();
  verb->add_option("--margin", asked->request.margin_m, "Ground round the polygon that is mapped too, in metres")
      ->capture_default_str()
      ->check(within(0, 1000));
  verb->add_option("--out", asked->out, "Write the map to this Cloud-Optimised GeoTIFF");
  auto common = add_common_options(*verb);
  return [asked, common] { return run_zoom(*asked, *common); };
}

}  // namespace firmground::cli
