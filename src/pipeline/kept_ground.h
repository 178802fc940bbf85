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
  /// All, in the order of the estimate; none: not kept, and measured again.
  std::vector<evidence::CovariateField> covariates;
};

/// Binary, for this version of the program, without the values of covariates.  Same ground, same bytes.
std::string to_bytes(const KeptGround& ground);
/// Errors: estimate.state_unreadable.
base::Result<KeptGround> parse_kept_ground(const std::string& bytes);
/// The values of one covariate, as they lie in memory; nothing where searches change them.  Of a nation's cells all
/// take some 240 MB, which are read in a fraction of the time that measuring them takes.
std::string values_to_bytes(const evidence::CovariateField& field);
/// Of a grid of so many cells.  Errors: estimate.state_unreadable.
base::Result<void> put_values(const std::string& bytes, std::size_t cells, evidence::CovariateField& field);

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
