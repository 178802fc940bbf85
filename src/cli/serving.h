#pragma once
#include <string>

#include "cli/verbs.h"
#include "serve/server.h"

namespace firmground::cli {

/// Serves a programme until SIGINT or SIGTERM: what `serve` does, and `demo --serve` after its work.
/// Prints the address on standard output when it is ready.  Gives an exit status.
int serve_until_stopped(const std::string& programme, const serve::ServerOptions& options, const Common& common);

}  // namespace firmground::cli
