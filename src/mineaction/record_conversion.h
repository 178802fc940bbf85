#pragma once
#include "base/error.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot.h"

namespace firmground::mineaction {

/// Appends one stored record of `kind` to the snapshot's typed list (geometry transformed to snapshot.crs).
/// REQUIRES: the record satisfies the kind's schema (intake made sure).  Reference layers: kind "reference-layer", values {id, layer, name}.
void append_record(const Kind& kind, const Record& record, Snapshot& snapshot);

/// All records of `kind` in the snapshot, as they would be imported; the inverse of append_record.
std::vector<Record> records_of(const Kind& kind, const Snapshot& snapshot);

/// Sorts every list by local id and sets the hash.
void finish_snapshot(Snapshot& snapshot);

}  // namespace firmground::mineaction
