#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "register/store.h"

namespace firmground::registry {

/// Made under another name and moved into place, so that a killed init leaves nothing that looks like a programme.
/// Errors: registry.exists, base.file_unwritable.
base::Result<void> create_geopackage(const std::string& path, const std::function<base::Result<void>(Database&)>& fill);

/// A GeoPackage file: foreign keys on, the ST_ functions that GeoPackage triggers call, nothing reported as entered
/// before it is on the disk.  Errors: base.file_unreadable, base.file_unwritable, registry.damaged,
/// registry.not_a_programme.
base::Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, Database::Mode mode,
                                                 std::chrono::milliseconds busy_timeout);

}  // namespace firmground::registry
