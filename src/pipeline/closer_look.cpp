#include "pipeline/closer_look.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;
using estimate::PolygonSurvey;

/// The numbers of a survey that are kept, by name.
struct Column {
  const char* name;
  double& (*of)(PolygonSurvey&);
};
constexpr std::array kColumns = {
    Column{"area_m2", [](PolygonSurvey& s) -> double& { return s.area_m2; }},
    Column{"not_searched_m2", [](PolygonSurvey& s) -> double& { return s.ground_m2; }},
    Column{"cost", [](PolygonSurvey& s) -> double& { return s.cost; }},
    Column{"chance_of_find", [](PolygonSurvey& s) -> double& { return s.chance_of_find; }},
    Column{"items_mean", [](PolygonSurvey& s) -> double& { return s.items; }},
    Column{"items_sd", [](PolygonSurvey& s) -> double& { return s.items_sd; }},
    Column{"items_sd_after", [](PolygonSurvey& s) -> double& { return s.items_sd_after; }},
    Column{"items_if_nothing_found", [](PolygonSurvey& s) -> double& { return s.items_if_none; }},
    Column{"items_if_something_found", [](PolygonSurvey& s) -> double& { return s.items_if_any; }},
    Column{"chance_of_change", [](PolygonSurvey& s) -> double& { return s.decision.chance_of_change; }},
    Column{"chance_cleared", [](PolygonSurvey& s) -> double& { return s.decision.chance_cleared; }},
    Column{"value", [](PolygonSurvey& s) -> double& { return s.decision.value; }},
    Column{"value_of_knowing", [](PolygonSurvey& s) -> double& { return s.most; }},
    Column{"net_saving", [](PolygonSurvey& s) -> double& { return s.net; }},
    Column{"clearance_avoided_m2", [](PolygonSurvey& s) -> double& { return s.avoided_m2; }}};

/// Six digits: more than a decision can bear, and a third of the bytes.
double six_digits(double value) {
  return std::isfinite(value) ? std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr) : value;
}

Json row_of(PolygonSurvey survey) {
  Json row = {estimate::to_string(survey.kind), to_string(survey.decision.now)};
  for (const Column& column : kColumns) {
    row.push_back(six_digits(column.of(survey)));
  }
  return row;
}

/// A kind of survey that this version does not know makes the estimate unreadable: half a list would rank wrongly.
estimate::SurveyKind kind_named(const std::string& name) {
  const auto* found = std::find_if(estimate::kSurveyKinds.begin(), estimate::kSurveyKinds.end(),
                                   [&](estimate::SurveyKind kind) { return estimate::to_string(kind) == name; });
  if (found == estimate::kSurveyKinds.end()) {
    throw Json::other_error::create(501, "no such kind of survey: " + name, nullptr);
  }
  return *found;
}

PolygonSurvey survey_from(const Json& row, const Json& names) {
  PolygonSurvey survey;
  survey.kind = kind_named(row.at(0));
  survey.decision.now = row.at(1) == "clear" ? estimate::Release::clear : estimate::Release::release;
  for (const Column& column : kColumns) {
    const auto at = std::find(names.begin(), names.end(), column.name);
    const Json& value = row.at(2 + static_cast<std::size_t>(at - names.begin()));
    column.of(survey) = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  }
  return survey;
}

Json surveys_json(const std::vector<PolygonSurvey>& surveys) {
  Json names = Json::array();
  for (const Column& column : kColumns) {
    names.push_back(column.name);
  }
  Json polygons = Json::array();
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    if (i == 0 || surveys[i].polygon != surveys[i - 1].polygon) {
      polygons.push_back({{"id", surveys[i].id}, {"rows", Json::array()}});
    }
    polygons.back()["rows"].push_back(row_of(surveys[i]));
  }
  return {{"columns", std::move(names)}, {"of", std::move(polygons)}};
}

std::vector<PolygonSurvey> surveys_from(const Json& json) {
  std::vector<PolygonSurvey> surveys;
  std::size_t polygon = 0;
  for (const Json& of_polygon : json.at("of")) {
    for (const Json& row : of_polygon.at("rows")) {
      surveys.push_back(survey_from(row, json.at("columns")));
      surveys.back().polygon = polygon;
      surveys.back().id = of_polygon.at("id");
    }
    ++polygon;
  }
  return surveys;
}

}  // namespace

std::string_view to_string(estimate::Release decision) {
  return decision == estimate::Release::clear ? "clear" : "release";
}

Json settings_json(const estimate::SurveySettings& settings) {
  Json json = {{"clearance_cost_m2", settings.clearance_cost_m2},
               {"survey_cost_m2", settings.survey_cost_m2},
               {"loss_per_item", settings.loss_per_item},
               {"clearance_finds", settings.clearance_finds()},
               {"break_even_items_per_ha", settings.break_even_per_ha()},
               {"neighbour_m", settings.neighbour_m}};
  for (const evidence::OrdnanceClass k : evidence::kOrdnanceClasses) {
    json[fmt::format("survey_detection_{}", evidence::to_string(k))] = settings.detection_of(k);
  }
  return json;
}

Json survey_json(const PolygonSurvey& survey) {
  return {{"id", survey.id},
          {"survey", estimate::to_string(survey.kind)},
          {"area_m2", survey.area_m2},
          {"cost", survey.cost},
          {"not_searched_m2", survey.ground_m2},
          {"items_mean", survey.items},
          {"items_sd", survey.items_sd},
          {"items_sd_after", survey.items_sd_after},
          {"chance_of_find", survey.chance_of_find},
          {"items_if_nothing_found", survey.items_if_none},
          {"items_if_something_found", survey.items_if_any},
          {"decision_now", to_string(survey.decision.now)},
          {"chance_of_change", survey.decision.chance_of_change},
          {"value", survey.decision.value},
          {"value_of_knowing", survey.most},
          {"net_saving", survey.net},
          {"clearance_avoided_m2", survey.avoided_m2},
          {"clearance_avoided_per_m2", survey.avoided_m2 / survey.area_m2}};
}

Json closer_look_json(const CloserLook& closer) {
  Json json = {
      {"polygons", closer.polygons}, {"outdated", closer.outdated}, {"without_evidence", closer.without_evidence}};
  if (closer.settings) {
    const estimate::SurveySettings& s = *closer.settings;
    json["settings"] = {{"clearance_cost_m2", s.clearance_cost_m2},
                        {"survey_cost_m2", s.survey_cost_m2},
                        {"loss_per_item", s.loss_per_item},
                        {"detection", s.detection ? Json(*s.detection) : Json(nullptr)},
                        {"neighbour_m", s.neighbour_m},
                        {"draws", s.draws}};
    json["surveys"] = surveys_json(closer.surveys);
  }
  return json;
}

CloserLook closer_look_from(const Json& json) {
  CloserLook closer;
  closer.polygons = json.at("polygons");
  closer.outdated = json.at("outdated");
  closer.without_evidence = json.at("without_evidence");
  if (json.contains("settings")) {
    const Json& s = json.at("settings");
    estimate::SurveySettings& settings = closer.settings.emplace();
    settings.clearance_cost_m2 = s.at("clearance_cost_m2");
    settings.survey_cost_m2 = s.at("survey_cost_m2");
    settings.loss_per_item = s.at("loss_per_item");
    if (!s.at("detection").is_null()) {
      settings.detection = s.at("detection").get<double>();
    }
    settings.neighbour_m = s.at("neighbour_m");
    settings.draws = s.at("draws");
    closer.surveys = surveys_from(json.at("surveys"));
  }
  return closer;
}

}  // namespace firmground::pipeline
