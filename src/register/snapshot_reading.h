#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/dates.h"
#include "base/error.h"
#include "mineaction/snapshot.h"
#include "register/database.h"
#include "register/layout.h"

/// What a snapshot is read with, inside a transaction that the caller holds.
namespace firmground::registry {

/// Which versions are looked at.
struct Window {
  std::optional<std::string> as_of;  ///< last day, "2024-12-31"
  std::int64_t last_batch = std::numeric_limits<std::int64_t>::max();
};

/// Adds the approved current records of a layer; `among`: a further condition on the row `v` of the versions, "" for
/// all. The latest date of information among them, "" when none has one; nothing is read of a kind that is in no
/// snapshot.  REQUIRES: snapshot.crs.
base::Result<std::string> append_layer(const Database& database, const Layer& layer, const Window& window,
                                       mineaction::Snapshot& snapshot, const std::string& among = "");

/// Adds the approved current rasters by name.  REQUIRES: snapshot.crs.
base::Result<void> append_covariates(const Database& database, const Window& window, mineaction::Snapshot& snapshot);

/// Reads all of a snapshot that has its programme and CRS already, and finishes it.
base::Result<mineaction::Snapshot> read_whole(const Database& database, mineaction::Snapshot begun,
                                              const std::optional<base::Date>& as_of, const Window& window);

}  // namespace firmground::registry
