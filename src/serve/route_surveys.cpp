#include <algorithm>
#include <nlohmann/json.hpp>

#include "estimate/surveys.h"
#include "pipeline/told_besides.h"
#include "serve/call.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kUsualLimit = 100;
constexpr double kMostListed = 1000;

}  // namespace

base::Result<Response> get_surveys(const Call& call) {
  const pipeline::StoredEstimate* estimate = call.edition.estimate();
  if (estimate == nullptr) {
    return base::fail("serve.no_estimate", {{"programme", call.source.name()}});
  }
  FG_TRY(const double limit, number_parameter(call.request, "limit", 1, kMostListed, kUsualLimit));
  const std::string polygons = estimate->closer ? estimate->closer->polygons : "hazards";
  if (!pipeline::surveys_told(*estimate, polygons)) {
    return base::fail("serve.no_surveys",
                      {{"command", pipeline::command_to_tell(*estimate, call.source.name(), polygons)}});
  }
  const std::vector<estimate::PolygonSurvey> ranked = estimate::which_first(estimate->closer->surveys);
  Json ranking = Json::array();
  for (std::size_t i = 0; i < std::min(ranked.size(), static_cast<std::size_t>(limit)); ++i) {
    Json survey = {{"rank", i + 1}};
    survey.update(pipeline::survey_json(ranked[i]));
    ranking.push_back(std::move(survey));
  }
  const auto pays = [](const estimate::PolygonSurvey& survey) { return survey.net > 0; };
  const Json json = {
      {"polygons", polygons},          {"settings", pipeline::settings_json(*estimate->closer->settings)},
      {"ranked", ranked.size()},       {"worth_their_cost", std::count_if(ranked.begin(), ranked.end(), pays)},
      {"ranking", std::move(ranking)}, {"stamp", Json::parse(estimate->stamp.to_json())},
      {"made_at", estimate->made_at},  {"stale", estimate->stale}};
  return json_response(json.dump());
}

}  // namespace firmground::serve
