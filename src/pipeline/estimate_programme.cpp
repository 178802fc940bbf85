#include "pipeline/estimate_programme.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/ids.h"
#include "base/parallel.h"
#include "base/stamp.h"
#include "estimate/confirmed_ground.h"
#include "evidence/record_fields.h"
#include "geo/area.h"
#include "geo/grid.h"
#include "pipeline/recorded_places.h"
#include "pipeline/told_besides.h"
#include "pipeline/update_estimate.h"

namespace firmground::pipeline {
namespace {

const char* to_string(evidence::Mode mode) {
  switch (mode) {
    case evidence::Mode::automatic: return "automatic";
    case evidence::Mode::effort: return "effort";
    case evidence::Mode::presence_only: return "presence-only";
  }
  return "";
}

std::string date_or_empty(const std::optional<mineaction::Date>& date) {
  return date ? date->to_string() : "";
}

/// The stored estimate, when it is what the request would make.
base::Result<std::optional<StoredEstimate>> reusable(const registry::Register& programme,
                                                     const mineaction::Snapshot& snapshot,
                                                     const EstimateRequest& request) {
  FG_TRY(std::optional<StoredEstimate> latest, latest_estimate(programme, snapshot));
  const estimate::CloserLook& closer = request.estimate.closer;
  const bool as_wanted =
      latest && !latest->stale && latest->request == request_json(request) &&
      latest->stamp.version == base::version() &&
      (!closer.without_evidence || evidence_told(*latest, request.closer)) &&
      (!closer.surveys || (surveys_told(*latest, request.closer) && latest->closer->settings == closer.surveys));
  if (!as_wanted) {
    latest.reset();
  }
  return latest;
}

}  // namespace

base::Result<void> reconcile_for_estimate(const registry::Register& programme, mineaction::Snapshot snapshot,
                                          const EstimateRequest& request, evidence::Observations& observations,
                                          const base::Progress& progress) {
  FG_TRY(const RecordedPlaces places, put_back_recorded(programme, snapshot));
  evidence::ReconcileOptions options;
  options.known = places.settled;
  options.written = places.written;
  // A reading of somebody's own table of hypotheses is not known here: such a record is read anew.
  std::erase_if(options.known, [&](const auto& known) {
    return std::none_of(options.hypotheses.begin(), options.hypotheses.end(),
                        [&](const evidence::Hypothesis& hypothesis) { return hypothesis.id == known.second; });
  });
  FG_TRY_VOID(evidence::reconcile_records(snapshot, request.observe, {}, options, observations, progress));
  if (observations.records) {
    observations.records->as_recorded = places.hash;
  }
  return {};
}

StoredEstimate summary_of(const estimate::EstimateResult& result, const AskedPolygons& asked,
                          const EstimateRequest& request, const std::string& made_at) {
  const estimate::HazardEstimate& hazard = result.hazard;
  StoredEstimate stored;
  stored.totals = hazard.totals;
  stored.mode = hazard.mode;
  stored.cells = hazard.cells;
  stored.cell_m = hazard.raster.grid.cell_m;
  stored.hyperparameters = hazard.hyperparameters;
  stored.effects = hazard.effects;
  stored.statements = hazard.statements;
  stored.kinds = result.kinds;
  const estimate::CloserLook& closer = request.estimate.closer;
  if (closer.without_evidence || closer.surveys) {
    stored.closer = CloserLook{.polygons = request.closer,
                               .without_evidence = closer.without_evidence,
                               .settings = closer.surveys,
                               .surveys = result.surveys};
  }
  stored.request = request_json(request);
  stored.stamp = hazard.stamp;
  stored.made_at = made_at;
  FG_CHECK(result.polygons.size() == asked.polygons.size());
  auto next = result.polygons.begin();
  for (const auto& [kind, count] : asked.kinds) {
    const auto end = next + static_cast<std::ptrdiff_t>(count);
    stored.polygons[kind].assign(next, end);
    next = end;
  }
  return stored;
}

std::string request_json(const EstimateRequest& request) {
  nlohmann::ordered_json json = {{"cell_m", request.map_cell_m > 0 ? request.map_cell_m : request.observe.cell_m},
                                 {"mode", to_string(request.observe.mode)},
                                 {"from", date_or_empty(request.observe.from)},
                                 {"until", date_or_empty(request.observe.until)},
                                 {"records", request.records == RecordUse::reconciled ? "reconciled" : "as-drawn"},
                                 {"seed", request.estimate.seed},
                                 {"draws", request.estimate.draws},
                                 {"most_nodes", request.estimate.most_nodes},
                                 {"most_hyper_searches", request.estimate.most_hyper_searches}};
  if (request.regions > 0) {
    json["regions"] = request.regions;
    json["overlap_m"] = request.overlap_m;
  }
  return json.dump();
}

base::Result<std::string> choose_modelled_cells(const mineaction::Snapshot& snapshot, EstimateRequest& request) {
  if (request.map_cell_m <= 0) {
    return "";
  }
  request.observe.cell_m = request.map_cell_m;
  FG_TRY(evidence::ModelledCells cells, evidence::modelled_cells(snapshot, request.observe));
  request.observe.cell_m = cells.cell_m;
  request.estimate.together = cells.together;
  return std::move(cells.note);
}

std::vector<std::string> notes_of(const evidence::Observations& observations, const estimate::EstimateOptions& options,
                                  const std::string& of_cells) {
  std::vector<std::string> notes = observations.notes;
  for (const std::string& note : {estimate::assumed_of_confirmed(observations, options), of_cells}) {
    if (!note.empty()) {
      notes.push_back(note);
    }
  }
  return notes;
}

base::Result<void> store_whole(registry::Register& programme, const estimate::EstimateResult& result,
                               const KeptGround& ground, EstimateOutcome& outcome) {
  if (result.kind_raster) {
    FG_TRY(outcome.kind_map, geo::to_cog(*result.kind_raster));
  }
  const StoredEstimate& stored = outcome.stored;
  std::vector<registry::StoredResult> also;
  if (result.state) {
    also = kept_for_updates(ground, {*result.state, outcome.kind_map, stored.stamp.to_json()}, stored.made_at);
  }
  return store_estimate(programme, stored, result.hazard.raster, stored.made_at, std::move(also));
}

base::Result<EstimateOutcome> estimate_programme(registry::Register& programme, const mineaction::Snapshot& snapshot,
                                                 EstimateRequest request, const base::Progress& progress) {
  if (request.reuse) {
    FG_TRY(std::optional<StoredEstimate> stored, reusable(programme, snapshot, request));
    if (stored) {
      return EstimateOutcome{.stored = std::move(*stored), .reused = true, .classes = {}, .notes = {}};
    }
  }
  FG_TRY(const std::string note, choose_modelled_cells(snapshot, request));
  FG_TRY(evidence::Observations observations, evidence::observe(snapshot, request.observe, progress));
  if (request.records == RecordUse::reconciled) {
    FG_TRY_VOID(reconcile_for_estimate(programme, snapshot, request, observations, progress));
  }
  const AskedPolygons asked = polygons_of(snapshot, observations.grid);
  estimate::EstimateOptions options = request.estimate;
  options.keep = observations.mode == "effort";
  options.closer.polygons = asked.of(request.closer);
  FG_TRY(estimate::EstimateResult result, estimate::estimate(observations, options, asked.polygons, progress));
  const std::string made_at = base::utc_timestamp(base::now_unix_milliseconds());
  EstimateOutcome outcome;
  outcome.stored = summary_of(result, asked, request, made_at);
  outcome.classes = result.classes;
  outcome.notes = notes_of(observations, options, note);
  const KeptGround ground = result.state ? kept_ground(snapshot, std::move(observations)) : KeptGround{};
  FG_TRY_VOID(store_whole(programme, result, ground, outcome));
  return outcome;
}

}  // namespace firmground::pipeline
