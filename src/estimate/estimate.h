#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/count_law.h"
#include "estimate/field_fit.h"
#include "estimate/hazard_estimate.h"
#include "estimate/learnt_kinds.h"
#include "estimate/polygon_survey.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// A polygon to be asked about: cells of the observations' grid with the share of each that it covers.
struct PolygonCells {
  std::string id;
  double area_m2 = 0;
  std::vector<geo::CellShare> cells;
  std::size_t beyond = 0;  ///< cells that it covers outside the grid, where that is a part of the country

  std::size_t size() const { return cells.size() + beyond; }
};

/// Polygons by their place in a list.
struct PolygonRange {
  std::size_t first = 0;
  std::size_t count = 0;
  bool has(std::size_t place) const { return place >= first && place - first < count; }
};

/// What is told of some polygons besides, at some cost.
struct CloserLook {
  PolygonRange polygons;
  bool without_evidence = false;          ///< what each group of evidence is worth (without_evidence.h)
  std::optional<SurveySettings> surveys;  ///< which survey would change most what is decided (surveys.h)
};

/// What of a class is learned from the whole country, besides its fields and the sizes of its effects.
struct LearntClass {
  Hyperparameters hyper;
  CountLaw law;                       ///< of searched ground
  CountLaw law_ahead;                 ///< of ground like that never searched
  std::vector<SmoothEffect> effects;  ///< where their knots lie
  std::vector<double> findable;       ///< by record, in its context; empty: no records
  std::vector<double> meeting_rate;   ///< coefficients (eq. 50); empty: what people met is no evidence
  std::optional<LearntKinds> kinds{};
};

/// Whether classes are split into kinds (eq. 37-39), and a map of them is drawn.
enum class KindUse : std::uint8_t { left_out, totals, map };

/// What fields and effects leave out of real ground, and the estimate allows for; {1, 0, 1}: the model as it is
/// written.
struct LeftOut {
  /// Of a searched cell, in facts, (0, 1]: neighbours hold items, or none, together (eq. 64).
  double search_worth = 0.7;
  /// Log sd of what a square that nobody searched has in common besides (eq. 65).
  double untold_sd = 0.7;
  /// How likely ground is confirmed (CHA) that holds nothing, over ground that holds some, (0, 1] (eq. 70).
  double confirmed_in_vain = 0.2;

  bool operator==(const LeftOut&) const = default;
};

struct EstimateOptions {
  std::uint64_t seed = 1;
  int draws = 100;                   ///< joint posterior draws behind the intervals
  std::int64_t most_nodes = 60'000;  ///< of a class's short field; more ground than that gets a coarser lattice
  std::int64_t most_hyper_searches =
      12'000;  ///< searched cells (whole blocks) that the hyperparameters are learned from
  /// Modelled cells, per side, in one cell of the map (map_cells.h); what is expected of polygons and in all stays the
  /// same.
  std::int32_t together = 1;
  double settled = 0.1;                 ///< nats of the bound that a class's last steps may still promise
  int years_ahead = 1;                  ///< presence-only: whose events are expected
  std::vector<std::uint8_t> leave_out;  ///< one flag per cell, may be empty: observations not to be used (validation)
  std::optional<std::array<Hyperparameters, 2>> hyper;  ///< known already: skips learning them
  bool reports = true;  ///< what people met outside searched land is evidence (report_evidence.h)
  bool keep = false;    ///< also leave the state that update_estimate() starts from
  std::optional<std::array<LearntClass, 2>>
      learnt;                       ///< known already, by class: learns none of it anew, but for kinds that it has not
  KindUse kinds = KindUse::totals;  ///< with leave_out: left out whatever it says
  CloserLook closer;                ///< changes nothing else that comes out
  LeftOut left_out;
};

/// What one class's fit found; kept by the caller for validation and for documents.
struct ClassSummary {
  evidence::OrdnanceClass ordnance_class = evidence::OrdnanceClass::mines;
  Hyperparameters hyper;
  double evidence_bound = 0;
  double count_mean = 0;  ///< mean number of items of a cell that holds any
  std::int64_t nodes = 0;
  std::int64_t searched = 0;
  std::int64_t reports = 0;  ///< blocks that nobody searched where people met an item, used as evidence
};

struct EstimateState;  // estimate_state.h

struct EstimateResult {
  HazardEstimate hazard;
  std::shared_ptr<const EstimateState> state;  ///< with options.keep
  std::vector<PolygonEstimate> polygons;
  std::vector<PolygonSurvey> surveys;  ///< with options.closer.surveys: all kinds, of each polygon asked for
  std::vector<ClassSummary> classes;
  std::vector<ClassKinds> kinds;           ///< by class; empty: left out
  std::optional<geo::Raster> kind_raster;  ///< with KindUse::map: kind_bands() for each class and kind
  std::vector<float> predicted_total;      ///< numbers of items in all, by joint draw, ascending
  /// Validation only (leave_out not empty): P(something found by the recorded search) of each left-out searched cell,
  /// over all classes.
  std::vector<std::pair<std::uint32_t, float>> predicted_finds;
};

/// Observations -> what remains, per cell, per polygon and in all (docs/methods/hazard-field.md). A function: same
/// input, settings and seed give the same bytes on any thread count; no I/O, no clock. Errors:
/// estimate.nothing_observed, estimate.no_convergence, estimate.effort_needed (options.closer in presence-only mode),
/// sparse.*, base.cancelled. Cost: O(nodes^1.5) for the factors
/// (nodes <= most_nodes per class), O(cells x (draws + border^2)) for the map, two classes in parallel.
base::Result<EstimateResult> estimate(const evidence::Observations& observations, const EstimateOptions& options = {},
                                      const std::vector<PolygonCells>& polygons = {},
                                      const base::Progress& progress = base::no_progress);

/// Canonical JSON of the settings that matter for the bytes; part of the stamp.
std::string settings_json(const evidence::Observations& observations, const EstimateOptions& options);

}  // namespace firmground::estimate
