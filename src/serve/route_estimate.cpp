#include <nlohmann/json.hpp>

#include "pipeline/told_besides.h"
#include "serve/call.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::ordered_json;

/// What was told besides, of which polygons; else why not, and how to get it.
Json told_besides(const pipeline::StoredEstimate& estimate, const std::string& programme) {
  const std::string polygons = estimate.closer ? estimate.closer->polygons : "hazards";
  const bool evidence = pipeline::evidence_told(estimate, polygons);
  const bool surveys = pipeline::surveys_told(estimate, polygons);
  return {{"polygons", polygons},
          {"without_evidence", evidence},
          {"surveys", surveys},
          {"settings", surveys ? pipeline::settings_json(*estimate.closer->settings) : Json(nullptr)},
          {"why_not", evidence && surveys ? Json(nullptr) : Json(pipeline::why_not_told(estimate))},
          {"command", pipeline::command_to_tell(estimate, programme, polygons)}};
}

}  // namespace

base::Result<Response> get_estimate(const Call& call) {
  const pipeline::StoredEstimate* estimate = call.edition.estimate();
  if (estimate == nullptr) {
    return base::fail("serve.no_estimate", {{"programme", call.source.name()}});
  }
  Json json = Json::parse(pipeline::to_json(*estimate));
  json.erase("polygons");  // each record carries its own (/api/records)
  json.erase("closer");    // /api/surveys
  json["told_besides"] = told_besides(*estimate, call.source.name());
  json["made_at"] = estimate->made_at;
  json["stale"] = estimate->stale;
  return json_response(json.dump());
}

}  // namespace firmground::serve
