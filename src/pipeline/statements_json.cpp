#include "pipeline/statements_json.h"

#include "evidence/observations.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;

evidence::OrdnanceClass ordnance_class(const Json& json) {
  const auto mines = evidence::OrdnanceClass::mines;
  return json == evidence::to_string(mines) ? mines : evidence::OrdnanceClass::erw;
}

}  // namespace

Json statements_json(const std::vector<estimate::StatementRatio>& ratios) {
  Json list = Json::array();
  for (const estimate::StatementRatio& ratio : ratios) {
    list.push_back({{"class", evidence::to_string(ratio.ordnance_class)},
                    {"statement", ratio.statement},
                    {"ratio", ratio.ratio},
                    {"p05", ratio.p05},
                    {"p95", ratio.p95},
                    {"polygons", ratio.polygons},
                    {"searched", ratio.searched},
                    {"from_events", ratio.from_events}});
  }
  return list;
}

std::vector<estimate::StatementRatio> statements_from(const Json& json) {
  std::vector<estimate::StatementRatio> ratios;
  for (const Json& ratio : json) {
    ratios.push_back({ordnance_class(ratio.at("class")), ratio.at("statement"), ratio.at("ratio"), ratio.at("p05"),
                      ratio.at("p95"), ratio.at("polygons"), ratio.at("searched"), ratio.at("from_events")});
  }
  return ratios;
}

}  // namespace firmground::pipeline
