#pragma once
#include "register/dialect.h"

namespace firmground::registry {

/// A programme as the schema `firmground` of a PostgreSQL database with PostGIS (docs/operations/postgresql.md).
const Dialect& postgis_dialect();

}  // namespace firmground::registry
