#pragma once
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/progress.h"

/// Copies of a programme file that can be trusted: the register, its attachments and its vault, verified before they
/// get their name. (A programme in PostgreSQL is backed up by PostgreSQL's own means, or copied to a file.)
namespace firmground::registry {

struct BackupOutcome {
  std::string file;
  std::int64_t bytes = 0;  ///< of the register
  std::string head;        ///< of its audit chain
  std::int64_t links = 0, versions = 0, attachments = 0;
  bool vault = false;    ///< there is one, copied as it is: locked
  std::string replaced;  ///< where the programme lies that was there before, "" when there was none
};

/// The state of one moment, also while others write. `to` must not exist.
/// Errors: registry.exists, registry.backup_needs_file, registry.backup_not_whole (names the first finding of verify),
/// registry.not_a_programme, base.file_unwritable, registry.no_room, base.cancelled.
base::Result<BackupOutcome> backup(const std::string& from, const std::string& to,
                                   const base::Progress& progress = base::no_progress);

/// What becomes of a programme that stands where the restored one is to be.
enum class Existing {
  refuse,
  set_aside  ///< it is renamed, with its attachments and vault; nothing is deleted
};
/// Errors: as backup(); registry.restore_exists; registry.busy when somebody writes into the programme to be replaced.
base::Result<BackupOutcome> restore(const std::string& from, const std::string& to, Existing existing,
                                    const base::Progress& progress = base::no_progress);

}  // namespace firmground::registry
