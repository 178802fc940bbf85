#pragma once
#include <string>

#include "base/error.h"
#include "register/database.h"

namespace firmground::registry {

/// Fills the empty R-tree of a layer's geometries in one go, packed by sort-tile-recursive (Leutenegger, Edgington &
/// Lopez 1997): inserting 160,000 finds one by one takes SQLite 1.2 s, packing them 0.1 s. Writes the nodes as SQLite's
/// R-tree module keeps them (its source, "Database Format of R-Tree Tables", which is part of SQLite's stable file
/// format); rtreecheck() holds the tests to it. REQUIRES: a transaction; rtree_<table>_geom exists and is empty.  Cost:
/// O(n log n).
base::Result<void> pack_rtree(Database& database, const std::string& table);

}  // namespace firmground::registry
