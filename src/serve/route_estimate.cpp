#include <nlohmann/json.hpp>

#include "serve/call.h"

namespace firmground::serve {

base::Result<Response> get_estimate(const Call& call) {
  const pipeline::StoredEstimate* estimate = call.edition.estimate();
  if (estimate == nullptr) {
    return base::fail("serve.no_estimate", {{"programme", call.source.name()}});
  }
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(pipeline::to_json(*estimate));
  json.erase("polygons");  // each record carries its own (/api/records)
  json["made_at"] = estimate->made_at;
  json["stale"] = estimate->stale;
  return json_response(json.dump());
}

}  // namespace firmground::serve
