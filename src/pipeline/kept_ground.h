#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "evidence/observations.h"
#include "mineaction/snapshot.h"

/// What a whole estimate saw of the ground, for updates of it and closer looks at it.
namespace firmground::pipeline {

struct KeptGround {
  std::string hash;   ///< of all records that an update cannot follow
  double cell_m = 0;  ///< of the cells that the ground was modelled in
  std::optional<evidence::RecordFields> records;
  /// All, in the order of the estimate; empty: not kept, and measured again.
  std::vector<evidence::CovariateField> covariates;
};

/// Binary, for this version of the program; covariates apart: of a nation they take some 150 MB, which is read in a
/// fraction of the time that measuring takes. Values that searches change are not kept.  Same ground, same bytes.
std::string to_bytes(const KeptGround& ground);
std::string covariates_to_bytes(const KeptGround& ground);
/// Without covariates.  Errors: estimate.state_unreadable.
base::Result<KeptGround> parse_kept_ground(const std::string& bytes);
/// Those of a grid of so many cells.  Errors: estimate.state_unreadable.
base::Result<std::vector<evidence::CovariateField>> parse_kept_covariates(const std::string& bytes, std::size_t cells);

/// Content hash of what an update cannot follow: all that the estimate reads but finds, accidents and land releases.
std::string ground_hash(const mineaction::Snapshot& snapshot);

/// What needs nothing that was kept.
struct ObservedNow {
  evidence::Observations observations;                ///< without covariates
  std::vector<evidence::CovariateField> of_searches;  ///< covariates_of_searches()
};
/// Errors: those of evidence::observe_effort().
base::Result<ObservedNow> observe_now(const mineaction::Snapshot& snapshot, const evidence::ObserveOptions& options,
                                      const base::Progress& progress = base::no_progress);
/// What is observed now on the same ground: as evidence::observe(), with what the whole estimate made of minefield
/// records.
evidence::Observations on_kept_ground(ObservedNow now, KeptGround ground, const mineaction::Snapshot& snapshot,
                                      const evidence::ObserveOptions& options);

}  // namespace firmground::pipeline
