#pragma once
#include "base/error.h"
#include "register/database.h"

namespace firmground::registry {

/// The tables that tell who did what, when and why, where the file lacks them (docs/formats/programme-file.md):
///   firmground_audit       a link of the hash chain per entry (audit.h)
///   firmground_revocation  versions that were taken back (undo.h)
///   firmground_undo        batches that were taken back (undo.h)
///   firmground_merge       duplicates and the record that stands for them (merge.h)
///   firmground_attachment  papers and pictures of a record, named by their content (attachment.h)
/// All of them only grow.
base::Result<void> create_trail(Database& database);

}  // namespace firmground::registry
