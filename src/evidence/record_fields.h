#pragma once
#include <cstdint>
#include <vector>

#include "evidence/covariates.h"
#include "evidence/observations.h"
#include "evidence/reconcile.h"

namespace firmground::evidence {

/// What reconciled records say of each cell (docs/methods/hazard-field.md, eq. 23-24): the mines of each field, spread
/// over its outline under every reading and displacement that reconciliation leaves open, by their weights.
/// Deterministic, whatever the thread count.  Cost: linear in places x the cells that an outline touches.
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
/// and puts what they say into `observations`: records, and for mines a distance to them in place of the covariates
/// made from the outlines as drawn.  Nothing is done without records or without land releases (presence-only).
/// Errors: those of reconcile() and with_search_hidden().  Cost: that of reconcile().
base::Result<void> reconcile_records(const mineaction::Snapshot& snapshot, const ObserveOptions& options,
                                     const std::vector<std::uint8_t>& hidden, const ReconcileOptions& reconcile_options,
                                     Observations& observations, const base::Progress& progress = base::no_progress);
/// The same with a reconciliation that was made before.
void use_records(const mineaction::Snapshot& seen, const Reconciliation& reconciled, Observations& observations);
/// The same with what was made of the records before; `keep`: see covariates.h.
void use_records(RecordFields records, Observations& observations, const KeepField& keep = {});
/// Takes that back: outlines count as drawn.
void forget_records(Observations& observations);

}  // namespace firmground::evidence
