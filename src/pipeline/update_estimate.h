#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/estimate_state.h"
#include "evidence/observations.h"
#include "mineaction/snapshot.h"
#include "pipeline/estimate_programme.h"
#include "pipeline/kept_estimate.h"
#include "pipeline/stored_estimate.h"
#include "register/register.h"

/// A find, an accident or a release that came in changes the map within its range at once; the next whole estimate
/// learns from it.
namespace firmground::pipeline {

struct EstimateUpdateRequest {
  bool kind_map = false;  ///< P(any) and expected items of each kind by cell, too
};

struct EstimateUpdateOutcome {
  StoredEstimate stored;
  std::optional<std::string> kind_map;  ///< when asked for: a Cloud-Optimised GeoTIFF
  std::int64_t cells_changed = 0;
  std::int64_t reports_changed = 0;  ///< places outside searched land where people met an item, by class
  std::int64_t reports_aside = 0;    ///< the same of classes whose reports are no evidence
  std::int64_t cells_looked_at = 0;  ///< modelled cells of the part of the country that was read
  std::int64_t cells_refreshed = 0;
  std::int64_t polygons_refreshed = 0;
  std::int64_t polygons_unknown = 0;  ///< entered since, and larger than an update can tell
  double shift_beyond = 0;            ///< of the log intensity, at most, where the map stayed as it was
  double items_before = 0;
  std::map<std::string, double> seconds;  ///< "read", "ground", "maps", "engine", "store": where time went
};

/// Brings the kept estimate up to date with finds, accidents and releases that came in, changed or were withdrawn since
/// the last whole one, as estimate::update_estimate() does, and keeps what differs from that: hyperparameters, laws of
/// counts, how likely people meet what is there, what was learned of kinds and what minefield records say stay, and the
/// stamp says from which estimate they are. Errors: pipeline.no_estimate_to_update, pipeline.no_kinds_to_update,
/// estimate.update_needs_all, estimate.state_unreadable, mineaction.snapshot_unreadable, those of
/// registry::Register::beside(), observe(), update_estimate() and store_update().
base::Result<EstimateUpdateOutcome> update_estimate_programme(registry::Register& programme,
                                                              const EstimateUpdateRequest& request = {},
                                                              const base::Progress& progress = base::no_progress);
/// The same with the register as somebody read it already.
base::Result<EstimateUpdateOutcome> update_estimate_programme(registry::Register& programme,
                                                              const mineaction::Snapshot& snapshot,
                                                              const EstimateUpdateRequest& request = {},
                                                              const base::Progress& progress = base::no_progress);

}  // namespace firmground::pipeline
