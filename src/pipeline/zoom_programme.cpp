#include "pipeline/zoom_programme.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "estimate/fine_map.h"
#include "estimate/reasons.h"
#include "estimate/update_estimate.h"
#include "evidence/record_fields.h"
#include "geo/area.h"
#include "pipeline/recorded_places.h"
#include "pipeline/update_estimate.h"
#include "pipeline/update_reconciliation.h"

namespace firmground::pipeline {

namespace {

using base::Result;

struct Ground {
  std::string title;
  geo::PlanarGeometry geometry;
};

template <typename Record>
void look_in(const std::vector<Record>& records, std::string Record::* id, const char* kind, const std::string& wanted,
             std::optional<Ground>& ground) {
  for (const Record& record : records) {
    if (!ground && record.*id == wanted) {
      ground = Ground{fmt::format("{} {}", kind, wanted), record.geometry};
    }
  }
}

Result<Ground> ground_of(const mineaction::Snapshot& snapshot, const std::string& id) {
  std::optional<Ground> ground;
  look_in(snapshot.tasks, &mineaction::Task::task_id, "task", id, ground);
  look_in(snapshot.hazards, &mineaction::HazardousArea::hazard_id, "hazardous area", id, ground);
  look_in(snapshot.land_releases, &mineaction::LandRelease::release_id, "land release", id, ground);
  look_in(snapshot.minefield_records, &mineaction::MinefieldRecord::record_id, "minefield record", id, ground);
  look_in(snapshot.projects, &mineaction::Project::project_id, "project", id, ground);
  look_in(snapshot.districts, &mineaction::District::district_id, "district", id, ground);
  if (!ground) {
    return base::fail("pipeline.zoom_no_such_polygon", {{"id", id}});
  }
  if (ground->geometry.polygons.empty()) {
    return base::fail("pipeline.zoom_without_polygon", {{"ground", ground->title}});
  }
  return *ground;
}

/// Small cells in whole coarse cells, over the polygon and its margin, within the country's grid.
Result<geo::Grid> window_of(const Ground& ground, const ZoomRequest& request, const geo::Grid& country) {
  const double parts = country.cell_m / request.cell_m;
  const bool divides = std::abs(parts - std::round(parts)) < 1e-6;
  if (!(request.cell_m >= 5 && request.cell_m <= 10) || !divides || parts < 2) {
    return base::fail("pipeline.zoom_cell",
                      {{"cell", fmt::format("{:g}", request.cell_m)}, {"coarse", fmt::format("{:g}", country.cell_m)}});
  }
  const auto per_side = static_cast<std::int64_t>(std::lround(parts));
  const geo::Grid around = geo::Grid::covering(geo::bounds(ground.geometry).grown(request.margin_m), country.cell_m);
  const std::int64_t west = std::max(around.west, country.west);
  const std::int64_t north = std::min(around.north, country.north);
  const std::int64_t east = std::min(around.west + around.columns, country.west + country.columns);
  const std::int64_t south = std::max(around.north - around.rows, country.north - country.rows);
  if (west >= east || south >= north) {
    return base::fail("pipeline.zoom_outside", {{"ground", ground.title}});
  }
  constexpr std::int64_t kMost = 4'000'000;
  const std::int64_t cells = (east - west) * (north - south) * per_side * per_side;
  if (cells > kMost) {
    return base::fail("pipeline.zoom_too_large", {{"ground", ground.title}, {"cells", std::to_string(cells)}});
  }
  return geo::Grid{country.cell_m / static_cast<double>(per_side), west * per_side, north * per_side,
                   static_cast<std::int32_t>((east - west) * per_side),
                   static_cast<std::int32_t>((north - south) * per_side)};
}

/// What the kept estimate gives, or why it cannot be looked at closely.
Result<KeptEstimate> estimate_to_zoom(const registry::Register& programme, const mineaction::Snapshot& snapshot) {
  auto kept = kept_estimate(programme, snapshot);
  if (!kept &&
      (kept.error().id == "pipeline.no_estimate_to_update" || kept.error().id == "estimate.update_needs_all")) {
    return base::fail("pipeline.zoom_needs_estimate", {{"reason", kept.error().message}});
  }
  return kept;
}

/// Records that reach the window, on its cells, numbered as the observations number them.
Result<std::optional<evidence::RecordFields>> records_in(const registry::Register& programme,
                                                         mineaction::Snapshot snapshot, const KeptEstimate& kept,
                                                         const evidence::Observations& observations,
                                                         const geo::Grid& window, std::vector<std::string>& notes,
                                                         const base::Progress& progress) {
  if (!observations.records || observations.records->records.empty()) {
    return std::nullopt;
  }
  FG_TRY(const RecordedPlaces accepted, put_back_recorded(programme, snapshot));
  FG_TRY(const mineaction::Snapshot seen,
         evidence::with_search_hidden(snapshot, kept.request.observe, observations.grid, {}));
  const geo::Box box = evidence::box_of(window);
  evidence::Reconciliation reconciled;
  const auto near = verdicts_near(programme, seen, accepted, box);
  if (near && *near) {
    reconciled.records = **near;
  } else {
    progress("Reconciling minefield records: none are kept from 'firmground reconcile'", 0.3);
    evidence::ReconcileOptions options;
    options.known = accepted.settled;
    options.written = accepted.written;
    std::erase_if(options.known, [&](const auto& known) {
      return std::none_of(options.hypotheses.begin(), options.hypotheses.end(),
                          [&](const evidence::Hypothesis& hypothesis) { return hypothesis.id == known.second; });
    });
    FG_TRY(reconciled, evidence::reconcile(seen, options));
    notes.emplace_back(
        "All minefield records were reconciled for this one map; after 'firmground reconcile' it is made faster.");
  }
  evidence::RecordFields fields = evidence::record_fields(seen, reconciled, window);
  std::unordered_map<std::string, std::uint32_t> number;
  for (std::uint32_t r = 0; r < observations.records->records.size(); ++r) {
    number[observations.records->records[r].record_id] = r;
  }
  std::erase_if(fields.shares, [&](evidence::RecordShare& share) {
    const auto known = number.find(fields.records[share.record].record_id);
    share.record = known == number.end() ? 0 : known->second;
    return known == number.end();
  });
  fields.records = observations.records->records;
  return fields;
}

/// Least share of the polygon's ground that holds this share of the items.
double ground_for(const std::vector<std::pair<float, float>>& densest_first, double items, double area, double share) {
  double reached = 0;
  double ground = 0;
  for (const auto& [density, part] : densest_first) {
    if (reached >= share * items) {
      break;
    }
    reached += static_cast<double>(density * part);
    ground += static_cast<double>(part);
  }
  return area > 0 ? ground / area : 0;
}

void tell_ground(const estimate::FineQuestion& question, ZoomOutcome& outcome) {
  const std::vector<float>& items =
      outcome.raster.bands[static_cast<std::size_t>(estimate::HazardBand::expected_items)];
  std::vector<std::pair<float, float>> ground;
  double sum = 0;
  double area = 0;
  for (const geo::CellShare& touched : question.polygon) {
    if (!std::isnan(items[touched.cell])) {
      ground.emplace_back(items[touched.cell], touched.share);
      sum += static_cast<double>(items[touched.cell] * touched.share);
      area += static_cast<double>(touched.share);
    }
  }
  outcome.cells = static_cast<std::int64_t>(ground.size());
  std::sort(ground.begin(), ground.end(), std::greater<>());
  outcome.half_share = ground_for(ground, sum, area, 0.5);
  outcome.most_share = ground_for(ground, sum, area, 0.9);
}

std::string settings_of(const ZoomRequest& request, const Ground& ground, const KeptEstimate& kept,
                        const evidence::RecordFields* records) {
  const nlohmann::ordered_json settings = {{"ground", ground.title},        {"cell_m", request.cell_m},
                                           {"margin_m", request.margin_m},  {"draws", kept.state.draws},
                                           {"records", records != nullptr}, {"from", kept.whole.stamp.id()}};
  return settings.dump();
}

}  // namespace

Result<ZoomOutcome> zoom_programme(const registry::Register& programme, const mineaction::Snapshot& snapshot,
                                   const ZoomRequest& request, const base::Progress& progress) {
  FG_TRY(const Ground ground, ground_of(snapshot, request.id));
  progress("Reading the kept estimate", 0);
  FG_TRY(KeptEstimate kept, estimate_to_zoom(programme, snapshot));
  estimate::FineQuestion question;
  FG_TRY(question.grid, window_of(ground, request, kept.state.grid));
  FG_TRY(ObservedNow now, observe_now(snapshot, kept.request.observe));
  evidence::Observations observations =
      on_kept_ground(std::move(now), std::move(kept.ground), snapshot, kept.request.observe);
  const std::vector<std::uint32_t> coarse = estimate::coarse_cells_under(question.grid, observations.grid);
  if (std::none_of(coarse.begin(), coarse.end(), [&](std::uint32_t c) { return observations.inside[c] != 0; })) {
    return base::fail("pipeline.zoom_outside", {{"ground", ground.title}});
  }
  ZoomOutcome outcome;
  outcome.title = ground.title;
  progress("Judging the minefield records near", 0.3);
  FG_TRY(const auto records,
         records_in(programme, snapshot, kept, observations, question.grid, outcome.notes, progress));
  question.records = records ? &*records : nullptr;
  question.polygon = geo::cover(question.grid, ground.geometry);
  progress("Looking at the ground as the whole estimate left it", 0.5);
  FG_TRY(const estimate::WindowPosteriors window, estimate::posteriors_near(kept.state, observations, coarse));
  progress("Learning from searched ground where in a cell items lie", 0.6);
  const evidence::FineSearch search(snapshot, kept.request.observe);
  std::vector<estimate::FineTerms> terms;
  terms.reserve(evidence::kOrdnanceClasses.size());
  for (const evidence::OrdnanceClass ordnance_class : evidence::kOrdnanceClasses) {
    terms.push_back(estimate::learn_fine_terms(observations, search, ordnance_class,
                                               {.fine_cell_m = question.grid.cell_m, .seed = kept.state.seed}));
  }
  progress("Drawing the fine map", 0.8);
  estimate::EstimateOptions options;
  options.seed = kept.state.seed;
  options.draws = kept.state.draws;
  options.left_out = kept.state.left_out;
  estimate::FineMap map = estimate::fine_map(observations, window.posteriors, options, search, terms, question);

  outcome.raster = std::move(map.raster);
  outcome.polygon = std::move(map.polygon);
  outcome.polygon.id = request.id;
  outcome.polygon.area_m2 = geo::ellipsoidal_area_m2(ground.geometry, *snapshot.crs);
  outcome.coarse_cell_m = observations.grid.cell_m;
  tell_ground(question, outcome);
  if (outcome.cells == 0) {
    return base::fail("pipeline.zoom_outside", {{"ground", ground.title}});
  }
  for (std::size_t k = 0; k < map.classes.size(); ++k) {
    const estimate::FineTerms& learnt = terms[static_cast<std::size_t>(map.classes[k].ordnance_class)];
    outcome.lessons.push_back({std::string(evidence::to_string(map.classes[k].ordnance_class)), learnt.cells,
                               learnt.finds, learnt.clump, map.polygon_items[k]});
  }
  if (map.likeliest) {
    outcome.polygon.reasons = estimate::reasons_for(window.posteriors, observations, *map.likeliest);
  }
  outcome.from = kept.whole.stamp.id();
  outcome.made_at = kept.whole.made_at;
  outcome.stamp = {"fine-hazard-map", snapshot.hash, base::version(),
                   settings_of(request, ground, kept, question.records), kept.state.seed};
  outcome.raster.metadata["FIRMGROUND_STAMP"] = outcome.stamp.to_json();
  outcome.raster.metadata["FIRMGROUND_MODE"] = "effort";
  progress("Done", 1);
  return outcome;
}

}  // namespace firmground::pipeline
