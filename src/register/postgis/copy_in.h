#pragma once
#include <memory>
#include <string>
#include <vector>

#include "register/postgis/connection.h"
#include "register/store.h"

namespace firmground::registry {

/// Rows through COPY in binary, a megabyte at a time, so that other statements may run in between. When it is finished
/// the numbers that the server makes itself go on after those that were given.
base::Result<std::unique_ptr<StoreBulk>> make_copy_in(std::shared_ptr<Connection> connection, const std::string& table,
                                                      const std::vector<std::string>& columns);

}  // namespace firmground::registry
