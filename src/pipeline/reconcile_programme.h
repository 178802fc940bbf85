#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "base/stamp.h"
#include "evidence/reconcile.h"
#include "mineaction/snapshot.h"
#include "register/register.h"

namespace firmground::pipeline {

/// Name of the derived result that a programme keeps (registry::StoredResult::name).
inline constexpr const char* kReconciliation = "reconciliation";

struct ReconcileOutcome {
  evidence::Reconciliation result;
  std::vector<evidence::Hypothesis> hypotheses;
  base::Stamp stamp;
  std::string json;  ///< of design.md section 6, as printed and kept
};

/// reconcile and keep the result with its stamp, as derived data: nothing that was recorded changes. A result for some
/// sources only is not kept.  Errors: those of evidence::reconcile() and Register::store.
base::Result<ReconcileOutcome> reconcile_programme(registry::Register& programme, const mineaction::Snapshot& snapshot,
                                                   const evidence::ReconcileOptions& options,
                                                   const base::Progress& progress = base::no_progress);

/// Corrected outlines in WGS 84 with what was found out about each, in the format that the ending of the name says.
/// Records that no hypothesis gives a place are left out.  Errors: pipeline.corrected_format_unknown, those of
/// exchange::write_tables.
base::Result<void> write_corrected(const std::string& path, const ReconcileOutcome& outcome, const geo::Crs& crs);

}  // namespace firmground::pipeline
