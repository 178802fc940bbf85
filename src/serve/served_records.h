#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "geo/geometry.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot.h"

/// The records that are shown one by one, whatever their kind.  A kind here is a layer of the map: a record kind with a
/// place, or the name of a reference layer.  Victims, legs, funding and baselines have none: they leave the server as
/// sums only.
namespace firmground::serve {

/// Position of a record in its list of the snapshot; nothing when there is no such kind or record.
std::optional<std::size_t> find_record(const mineaction::Snapshot& snapshot, std::string_view kind,
                                       std::string_view id);

/// Whether the snapshot can have records of that kind here.
bool is_served(const mineaction::Snapshot& snapshot, std::string_view kind);

/// REQUIRES (all below): position as found in that kind.
std::string id_of(const mineaction::Snapshot& snapshot, std::string_view kind, std::size_t position);
/// Its name where it has one, else its id.
std::string label_of(const mineaction::Snapshot& snapshot, std::string_view kind, std::size_t position);
geo::PlanarGeometry geometry_of(const mineaction::Snapshot& snapshot, std::string_view kind, std::size_t position);
/// Kind of the schema ("reference-layer" for reference layers).
const mineaction::Kind& schema_of(std::string_view kind);
/// The record's values and geometry by that schema: of a minefield record without a geometry of its own, with the
/// ground that its legs lead to and how it was derived.
mineaction::Record record_of(const mineaction::Snapshot& snapshot, std::string_view kind, std::size_t position);

}  // namespace firmground::serve
