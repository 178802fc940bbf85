#pragma once
#include <optional>
#include <vector>

#include "evidence/covariates.h"
#include "evidence/observations.h"
#include "evidence/regions.h"
#include "mineaction/snapshot_change.h"

namespace firmground::evidence {

/// Boxes of the finds, accidents and land releases that are not the same any more, as they were and as they are.  Cost:
/// O(vertices) to compare records.
std::vector<geo::Box> changed_boxes(const mineaction::SnapshotChange& change);
/// The rectangle of cells of the country that the boxes lie in, and some cells round it; nothing where there are none.
std::optional<Region> ground_changed(const std::vector<geo::Box>& changed, const geo::Grid& country);

/// Of observations of a part of the country, what of the rest decides whether covariates are worth having.
struct GroundBeyond {
  ReleasedCells released;
  bool said = false;  ///< a survey statement is known of any cell
};

/// Makes what was observed before the change into what is observed `now`, after finds, accidents and land releases came
/// in, changed or were withdrawn: only ground near these is observed again, as it was and as it is, and where the two
/// differ the later one is taken.  Cells elsewhere stay to the byte; the others are as observe() has them, but for the
/// rounding of the shares that releases cover.  How many polygons of survey statements were searched stays as it was.
/// False where all ground should be observed instead: nobody drew the country, many or large records changed, or what
/// one covariate is measured by (the only statement; shares of land cleared and reduced, which any search may change
/// where all that was searched was cleared).  Of `observations` only what searches do not change is then what it was.
/// REQUIRES: `observations`, which may be of a part of the country that holds ground_changed() and all cells as far as
/// share_searched_reach() round it twice, are observe() of what was before, in the cells of `options` and with its
/// days, in mode effort, whatever was made of minefield records and their covariates since, CovariateField::was empty;
/// nothing else changed that observe() reads; `changed` are changed_boxes() of the change. Cost: to go through all
/// records once, and observing the ground near the changed ones; where the ground that was searched is no longer the
/// same, share_searched_changes(), and measure_again() where that was before the last CHA was reported.
bool observe_since(const mineaction::Snapshot& now, const mineaction::SnapshotChange& change,
                   const std::vector<geo::Box>& changed, const ObserveOptions& options, Observations& observations,
                   const GroundBeyond& beyond = {});

}  // namespace firmground::evidence
