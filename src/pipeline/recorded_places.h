#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "base/error.h"
#include "evidence/hypotheses.h"
#include "mineaction/snapshot.h"
#include "register/register.h"

/// A person who accepts a correction moves the outline of a record; what was recorded stays in its history.
/// Reconciliation always reads what was recorded, so that nothing is corrected twice and an accepted place is no
/// evidence for itself.
namespace firmground::pipeline {

struct RecordedPlaces {
  /// By record_id the hypothesis that a person settled on: `read_as` of the current version; as-recorded for a record
  /// that came with its place moved already and whose recorded place this register never held.
  std::map<std::string, std::string> settled;
  evidence::WrittenPositions written;            ///< as entered with the current version
  std::map<std::string, std::int64_t> versions;  ///< by record_id the number of the current version
  std::string hash;  ///< content of the snapshot with what was put back; "" when nothing was
};

/// Gives each record of the snapshot whose current version is an accepted correction the outline that its last version
/// before any correction had.  REQUIRES: snapshot.crs; `snapshot` is the current one of `programme`.
/// Errors: those of registry::for_each_record.  Cost: one reading of all versions of minefield records.
base::Result<RecordedPlaces> put_back_recorded(const registry::Register& programme, mineaction::Snapshot& snapshot);

}  // namespace firmground::pipeline
