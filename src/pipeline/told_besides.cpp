#include "pipeline/told_besides.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "pipeline/estimate_programme.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;

/// As a POSIX shell takes it for one word.
std::string quoted(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./:@+,=").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) {
    return word;
  }
  std::string result = "'";
  for (const char c : word) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

Json object_of(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

/// Options of a request that are not the default, as --key value.
std::string options_of(const Json& request) {
  const Json usual = Json::parse(request_json({}));
  std::string options;
  for (const auto& [key, option] :
       {std::pair("cell_m", "--cell"), std::pair("from", "--from"), std::pair("until", "--until"),
        std::pair("records", "--records"), std::pair("seed", "--seed"), std::pair("draws", "--draws")}) {
    const auto at = request.find(key);
    if (at != request.end() && *at != usual.at(key)) {
      options += fmt::format(" {} {}", option, at->is_string() ? at->get<std::string>() : at->dump());
    }
  }
  return options;
}

std::string costs_of(const estimate::SurveySettings& settings) {
  const estimate::SurveySettings usual;
  std::string options;
  const auto add = [&](const char* option, double value, double default_value) {
    if (value != default_value) {
      options += fmt::format(" {} {}", option, Json(value).dump());
    }
  };
  add("--clearance-cost", settings.clearance_cost_m2, usual.clearance_cost_m2);
  add("--survey-cost", settings.survey_cost_m2, usual.survey_cost_m2);
  add("--loss-per-item", settings.loss_per_item, usual.loss_per_item);
  if (settings.detection) {
    options += " --survey-detection " + Json(*settings.detection).dump();
  }
  return options;
}

}  // namespace

std::string_view why_not_told(const StoredEstimate& estimate) {
  if (estimate.mode == "presence-only") {
    return "presence-only";
  }
  return object_of(estimate.stamp.settings).contains("updated_from") ? "updated" : "not-asked";
}

std::string_view why_unknown(const StoredEstimate& estimate) {
  return object_of(estimate.stamp.settings).contains("updated_from") ? "updated" : "by-regions";
}

bool evidence_told(const StoredEstimate& estimate, const std::string& polygons) {
  return estimate.closer && !estimate.closer->outdated && estimate.closer->without_evidence &&
         estimate.closer->polygons == polygons;
}

bool surveys_told(const StoredEstimate& estimate, const std::string& polygons) {
  return estimate.closer && !estimate.closer->outdated && estimate.closer->settings &&
         estimate.closer->polygons == polygons;
}

std::string command_to_tell(const StoredEstimate& estimate, const std::string& programme, const std::string& polygons) {
  std::string command = "firmground estimate " + quoted(programme) + options_of(object_of(estimate.request));
  if (polygons != "hazards") {
    command += " --polygons " + polygons;
  }
  command += " --without-evidence --surveys";
  return estimate.closer && estimate.closer->settings ? command + costs_of(*estimate.closer->settings) : command;
}

}  // namespace firmground::pipeline
