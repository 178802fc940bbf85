#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/estimate.h"
#include "evidence/observations.h"
#include "mineaction/snapshot.h"
#include "pipeline/asked_polygons.h"
#include "pipeline/stored_estimate.h"
#include "register/register.h"

namespace firmground::pipeline {

/// Minefield records enter an estimate reconciled with what was found, or their outlines as somebody drew them.
enum class RecordUse : std::uint8_t { reconciled, as_drawn };

struct EstimateRequest {
  evidence::ObserveOptions observe;
  double map_cell_m = 0;  ///< cells of the map; 0: those that the ground is modelled in, observe.cell_m
  estimate::EstimateOptions estimate;
  RecordUse records = RecordUse::reconciled;
  std::size_t regions = 0;         ///< of a team of processes (estimate_regions.h); 0: the country in one piece
  double overlap_m = 0;            ///< of regions
  std::string closer = "hazards";  ///< kind of the polygons that estimate.closer is about
  /// An estimate of this snapshot that was asked for in the same way, and tells all that is wanted, is not made again.
  bool reuse = false;
};

struct EstimateOutcome {
  StoredEstimate stored;
  bool reused = false;
  std::vector<estimate::ClassSummary> classes;  ///< empty when reused
  std::vector<std::string> notes;               ///< assumptions that evidence had to make; empty when reused
  std::optional<std::string> kind_map{};        ///< with estimate::KindUse::map: a Cloud-Optimised GeoTIFF
};

/// What makes two requests the same: canonical JSON of all options that change the bytes of an estimate.
std::string request_json(const EstimateRequest& request);

/// Says in request.observe and request.estimate what the ground of request.map_cell_m is modelled in.  Result: what is
/// to be noted, in words; may be empty.  Errors: those of evidence::modelled_cells().
base::Result<std::string> choose_modelled_cells(const mineaction::Snapshot& snapshot, EstimateRequest& request);

/// Assumptions made, in words; `of_cells`: of those that the ground is modelled in, may be empty.
std::vector<std::string> notes_of(const evidence::Observations& observations, const estimate::EstimateOptions& options,
                                  const std::string& of_cells);

/// Reconciles what was recorded, for an estimate: a place that somebody accepted is no evidence for itself.
base::Result<void> reconcile_for_estimate(const registry::Register& programme, mineaction::Snapshot snapshot,
                                          const EstimateRequest& request, evidence::Observations& observations,
                                          const base::Progress& progress);

/// What is kept of an estimate.  `asked`: its kinds, in the order of result.polygons.
StoredEstimate summary_of(const estimate::EstimateResult& result, const AskedPolygons& asked,
                          const EstimateRequest& request, const std::string& made_at);

struct KeptGround;  // kept_ground.h
/// Keeps a whole estimate with what updates of it start from, all or nothing; its map of kinds goes into the outcome
/// too.  Errors: those of store_estimate().
base::Result<void> store_whole(registry::Register& programme, const estimate::EstimateResult& result,
                               const KeptGround& ground, EstimateOutcome& outcome);

/// observe, reconcile, estimate, store: what `firmground estimate` does.  Errors: those of the stages and of
/// store_estimate().
base::Result<EstimateOutcome> estimate_programme(registry::Register& programme, const mineaction::Snapshot& snapshot,
                                                 EstimateRequest request,
                                                 const base::Progress& progress = base::no_progress);

}  // namespace firmground::pipeline
