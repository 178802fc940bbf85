#pragma once
#include "register/dialect.h"

namespace firmground::registry {

/// A programme as GeoPackage 1.4 (docs/formats/programme-file.md).
const Dialect& sqlite_dialect();

}  // namespace firmground::registry
