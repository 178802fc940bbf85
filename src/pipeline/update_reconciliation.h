#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/stamp.h"
#include "evidence/reconcile.h"
#include "evidence/reconcile_state.h"
#include "geo/geometry.h"
#include "mineaction/snapshot.h"
#include "pipeline/recorded_places.h"
#include "register/register.h"

/// A find or a release that came in changes what is believed of the records near it, at once: the kept reconciliation
/// is brought up to date there, the rest stands.
namespace firmground::pipeline {

inline constexpr const char* kReconcileState = "reconcile-state";  ///< bytes of KeptState

/// Finds of mines and releases that a reconciliation has seen, by "find ID" and "release ID".
struct SeenEvidence {
  std::uint64_t content = 0;  ///< hash of what bears on records
  geo::Box box;               ///< programme CRS
};
using SeenEvidences = std::map<std::string, SeenEvidence>;
SeenEvidences evidence_seen(const mineaction::Snapshot& snapshot);

struct KeptState {
  evidence::ReconcileState state;
  SeenEvidences seen;
};
std::string to_bytes(const KeptState& kept);
/// Errors: evidence.state_unreadable.
base::Result<KeptState> parse_kept_state(const std::string& bytes);

struct UpdatedRecord {
  double probability_before = 0;
  std::string hypothesis_before;
  evidence::RecordVerdict now;
};

struct ReconcileUpdate {
  std::int64_t finds = 0;              ///< entered, changed or withdrawn since
  std::int64_t releases = 0;           ///< the same
  std::vector<UpdatedRecord> records;  ///< judged again, by record_id
  base::Stamp stamp;
  std::string json;  ///< of all records, as kept
};

/// Judges the records near the finds and releases that changed since the kept reconciliation, as
/// evidence::reconcile_near() does, and keeps the result in its place: verdicts of the others, of sources and accuracy
/// stay, and the stamp says from which reconciliation they are.
/// Errors: pipeline.nothing_to_update, pipeline.update_needs_all, evidence.state_unreadable, those of Register.
base::Result<ReconcileUpdate> update_reconciliation(registry::Register& programme, mineaction::Snapshot snapshot,
                                                    const std::vector<evidence::Hypothesis>& hypotheses);

/// Verdicts of the records that finds and searches in the box bear on, as the kept reconciliation has them with what is
/// on file now; nothing where none is kept that they could come from. Nothing is stored.
/// REQUIRES: `recorded` is the snapshot with what was recorded put back, `accepted` what that gave.
/// Errors: evidence.state_unreadable, evidence.state_stale, those of Register.
base::Result<std::optional<std::vector<evidence::RecordVerdict>>> verdicts_near(const registry::Register& programme,
                                                                                const mineaction::Snapshot& recorded,
                                                                                const RecordedPlaces& accepted,
                                                                                const geo::Box& box);

}  // namespace firmground::pipeline
