#pragma once
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "evidence/reconcile.h"
#include "evidence/record_accuracy.h"
#include "mineaction/snapshot.h"

/// Whether P(exists) ranks records rightly, on ground that it has not seen.
namespace firmground::evidence {

struct ExistenceBin {
  double from = 0, to = 1;    ///< of P(exists), made without the ground kept out
  double predicted = 0;       ///< mean of it
  AccuracyFigure with_finds;  ///< share of which a mine was found on the ground kept out
};

struct HeldOut {
  std::int64_t releases = 0;       ///< kept out
  std::vector<ExistenceBin> bins;  ///< that hold a record, ascending
};

/// Every third release is kept out, with what was found on it; the rest is reconciled; of each record whose 50 % region
/// lies by a fifth on ground kept out it is asked whether a mine was found there. Such a share must rise with
/// P(exists); it stays below it, because fields lie partly elsewhere and decay. Errors and cost: those of reconcile().
base::Result<HeldOut> held_out(const mineaction::Snapshot& snapshot, const ReconcileOptions& options,
                               const base::Progress& progress = base::no_progress);

}  // namespace firmground::evidence
