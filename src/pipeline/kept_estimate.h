#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "estimate/estimate_state.h"
#include "evidence/regions.h"
#include "mineaction/snapshot.h"
#include "pipeline/estimate_programme.h"
#include "pipeline/kept_ground.h"
#include "pipeline/stored_estimate.h"
#include "register/register.h"

/// What a whole estimate leaves in the programme's file for updates of it and closer looks at it.
namespace firmground::pipeline {

inline constexpr const char* kEstimateState = "estimate-state";        ///< bytes of what all ground shares of the state
inline constexpr const char* kEstimateGround = "estimate-ground";      ///< bytes of KeptGround
inline constexpr const char* kEstimateSnapshot = "estimate-snapshot";  ///< bytes of what was read, if kept
inline constexpr const char* kEstimateTile = "estimate-tile/";         ///< and its number: what state and ground have
inline constexpr const char* kEstimateCovariate = "estimate-covariate/";  ///< of earlier versions; nobody reads it
inline constexpr const char* kEstimateKinds = "estimate-kinds";  ///< kinds by cell of the whole estimate, if asked for

/// What a whole estimate leaves for updates.
struct WholeEstimate {
  const estimate::EstimateState& state;
  const std::optional<std::string>& kind_map;  ///< bytes of a GeoTIFF; empty: not asked for
  std::string stamp;
};
/// What update_estimate_programme() starts from, to be stored with the estimate.
std::vector<registry::StoredResult> kept_for_updates(const KeptGround& ground, const WholeEstimate& whole,
                                                     const std::string& made_at);

/// The whole estimate, and what an update of it, or a closer look at it, starts from.
struct KeptEstimate {
  StoredEstimate whole;     ///< as it was made, whatever updated it since; without its polygons
  EstimateRequest request;  ///< as it was asked for
  estimate::EstimateState state;
  KeptGround ground;
};
/// REQUIRES: snapshot.crs.  Errors: pipeline.no_estimate_to_update, estimate.update_needs_all,
/// estimate.state_unreadable, those of latest_whole_summary() and registry::Register::beside().
base::Result<KeptEstimate> kept_estimate(const registry::Register& programme, const mineaction::Snapshot& snapshot);

/// The parts of kept_estimate(), for those who need less: without its state and what is known by cell.  Errors: as
/// there.
base::Result<KeptEstimate> kept_outline(const registry::Register& programme);
/// Refuses where records that an update cannot follow are others now.  `change`: since the kept estimate, where that is
/// known.
base::Result<void> same_ground(const KeptEstimate& kept, const mineaction::Snapshot& snapshot,
                               const std::optional<mineaction::SnapshotChange>& change = {});
/// What all ground shares of its state.
base::Result<void> load_shared(const registry::Register& programme, KeptEstimate& kept);
/// What is known by cell of a part of the country (estimate::part_round()), half of it over a connection of its own.
/// REQUIRES: load_shared(), and no part yet.
base::Result<void> load_part(const registry::Register& programme, const registry::Register& beside,
                             const evidence::Region& part, KeptEstimate& kept);

/// Does each at the same time as the others; the first error in their order.
base::Result<void> all_done(const std::vector<std::function<base::Result<void>()>>& parts);

}  // namespace firmground::pipeline
