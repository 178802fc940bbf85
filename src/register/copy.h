#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"

namespace firmground::registry {

struct CopyReport {
  struct Table {
    std::string name;
    std::int64_t rows = 0;
  };
  std::string from, to;  ///< as they are named to people
  std::vector<Table> tables;
  std::int64_t attachments = 0;
  std::int64_t attachments_missing = 0;  ///< of those, not there at the source, or changed there
  std::string snapshot;                  ///< hash of the current snapshot, the same in both
  std::string head;                      ///< of the audit chain (Verification::head), the same in both
  std::int64_t findings = 0;  ///< what does not fit (Verification::finding_count) in the source as in the copy
};

/// Copies a programme into a new one, in either store: every row of every table that the register keeps, with its
/// number, byte for byte; the current layers are made anew from the versions. One state of the source, whoever writes
/// to it meanwhile; the target whole or not at all. Before the target is kept, rows and content of each table are
/// compared with the source, and afterwards both snapshots and the audit chain. Attachments go along; the vault does
/// not. `from`, `to`: as Register::open. Errors: those of Register::open and create; registry.copy_table_unknown,
/// registry.copy_differs; base.cancelled.  Cost: linear.
base::Result<CopyReport> copy_programme(const std::string& from, const std::string& to,
                                        const base::Progress& progress = base::no_progress);

}  // namespace firmground::registry
