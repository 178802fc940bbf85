#pragma once
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "mineaction/snapshot_change.h"
#include "register/database.h"

namespace firmground::registry {

/// Register::snapshot_since() inside a transaction that the caller holds: `snapshot` becomes what it is now, its hash
/// left empty where anything changed.  Nothing, and `snapshot` as it was, where all is to be read anew: most records
/// changed, the latest date of information may have gone, or the entries since are not all in the audit chain.
base::Result<std::optional<mineaction::SnapshotChange>> bring_up_to_date(const Database& database,
                                                                         std::int64_t last_entry,
                                                                         mineaction::Snapshot& snapshot);

}  // namespace firmground::registry
