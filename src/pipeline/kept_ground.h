#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/estimate_state.h"
#include "evidence/observations.h"
#include "mineaction/snapshot.h"

/// What a whole estimate saw of the ground, for updates of it and closer looks at it.
namespace firmground::pipeline {

/// What was seen of it, but for what the estimate's state has too.
struct SeenGround {
  geo::Grid grid;
  std::vector<std::uint8_t> inside;
  std::array<std::vector<evidence::Report>, 2> reports;
  std::array<evidence::KindFinds, 2> kinds;
};

struct KeptGround {
  std::string hash;   ///< of all records that an update cannot follow
  double cell_m = 0;  ///< of the cells that the ground was modelled in
  std::optional<evidence::RecordFields> records;
  /// All, in the order of the estimate; none: not kept, and measured again.
  std::vector<evidence::CovariateField> covariates;
  std::optional<SeenGround> seen{};  ///< empty: not kept, and observed again
  std::string snapshot{};            ///< mineaction::to_bytes() of what was observed; empty: not kept, or too large
};
/// What is kept of what a whole estimate observed, of a country in one piece.
KeptGround kept_ground(const mineaction::Snapshot& snapshot, evidence::Observations observations);

/// Binary, for this version of the program, without the values of covariates and without the snapshot, which are kept
/// apart.  Same ground, same bytes.
std::string to_bytes(const KeptGround& ground);
/// Errors: estimate.state_unreadable.
base::Result<KeptGround> parse_kept_ground(const std::string& bytes);
/// The values of one covariate, as they lie in memory; nothing where the estimate's state has them (survey statements,
/// how land was released).  Of a nation's cells all take some 240 MB, which are read in a fraction of the time that
/// measuring them takes.
std::string values_to_bytes(const evidence::CovariateField& field);
/// Errors: estimate.state_unreadable.
base::Result<void> put_values(std::string_view bytes, evidence::CovariateField& field);

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
/// What the whole estimate observed.  REQUIRES: ground.seen, and the values of its covariates; `state` and `then`,
/// which ground.snapshot says, are of the same estimate.  Errors: estimate.state_unreadable (they are not).
base::Result<evidence::Observations> observed_then(KeptGround ground, const estimate::EstimateState& state,
                                                   const mineaction::Snapshot& then,
                                                   const evidence::ObserveOptions& options);
/// What is observed now on the same ground: as evidence::observe(), with what the whole estimate made of minefield
/// records.
evidence::Observations on_kept_ground(ObservedNow now, KeptGround ground, const mineaction::Snapshot& snapshot,
                                      const evidence::ObserveOptions& options);

}  // namespace firmground::pipeline
