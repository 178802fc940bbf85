#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "register/register.h"

/// Taking a whole batch back: every version and raster that it entered counts as never approved from now on, and what
/// was current before is current again. The batch, its versions and who took it back stay in the history, and a
/// snapshot as entered until a time before the undoing still shows them. The same file may be entered again afterwards.
namespace firmground::registry {

struct UndoOutcome {
  std::int64_t batch = 0;     ///< the entry that takes the other back
  std::int64_t versions = 0;  ///< taken back
  std::int64_t gone = 0;      ///< records that nothing approved stands for any more
  std::int64_t restored = 0;  ///< records that show an earlier approved version again
  std::int64_t later = 0;     ///< records that somebody changed since: the later version stays what is shown
  std::int64_t orphans = 0;   ///< approved records whose link names a record that is gone
};

/// Errors: registry.no_such_batch, registry.undone_already, registry.not_undoable (the undoing of an undoing),
/// registry.reason_needed, registry.hazard_needs_evidence (hazardous areas would leave the map without a second person
/// who agrees), registry.two_people, registry.busy, registry.no_room.
base::Result<UndoOutcome> undo_import(Register& programme, std::int64_t batch, const std::string& author,
                                      const std::string& reason, const std::string& second_person = "");

struct BatchInfo {
  std::int64_t batch = 0;
  std::string action, kind, source, entered_at, author, state, reason;
  std::int64_t rows = 0, accepted = 0, refused = 0;
  std::int64_t undone_by = 0;  ///< 0: it stands
};
/// All batches, newest first.
base::Result<std::vector<BatchInfo>> batches(const Register& programme);

}  // namespace firmground::registry
