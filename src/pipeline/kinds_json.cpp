#include "pipeline/kinds_json.h"

#include <algorithm>
#include <string>

#include "evidence/observations.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::optional<evidence::ItemKind> kind_of_key(const std::string& key) {
  const auto* found = std::find_if(evidence::kItemKinds.begin(), evidence::kItemKinds.end(),
                                   [&](evidence::ItemKind kind) { return evidence::key_of(kind) == key; });
  return found == evidence::kItemKinds.end() ? std::nullopt : std::optional(*found);
}

Json kinds_json(const std::vector<estimate::ClassKinds>& classes) {
  Json list = Json::array();
  for (const estimate::ClassKinds& of_class : classes) {
    Json kinds = Json::array();
    for (const estimate::KindTotals& kind : of_class.kinds) {
      kinds.push_back({{"kind", evidence::key_of(kind.kind)},
                       {"finds", kind.found},
                       {"items_mean", kind.totals.items_mean},
                       {"items_p05", kind.totals.items_p05},
                       {"items_p95", kind.totals.items_p95}});
    }
    list.push_back({{"class", evidence::to_string(of_class.ordnance_class)},
                    {"finds_stated", of_class.stated},
                    {"finds_unstated", of_class.unstated},
                    {"kinds", std::move(kinds)}});
  }
  return list;
}

std::vector<estimate::ClassKinds> kinds_from(const Json& json) {
  std::vector<estimate::ClassKinds> result;
  for (const Json& entry : json) {
    estimate::ClassKinds of_class;
    of_class.ordnance_class =
        entry.at("class") == "mines" ? evidence::OrdnanceClass::mines : evidence::OrdnanceClass::erw;
    of_class.stated = entry.at("finds_stated");
    of_class.unstated = entry.at("finds_unstated");
    for (const Json& kind : entry.at("kinds")) {
      if (const auto named = kind_of_key(kind.at("kind"))) {
        of_class.kinds.push_back(
            {*named, kind.at("finds"), {kind.at("items_mean"), kind.at("items_p05"), kind.at("items_p95")}});
      }
    }
    result.push_back(std::move(of_class));
  }
  return result;
}

Json kinds_json(const std::vector<estimate::KindOfPolygon>& kinds) {
  Json json = Json::object();
  for (const estimate::KindOfPolygon& kind : kinds) {
    json[std::string(evidence::key_of(kind.kind))] = {{"probability_any", kind.probability_any},
                                                      {"items_mean", kind.items_mean},
                                                      {"items_p05", kind.items_p05},
                                                      {"items_p95", kind.items_p95}};
  }
  return json;
}

}  // namespace firmground::pipeline
