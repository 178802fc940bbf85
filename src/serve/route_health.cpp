#include <nlohmann/json.hpp>

#include "base/stamp.h"
#include "serve/call.h"

namespace firmground::serve {

base::Result<Response> get_health(const Call& call) {
  const mineaction::Snapshot& snapshot = call.edition.snapshot();
  const pipeline::StoredEstimate* stored = call.edition.estimate();
  nlohmann::ordered_json estimate = {{"stored", stored != nullptr}, {"made_at", nullptr}, {"stale", nullptr}};
  if (stored != nullptr) {
    estimate["made_at"] = stored->made_at;
    estimate["stale"] = stored->stale;
  }
  const nlohmann::ordered_json json = {{"status", "ok"},
                                       {"version", base::version()},
                                       {"programme", snapshot.programme.name},
                                       {"snapshot", snapshot.hash},
                                       {"estimate", estimate}};
  return json_response(json.dump());
}

}  // namespace firmground::serve
