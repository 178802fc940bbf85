#include <fmt/format.h>

#include <algorithm>

#include "cli/verbs.h"
#include "geo/raster.h"
#include "pipeline/pattern_programme.h"
#include "register/register.h"
#include "report/pattern_page.h"

namespace firmground::cli {

namespace {

struct PatternVerb {
  std::string programme, out, svg, report, raster;
  pipeline::PatternRequest request;
};

struct Made {
  pipeline::PatternOutcome outcome;
  geo::Crs crs;
};

base::Result<void> write_files(const PatternVerb& asked, const Made& made) {
  const pipeline::PatternOutcome& outcome = made.outcome;
  if (!asked.out.empty()) {
    FG_TRY_VOID(pipeline::write_pattern(asked.out, outcome, made.crs));
  }
  if (!asked.raster.empty()) {
    FG_TRY_VOID(pipeline::write_pattern_raster(asked.raster, outcome, made.crs));
  }
  const report::PatternGround ground{outcome.title, outcome.ground, outcome.searched, outcome.finds, made.crs.epsg()};
  if (!asked.svg.empty()) {
    FG_TRY_VOID(
        geo::write_file(asked.svg, report::to_svg_file(report::pattern_sketch(outcome.pattern, ground, 1000, 720))));
  }
  if (!asked.report.empty()) {
    FG_TRY_VOID(geo::write_file(
        asked.report, report::pattern_page(outcome.pattern, ground, made.crs, outcome.notes, outcome.stamp.id())));
  }
  return {};
}

base::Result<Made> make_pattern(const PatternVerb& asked, const base::Progress& progress) {
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  progress("Reading the register", 0);
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot());
  FG_TRY(auto outcome, pipeline::pattern_programme(programme, snapshot, asked.request, progress));
  Made made{std::move(outcome), *snapshot.crs};
  FG_TRY_VOID(write_files(asked, made));
  return made;
}

void print_rows(const evidence::PatternField& field, std::size_t number) {
  for (std::size_t r = 0; r < field.rows.size(); ++r) {
    const evidence::PatternRow& row = field.rows[r];
    fmt::print(
        "  row {}.{}: {} finds, {:.1f} m beside the first, one place every {:.1f} m ({:.1f} to {:.1f}), {:.0f} % of "
        "them "
        "held a mine\n",
        number, r + 1, row.finds.size(), row.offset_m, row.pitch_m.value, row.pitch_m.low, row.pitch_m.high,
        100 * row.presence);
  }
  for (const evidence::FurtherRow& row : field.further) {
    fmt::print("  perhaps another row {:.0f} m beside the first, give or take {:.0f}: {:.0f} %\n", row.offset_m,
               row.sd_m, 100 * row.probability);
  }
}

void print_positions(const evidence::RowPattern& pattern, const geo::Crs& crs) {
  constexpr std::size_t kShown = 12;
  const std::size_t shown = std::min(kShown, pattern.positions.size());
  fmt::print("\nMissing positions, the {} most probable of {}:\n", shown, pattern.positions.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const evidence::MissingPosition& p = pattern.positions[i];
    const geo::LonLat at = crs.to_lon_lat(p.position);
    fmt::print("  {:3.0f} %  {:.6f}, {:.6f} (lat, lon), within {:.1f} m, {} of row {}.{}{}\n", 100 * p.probability,
               at.lat, at.lon, p.radius90_m, p.beyond ? "beyond the finds" : "between finds", p.field + 1, p.row + 1,
               p.effort > 0 ? ", on ground searched before" : "");
  }
}

void print_blocks(const evidence::RowPattern& pattern, const geo::Crs& crs) {
  constexpr std::size_t kShown = 8;
  fmt::print("\nWork this ground next (squares of {:.0f} m):\n", evidence::RowPattern::kBlock_m);
  for (std::size_t i = 0; i < std::min(kShown, pattern.blocks.size()); ++i) {
    const geo::LonLat at = crs.to_lon_lat(pattern.blocks[i].centre);
    fmt::print("  {:4.2f} mines expected round {:.6f}, {:.6f}\n", pattern.blocks[i].expected, at.lat, at.lon);
  }
}

int run_pattern(const PatternVerb& asked, const Common& common) {
  const auto made = make_pattern(asked, progress_on_terminal(common));
  if (!made) {
    return refuse(made.error(), common);
  }
  const pipeline::PatternOutcome& outcome = made->outcome;
  if (common.json) {
    fmt::print("{}\n", outcome.json);
    return kDone;
  }
  fmt::print("Rows in {}\n", outcome.title);
  for (const std::string& line : evidence::in_words(outcome.pattern)) {
    fmt::print("{}\n", line);
  }
  for (const std::string& note : outcome.notes) {
    fmt::print("{}\n", note);
  }
  if (outcome.pattern.verdict == evidence::PatternVerdict::rows) {
    for (std::size_t f = 0; f < outcome.pattern.fields.size(); ++f) {
      print_rows(outcome.pattern.fields[f], f + 1);
    }
    print_positions(outcome.pattern, made->crs);
    print_blocks(outcome.pattern, made->crs);
    fmt::print("\nGround that is not listed is not free of mines: the pattern says nothing of it.\n");
  }
  fmt::print("Stamp {}\n", outcome.stamp.id());
  return kDone;
}

}  // namespace

std::function<int()> verb_pattern(CLI::App& app) {
  auto asked = std::make_shared<PatternVerb>();
  CLI::App* verb = app.add_subcommand(
      "pattern",
      "Find rows in the mines found on one task: pitch, spacing, bend, where the rows go on, and which positions are "
      "still missing");
  verb->add_option("PROGRAMME", asked->programme, kProgrammeHelp)->required();
  auto* id = verb->add_option("ID", asked->request.id, "Id of a task, a land release or a hazardous area");
  auto* area = verb->add_option("--area", asked->request.area_file,
                                "File with the ground as polygons instead of an ID (.geojson, .gpkg, .kml, ...)");
  id->excludes(area);
  verb->add_option("--margin", asked->request.margin_m,
                   "Finds that far outside the ground are looked at too, in metres")
      ->capture_default_str()
      ->check(within(0, 500));
  verb->add_option("--least", asked->request.options.least_probability,
                   "List positions that hold a mine with at least this probability")
      ->capture_default_str()
      ->check(within(0.01, 1));
  verb->add_option("--radius", asked->request.options.most_radius_m,
                   "List positions that are known to within so many metres (90 %)")
      ->capture_default_str()
      ->check(within(0.5, 100));
  verb->add_option("--out", asked->out,
                   "Write the missing positions to this file (.gpkg, .geojson, .csv, ...); a GeoPackage also gets the "
                   "rows and the ground in the order of work");
  verb->add_option("--raster", asked->raster, "Write the mines expected per cell of 2 m as a GeoTIFF");
  verb->add_option("--svg", asked->svg, "Write a sketch of rows, finds and missing positions");
  verb->add_option("--report", asked->report, "Write a page with the sketch and the lists (.html)");
  auto common = add_common_options(*verb);
  return [asked, common] {
    if (asked->request.id.empty() && asked->request.area_file.empty()) {
      fmt::print(stderr, "firmground: Name the ground: an ID (task, land release, hazardous area) or --area FILE.\n");
      return static_cast<int>(kWrongUse);
    }
    return run_pattern(*asked, *common);
  };
}

}  // namespace firmground::cli
