#include "pipeline/effects_json.h"

#include <limits>
#include <string>

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;

std::vector<double> numbers(const Json& values) {
  std::vector<double> result;
  result.reserve(values.size());
  for (const Json& value : values) {
    result.push_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
  }
  return result;
}

}  // namespace

Json effects_json(const std::vector<estimate::CovariateEffect>& effects) {
  Json list = Json::array();
  for (const estimate::CovariateEffect& effect : effects) {
    Json json = {{"name", effect.name},     {"unit", effect.unit}, {"at", effect.at},
                 {"effect", effect.effect}, {"p05", effect.p05},   {"p95", effect.p95}};
    if (!effect.labels.empty()) {
      json["labels"] = effect.labels;
    }
    list.push_back(std::move(json));
  }
  return list;
}

std::vector<estimate::CovariateEffect> effects_from(const Json& json) {
  std::vector<estimate::CovariateEffect> effects;
  effects.reserve(json.size());
  for (const Json& effect : json) {
    effects.push_back({effect.at("name"), effect.at("unit"), numbers(effect.at("at")), numbers(effect.at("effect")),
                       numbers(effect.at("p05")), numbers(effect.at("p95")),
                       effect.value("labels", std::vector<std::string>())});
  }
  return effects;
}

}  // namespace firmground::pipeline
