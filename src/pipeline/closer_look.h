#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estimate/polygon_survey.h"

/// What polygons of one kind were told besides their estimate (`firmground estimate --without-evidence --surveys`): how
/// an estimate keeps it.
namespace firmground::pipeline {

struct CloserLook {
  std::string polygons;           ///< whose: "hazards"
  bool outdated = false;          ///< nothing is told any more, but what was asked for: an earlier version updated it
  bool without_evidence = false;  ///< asked for; groups of evidence stand with their polygon
  std::optional<estimate::SurveySettings> settings;  ///< of the surveys; empty: not asked for
  /// Every kind of survey of each polygon, as estimate::surveys_of() told them. Which cells they take is not kept.
  std::vector<estimate::PolygonSurvey> surveys{};
};

/// {"polygons","outdated","without_evidence","settings","surveys":{"columns":[...],"of":[{"id","rows":[[...]]}]}};
/// numbers of six digits, null where not known.  Cost: some 400 bytes a polygon.
nlohmann::ordered_json closer_look_json(const CloserLook& closer);
/// Throws nlohmann::json::exception where something is missing.
CloserLook closer_look_from(const nlohmann::ordered_json& json);

/// What surveys were valued with, and what follows from it: {"clearance_cost_m2","survey_cost_m2","loss_per_item",
/// "clearance_finds","break_even_items_per_ha","neighbour_m","survey_detection_mines","survey_detection_ERW"}.
nlohmann::ordered_json settings_json(const estimate::SurveySettings& settings);

/// One survey with its units in the keys (docs/formats/http.md, /api/surveys), but for its rank.
nlohmann::ordered_json survey_json(const estimate::PolygonSurvey& survey);

/// "clear" or "release".
std::string_view to_string(estimate::Release decision);

}  // namespace firmground::pipeline
