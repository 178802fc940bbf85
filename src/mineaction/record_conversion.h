#pragma once
#include <map>
#include <set>
#include <string>

#include "base/error.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot.h"

namespace firmground::mineaction {

/// True when the snapshot has a list of this kind, because a stage computes with it. The other kinds are records that
/// register, import, export, history and map handle by their schema alone.
bool is_in_snapshot(const Kind& kind);

/// Appends one stored record of `kind` to the snapshot's typed list (geometry transformed to snapshot.crs).
/// REQUIRES: is_in_snapshot(kind); the record satisfies the kind's schema (intake made sure).  Reference layers: kind
/// "reference-layer", values {id, layer, name}.
void append_record(const Kind& kind, const Record& record, Snapshot& snapshot);

/// All records of `kind` in the snapshot, as they would be imported; the inverse of append_record, but for how
/// positions were entered (as_entered.h), with which no stage computes.
std::vector<Record> records_of(const Kind& kind, const Snapshot& snapshot);

/// Gives an id to every place, baseline, leg and reference feature that has none (see generated_id()).
/// REQUIRES: snapshot.crs, where there are geometries.
void fill_generated_ids(Snapshot& snapshot);

/// Fills generated ids, sorts every list by local id and sets the hash. The result does not depend on the order of
/// entry. Cost: O(n) when the lists are sorted already, as the register hands them over; else O(n log n).
void finish_snapshot(Snapshot& snapshot);

/// Local ids by name of the kind; of a feature of any reference layer under "reference-layer".
using RecordIds = std::map<std::string, std::set<std::string>>;

/// Those of all records of a snapshot, in kinds of which it has any.
RecordIds ids_in(const Snapshot& snapshot);

/// Takes the records with the ids `gone` out of the snapshot, gives these, and puts all records of `come` in; what is
/// left to finish is its hash.  REQUIRES: both have one CRS, and the snapshot was finished; no other record of it has
/// the id of one that comes.  Cost: O(n) for kinds of which records go or come.
Snapshot replace_records(Snapshot& snapshot, const RecordIds& gone, Snapshot come);

}  // namespace firmground::mineaction
