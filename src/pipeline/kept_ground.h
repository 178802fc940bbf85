#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "estimate/estimate_state.h"
#include "evidence/observations.h"
#include "evidence/observe_since.h"
#include "evidence/regions.h"
#include "mineaction/snapshot.h"

/// What a whole estimate saw of the ground, for updates of it and closer looks at it.
namespace firmground::pipeline {

/// What was seen of it, but for what the estimate's state has too.
struct SeenGround {
  geo::Grid grid;
  std::array<evidence::KindFinds, 2> kinds;  ///< of all the country
  evidence::ReleasedCells released;          ///< of all the country, where outcomes are a covariate
  std::uint64_t said = 0;                    ///< cells of the country of which a survey statement is known
  std::vector<std::uint8_t> inside{};
  std::array<std::vector<evidence::Report>, 2> reports{};
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

/// Binary, for this version of the program, without what is known by cell and without the snapshot, which are kept
/// apart.  Same ground, same bytes.
std::string to_bytes(const KeptGround& ground);
/// Errors: estimate.state_unreadable.
base::Result<KeptGround> parse_kept_ground(std::string_view bytes);
/// What is known by cell of a tile of the country, but for values of covariates that the estimate's state has (survey
/// statements, how land was released).  Of a nation's cells all take some 240 MB, which are read in a fraction of the
/// time that measuring them takes.
std::string tile_to_bytes(const KeptGround& ground, const geo::Grid& country, const evidence::Region& tile);
/// Into `ground`, which is as parse_kept_ground() gave it, those of the tiles that make a part of the country.
/// Errors: estimate.state_unreadable.
base::Result<void> put_tiles(const std::vector<std::pair<evidence::Region, std::string_view>>& tiles,
                             const geo::Grid& country, const evidence::Region& part, KeptGround& ground);

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
/// What the whole estimate observed, in the state's part of the country.
struct ObservedThen {
  evidence::Observations observations;
  evidence::GroundBeyond beyond;
};
/// REQUIRES: ground.seen, and what is known by cell of the state's part; `snapshot` has the CRS and the reference
/// features of what was observed, or same_ground() refuses what is told.  Errors: estimate.state_unreadable (ground and
/// state are not of the same estimate).
base::Result<ObservedThen> observed_then(KeptGround ground, const estimate::EstimateState& state,
                                         const mineaction::Snapshot& snapshot, const evidence::ObserveOptions& options);
/// What is observed now on the same ground: as evidence::observe(), with what the whole estimate made of minefield
/// records.
evidence::Observations on_kept_ground(ObservedNow now, KeptGround ground, const mineaction::Snapshot& snapshot,
                                      const evidence::ObserveOptions& options);

}  // namespace firmground::pipeline
