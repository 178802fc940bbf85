#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "estimate/hazard_estimate.h"

/// What survey statements are worth, as an estimate stores it, the server sends it and `firmground estimate --json`
/// prints it.
namespace firmground::pipeline {

/// [{"class","statement","ratio","p05","p95","polygons","searched","from_events"}]
nlohmann::ordered_json statements_json(const std::vector<estimate::StatementRatio>& ratios);
/// Throws nlohmann::json::exception where something is missing.
std::vector<estimate::StatementRatio> statements_from(const nlohmann::ordered_json& json);

}  // namespace firmground::pipeline
