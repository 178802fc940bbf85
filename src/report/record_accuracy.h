#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "mineaction/land_account.h"
#include "mineaction/snapshot.h"
#include "report/situation.h"
#include "report/window.h"

namespace firmground::report {

/// design.md section 6: the outline is grown by this, and a find this near confirms.
inline constexpr double kConfirmedWithin_m = 50;
/// design.md section 6: from this share of the grown outline on, a record counts as searched.
inline constexpr double kSearchedShare = 0.20;

struct AccuracyFigures {
  RecordAccuracy all;
  std::vector<RecordAccuracy> by_source;  ///< ascending by source
  std::vector<std::string> notes;
};

/// How often ground that was searched held the minefield that a record promised (docs/methods/situation-indicators.md,
/// eq. 6). `pieces`: a partition, so that released shares add up without a union.  Errors: geo.overlay_failed. Cost:
/// per record one buffer and one overlay with each released piece about it; on all threads, same result on any number.
base::Result<AccuracyFigures> record_accuracy(const mineaction::Snapshot& snapshot,
                                              const std::vector<mineaction::LandPiece>& pieces, const Window& window);

/// Sets accuracy and interval from the counts; nothing when none was searched.
void set_interval(RecordAccuracy& accuracy);

}  // namespace firmground::report
