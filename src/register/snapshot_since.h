#pragma once
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "mineaction/snapshot.h"
#include "register/database.h"

namespace firmground::registry {

/// Register::snapshot_since() inside a transaction that the caller holds, its hash left empty where anything changed;
/// nothing where all is to be read anew: most
/// records changed, the latest date of information may have gone, or the entries since are not all in the audit chain.
base::Result<std::optional<mineaction::Snapshot>> brought_up_to_date(const Database& database,
                                                                     mineaction::Snapshot then,
                                                                     std::int64_t last_entry);

}  // namespace firmground::registry
