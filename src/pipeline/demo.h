#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "mineaction/land_account.h"
#include "register/register.h"
#include "report/situation.h"
#include "simulate/country.h"

namespace firmground::pipeline {

struct DemoOptions {
  simulate::Size size = simulate::Size::small;
  std::uint64_t seed = 1;
  bool force = false;  ///< make the country again; the one that is there stays until the new one is complete
};

struct DemoOutcome {
  bool country_reused = false;        ///< it was there, made with the same size and seed
  bool estimate_reused = false;       ///< the stored estimate belongs to the snapshot
  std::int64_t rows = 0, issues = 0;  ///< of the import; 0 when the country was reused
  mineaction::LandAccount account;
  report::Situation situation;
};

/// The whole river on an invented country: simulate, write import files, make a register and import them, account for
/// the land, estimate what remains, report. The register appears at `path` only when it is complete: it is filled
/// beside it (demo.unfinished.gpkg) and renamed, so that a demo killed at any moment can simply be started again; what
/// is finished is reused. Errors: pipeline.not_a_demo (a file that this did not make is never touched),
/// pipeline.other_demo, pipeline.disk_full, pipeline.demo_unwritable, and those of the stages.
base::Result<DemoOutcome> demo_programme(const std::string& path, const DemoOptions& options,
                                         const base::Progress& progress = base::no_progress);

}  // namespace firmground::pipeline
