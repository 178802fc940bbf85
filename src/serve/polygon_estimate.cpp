#include "serve/polygon_estimate.h"

#include <algorithm>

#include "estimate/surveys.h"
#include "pipeline/kinds_json.h"
#include "pipeline/told_besides.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::ordered_json;
using estimate::PolygonEstimate;
using estimate::PolygonSurvey;

Json reasons_json(const PolygonEstimate& polygon) {
  Json reasons = Json::array();
  for (const estimate::Reason& reason : polygon.reasons) {
    reasons.push_back({{"text", reason.text}, {"contribution", reason.contribution}});
  }
  return reasons;
}

Json without_json(const PolygonEstimate& polygon) {
  Json groups = Json::array();
  for (const estimate::WithoutEvidence& without : polygon.without) {
    groups.push_back({{"evidence", without.evidence},
                      {"probability_none", without.probability_none},
                      {"items_mean", without.items_mean}});
  }
  return groups;
}

/// Surveys of one polygon with their rank among the best of all; no kinds where all its ground was searched.
Json surveys_json(const std::vector<PolygonSurvey>& all, const std::string& id) {
  std::vector<PolygonSurvey> own;
  std::copy_if(all.begin(), all.end(), std::back_inserter(own), [&](const auto& survey) { return survey.id == id; });
  std::stable_sort(own.begin(), own.end(), [](const auto& a, const auto& b) { return a.net > b.net; });
  const std::vector<PolygonSurvey> ranked = estimate::which_first(all);
  const auto at = std::find_if(ranked.begin(), ranked.end(), [&](const auto& survey) { return survey.id == id; });
  Json by_kind = Json::array();
  for (const PolygonSurvey& survey : own) {
    by_kind.push_back(pipeline::survey_json(survey));
  }
  return {{"rank", at == ranked.end() ? Json(nullptr) : Json(at - ranked.begin() + 1)},
          {"ranked", ranked.size()},
          {"kinds", std::move(by_kind)}};
}

/// Nothing is known of the polygon: none of its cells was estimated, or an update could not tell.
bool is_unknown(const PolygonEstimate& polygon) {
  return polygon.items_mean != polygon.items_mean;
}

Json json_of(const pipeline::StoredEstimate& estimate, const PolygonEstimate& polygon, const std::string& kind,
             const std::string& programme) {
  const bool known = !is_unknown(polygon);
  const bool besides = known && polygon.besides_known;
  const bool evidence = besides && pipeline::evidence_told(estimate, kind);
  const bool surveys = besides && pipeline::surveys_told(estimate, kind);
  Json json = {{"probability_none", polygon.probability_none},
               {"items_mean", polygon.items_mean},
               {"items_p05", polygon.items_p05},
               {"items_p95", polygon.items_p95},
               {"evidence", polygon.evidence},
               {"reasons", reasons_json(polygon)},
               {"kinds", polygon.kinds.empty() ? Json(nullptr) : pipeline::kinds_json(polygon.kinds)},
               {"without", evidence ? without_json(polygon) : Json(nullptr)},
               {"surveys", surveys ? surveys_json(estimate.closer->surveys, polygon.id) : Json(nullptr)}};
  json["why_not_told"] = !known    ? std::string_view("not-estimated")
                         : besides ? pipeline::why_not_told(estimate)
                                   : pipeline::why_unknown(estimate);
  json["command"] = pipeline::command_to_tell(estimate, programme, kind);
  json["stamp"] = estimate.stamp.id();
  json["stale"] = estimate.stale;
  return json;
}

}  // namespace

Json polygon_estimate_json(const Call& call, const std::string& kind, const std::string& id) {
  const pipeline::StoredEstimate* estimate = call.edition.estimate();
  if (estimate == nullptr || !estimate->polygons.contains(kind)) {
    return nullptr;
  }
  const std::vector<PolygonEstimate>& polygons = estimate->polygons.at(kind);
  const auto at = std::find_if(polygons.begin(), polygons.end(), [&](const auto& polygon) { return polygon.id == id; });
  return at == polygons.end() ? Json(nullptr) : json_of(*estimate, *at, kind, call.source.name());
}

}  // namespace firmground::serve
