#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "register/database.h"
#include "register/layout.h"
#include "register/register.h"

namespace firmground::registry {

/// A SELECT of versions `v` of records `r` with their entries, for read_version_info(); `condition` is what stands
/// after WHERE.
std::string version_info_select(const Layer& layer, const std::string& condition);

/// The row that stands in such a statement.  Errors: registry.damaged.
base::Result<VersionInfo> read_version_info(const Layer& layer, const Statement& row);

/// All rows of such a statement, whose parameters are bound.
base::Result<std::vector<VersionInfo>> read_version_infos(const Layer& layer, Statement& rows);

/// The layer of a kind or reference layer.  Errors: registry.no_such_layer (names the nearest).
base::Result<Layer> find_layer(const Database& database, const std::string& kind);

}  // namespace firmground::registry
