#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "evidence/hypotheses.h"
#include "register/register.h"

/// A person takes over what reconciliation found out: the record gets a new version whose outline lies where the field
/// does, with the hypothesis and the reason. Nothing is overwritten; undo-import of the batch takes it back.
namespace firmground::pipeline {

struct AcceptRequest {
  std::vector<std::string> record_ids;  ///< or all records of:
  std::vector<std::string> sources;
  std::vector<std::string> sheets;
  std::string hypothesis;  ///< settles the reading; "" = the likeliest of each record
  std::vector<evidence::Hypothesis> hypotheses = evidence::standard_hypotheses();
  std::string reason;
  std::string author;
  bool keep_good = false;  ///< accept those that can be accepted, tell the others
  bool dry_run = false;
};

struct AcceptedRecord {
  std::string id;
  std::string hypothesis;
  std::int64_t version = 0;  ///< that was entered, or would be
  double probability_exists = 0;
  double moved_m = 0;  ///< from where it was recorded
  double bearing_deg = 0;
  bool drawn = false;  ///< it was recorded with a place
};

struct AcceptOutcome {
  std::int64_t batch = 0;  ///< 0: nothing was entered
  std::vector<AcceptedRecord> accepted;
  std::vector<base::Error> obstacles;  ///< with keep_good
};

/// One transaction, one entry; the first obstacle refuses all, unless keep_good. Without a hypothesis the places are
/// those of the reconciliation last kept, and a record that changed since is refused; with one, the records are
/// reconciled again under it alone.
/// Errors: registry.reason_needed, registry.no_such_record, registry.conflict, registry.busy, evidence.no_such_source,
/// evidence.no_such_hypothesis, pipeline.no_such_sheet, pipeline.no_reconciliation, pipeline.correction_stale,
/// pipeline.correction_not_placed.
base::Result<AcceptOutcome> accept_corrections(registry::Register& programme, const AcceptRequest& request,
                                               const base::Progress& progress = base::no_progress);

}  // namespace firmground::pipeline
