#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "evidence/observations.h"
#include "evidence/reconcile.h"

namespace firmground::evidence {

/// Name of the covariate that says how likely it is that the field of any record puts a mine into a cell.
inline constexpr std::string_view kReachOfRecords = "reach of reconciled minefields";

/// What reconciled records say of each cell (docs/methods/hazard-field.md, eq. 23-24): the corrected outline under the
/// law of its residual offset, a mixture of two round normal laws that holds 50 and 90 % within the verdict's radii.
/// Deterministic, whatever the thread count.  Cost: linear in the cells that records reach, some 500 each at 50 m.
/// REQUIRES: `reconciled` was made from this snapshot.
RecordFields record_fields(const mineaction::Snapshot& snapshot, const Reconciliation& reconciled,
                           const geo::Grid& grid);

/// The snapshot as it would be had nobody searched the cells that are `hidden` (one flag each; empty: none), and, with
/// options.until, had it been taken on that day: their ground is cut out of land releases, finds in them are left out.
/// Errors: geo.overlay_failed.
base::Result<mineaction::Snapshot> with_search_hidden(const mineaction::Snapshot& snapshot,
                                                      const ObserveOptions& options, const geo::Grid& grid,
                                                      const std::vector<std::uint8_t>& hidden);

/// Reconciles the minefield records of the snapshot, as they were recorded, with the search of `hidden` cells hidden,
/// and puts what they say into `observations`: records, and two covariates for mines in place of those
/// made from the outlines as drawn.  Nothing is done without records or without land releases (presence-only).
/// Errors: those of reconcile() and with_search_hidden().  Cost: that of reconcile().
base::Result<void> reconcile_records(const mineaction::Snapshot& snapshot, const ObserveOptions& options,
                                     const std::vector<std::uint8_t>& hidden, const ReconcileOptions& reconcile_options,
                                     Observations& observations, const base::Progress& progress = base::no_progress);
/// Takes that back: outlines count as drawn.
void forget_records(Observations& observations);

}  // namespace firmground::evidence
