#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "estimate/hazard_estimate.h"

/// Effects of covariates, as an estimate stores them, the server sends them and `firmground estimate --json` prints
/// them.
namespace firmground::pipeline {

/// [{"name","unit","at","effect","p05","p95"}], of classes with "labels"; null: not known.
nlohmann::ordered_json effects_json(const std::vector<estimate::CovariateEffect>& effects);
/// Throws nlohmann::json::exception where something is missing.
std::vector<estimate::CovariateEffect> effects_from(const nlohmann::ordered_json& json);

}  // namespace firmground::pipeline
