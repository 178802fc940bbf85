#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/estimate.h"
#include "estimate/scores.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// One forecaster judged on held-out ground; NaN where a score means nothing for it.
struct ScoreRow {
  std::string forecaster;
  double average_precision = 0, auc = 0, brier = 0, log_score = 0, calibration_slope = 0, calibration_error = 0;
  double share_in_1_percent = 0, share_in_5_percent = 0,
         share_in_10_percent = 0;  ///< of finds or events in the riskiest area
  double area_for_90_percent = 0;  ///< share of the area to be worked, riskiest first, for 90 % of them
};

struct Validation {
  std::string method;  ///< in words
  double cell_m = 0;   ///< side of the cells judged: those that the ground is modelled in
  std::int64_t cells = 0;
  std::int64_t positives = 0;
  std::vector<ScoreRow> rows;               ///< ours first, then ours without reconciliation, then the peers
  std::vector<ReliabilityBin> reliability;  ///< ours
};

struct BlockOptions {
  double block_m = 5000;
  double buffer_m = 200;  ///< ground around a held-out block that the fit may not see either
  int folds = 4;
  EstimateOptions estimate;
  evidence::ObserveOptions observe;
};

/// Spatially blocked cross-validation over searched land: whole blocks are held out with a buffer, forecast, and
/// compared with what their search found.  Where there are minefield records, they are reconciled anew in each part,
/// with the search of everything that the fit may not see hidden, and the estimate is judged with them and with their
/// outlines as drawn.  Peers: recorded outline + 50 m; kernel density of finds over effort with the bandwidth that
/// serves it best.  REQUIRES: records lie where they were recorded; a correction that somebody accepted has seen what
/// was found.  Errors: those of observe(), reconcile() and estimate(); estimate.too_few_blocks.
/// Cost: `folds` estimates, with records twice as many and `folds` reconciliations.
base::Result<Validation> validate_blocks(const mineaction::Snapshot& snapshot, const BlockOptions& options,
                                         const base::Progress& progress = base::no_progress);

/// Forward in time for a bare register of events: `history` says where, `later` is what happened afterwards on the same
/// grid. log_score is the mean Poisson log score per cell, every forecaster scaled to `expected_events` in all.
/// REQUIRES: the same grid and area.  Errors: those of estimate.
base::Result<Validation> validate_later_events(const evidence::Observations& history,
                                               const evidence::Observations& later, double expected_events,
                                               const EstimateOptions& options,
                                               const base::Progress& progress = base::no_progress);

}  // namespace firmground::estimate
