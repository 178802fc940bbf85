#pragma once
#include "base/error.h"
#include "register/database.h"

/// A register that an older Firmground wrote is brought up to kLayout when it is opened: forward only, in one
/// transaction, whichever process comes first; killed at any moment it is the old one or the new one. Each step is
/// dated and kept in firmground_migration. A new table, or another meaning of an old one, is a new layout with a step
/// here; a new kind or a new field of a kind is not (extend_layout adds it).
namespace firmground::registry {

/// Errors: registry.newer_version, registry.busy, registry.not_permitted (a role that may not change tables).
base::Result<void> migrate(Database& database);

/// The table in which the steps are kept, for a register that is being made or copied.
base::Result<void> create_migration_table(Database& database);

/// In a register that is being made: says in which layout, and what its tables were made for.
base::Result<void> begin_migrations(Database& database);

}  // namespace firmground::registry
