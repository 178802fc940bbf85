#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "base/stamp.h"
#include "evidence/reconcile.h"
#include "evidence/record_accuracy.h"
#include "mineaction/snapshot.h"
#include "pipeline/recorded_places.h"
#include "register/register.h"

namespace firmground::pipeline {

/// Names of the derived results that a programme keeps (registry::StoredResult::name).
inline constexpr const char* kReconciliation = "reconciliation";
inline constexpr const char* kReconciledPlaces = "reconciled-places";  ///< JSON of KeptPlaces

struct ReconcileRequest {
  evidence::ReconcileOptions options;                  ///< `known` is filled from the register and from known_of_groups
  std::map<std::string, std::string> known_of_groups;  ///< source or map sheet -> id of the hypothesis that holds of it
};

struct ReconcileOutcome {
  evidence::ReconcileOptions options;  ///< as run
  mineaction::Snapshot recorded;       ///< what was read: accepted corrections put back to where they were recorded
  RecordedPlaces accepted;
  evidence::Reconciliation result;
  evidence::RecordAccuracy accuracy;
  base::Stamp stamp;
  std::string json;  ///< of design.md section 6, as printed and kept
};

/// Reconciles what was recorded, measures its accuracy, and keeps both with their stamp as derived data: nothing that
/// was recorded changes. A record whose correction a person accepted is read as it was recorded, under the accepted
/// hypothesis alone. A result for some sources only is not kept.
/// Errors: those of evidence::reconcile() and Register::store, pipeline.known_unnamed.
base::Result<ReconcileOutcome> reconcile_programme(registry::Register& programme, mineaction::Snapshot snapshot,
                                                   const ReconcileRequest& request,
                                                   const base::Progress& progress = base::no_progress);

struct PageOptions {
  std::optional<double> stated;  ///< accuracy, a share, that was stated of the records
  std::string language = "en";   ///< of the readings' words
};

/// One HTML file that tells the reconciliation; it reconciles once more with a third of the releases kept out.
/// Errors: those of evidence::reconcile().
base::Result<std::string> reconciliation_html(const ReconcileOutcome& outcome, const PageOptions& page,
                                              const base::Progress& progress = base::no_progress);

/// Corrected outlines in WGS 84 with what was found out about each, in the format that the ending of the name says.
/// Records that no hypothesis gives a place are left out.  Errors: pipeline.corrected_format_unknown, those of
/// exchange::write_tables.
base::Result<void> write_corrected(const std::string& path, const ReconcileOutcome& outcome, const geo::Crs& crs);

}  // namespace firmground::pipeline
