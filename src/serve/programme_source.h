#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "mineaction/snapshot.h"
#include "pipeline/stored_estimate.h"
#include "register/register.h"

namespace firmground::serve {

/// All that the server shows of a programme, read at one moment.
struct ProgrammeContent {
  mineaction::Snapshot snapshot;
  std::optional<pipeline::StoredEstimate> estimate;  ///< nothing when it was never run
  std::optional<geo::Raster> hazard;                 ///< its map, with the bands of estimate::HazardBand
};

/// Where the server reads from: a programme, or values in a test.  May be used from several threads.
class ProgrammeSource {
 public:
  virtual ~ProgrammeSource() = default;
  /// What people call it: the file's path, or the database's address without its password.
  virtual std::string name() const = 0;
  /// Differs when the programme may have changed; asked on every request, so it must be cheap.
  virtual std::string mark() = 0;
  virtual base::Result<ProgrammeContent> load(const base::Progress& progress) = 0;
  virtual base::Result<std::vector<registry::VersionInfo>> history(const std::string& kind, const std::string& id) = 0;
};

/// Opens a programme for reading.  Errors: those of Register::open.
base::Result<std::unique_ptr<ProgrammeSource>> open_programme(const std::string& path);

}  // namespace firmground::serve
