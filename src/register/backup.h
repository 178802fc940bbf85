#pragma once
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/progress.h"

/// Copies of a programme that can be trusted: the register, its attachments and its vault, verified before they get
/// their name. A backup is a programme file, whichever store it was made from, and is restored into either.
namespace firmground::registry {

struct BackupOutcome {
  std::string file;        ///< what was made, as it is named to people
  std::int64_t bytes = 0;  ///< of the register as a file
  std::string head;        ///< of its audit chain
  std::int64_t links = 0, versions = 0, attachments = 0;
  bool vault = false;    ///< there is one, copied as it is: locked
  std::string replaced;  ///< where the programme lies that was there before, "" when there was none
};

/// The state of one moment, also while others write. `from`: as Register::open. `to`: a file that does not exist.
/// Errors: registry.exists, registry.backup_needs_file, registry.backup_not_whole (names the first finding of verify),
/// registry.attachments_need_folder, registry.not_a_programme, base.file_unwritable, registry.no_room, base.cancelled;
/// of a database those of copy_programme.
base::Result<BackupOutcome> backup(const std::string& from, const std::string& to,
                                   const base::Progress& progress = base::no_progress);

/// What becomes of a programme that stands where the restored one is to be.
enum class Existing {
  refuse,
  set_aside  ///< it is renamed, with its attachments and vault; nothing is deleted
};
/// `to`: a path, or the address of a database without a programme; what is there in a database is never set aside.
/// Errors: as backup(); registry.restore_exists; registry.restore_needs_empty_database; registry.vault_needs_file when
/// the backup has a vault and the database no place for one; registry.busy when somebody writes into the programme to
/// be replaced.
base::Result<BackupOutcome> restore(const std::string& from, const std::string& to, Existing existing,
                                    const base::Progress& progress = base::no_progress);

}  // namespace firmground::registry
