#include <cmath>
#include <nlohmann/json.hpp>

#include "evidence/record_accuracy.h"

namespace firmground::evidence {

namespace {

using Json = nlohmann::ordered_json;

/// Four digits: more would promise what is not known.
Json number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) {
    return nullptr;
  }
  const double step = std::pow(10.0, std::floor(std::log10(std::max(std::abs(*value), 1e-6))) - 3);
  return std::stod(Json(std::round(*value / step) * step).dump());
}

Json figure(const AccuracyFigure& f) {
  return {{"value", number(f.value)}, {"p05", number(f.p05)}, {"p95", number(f.p95)}, {"basis", f.basis}};
}

Json group_fit(const std::optional<GroupFit>& fit) {
  if (!fit) {
    return nullptr;
  }
  return {{"rotation_deg", number(fit->rotation_deg)},
          {"scale", number(fit->scale)},
          {"residual_m", number(fit->residual_m)},
          {"records", fit->records}};
}

Json group_json(const AccuracyGroup& group) {
  Json types = Json::array();
  for (const TypeCount& count : group.by_type) {
    types.push_back({{"device", count.device},
                     {"records", count.records},
                     {"found", count.found},
                     {"recorded_where_searched", number(count.recorded)},
                     {"ratio", figure(count.ratio)}});
  }
  Json causes = Json::array();
  for (const Cause& cause : group.causes) {
    causes.push_back({{"hypothesis", cause.hypothesis},
                      {"share", figure(cause.share)},
                      {"likeliest", cause.likeliest},
                      {"times_likelier", number(cause.times_likelier)}});
  }
  Json definitions = Json::array();
  for (const Definition& definition : group.definitions) {
    definitions.push_back({{"id", definition.id}, {"words", definition.words}, {"share", figure(definition.share)}});
  }
  return {{"by", group.by},
          {"name", group.name},
          {"records", group.records},
          {"searched", group.searched},
          {"existence", figure(group.existence)},
          {"location",
           {{"moved_m", figure(group.moved_m)},
            {"shift_m", figure(group.shift_m)},
            {"bearing_deg", figure(group.bearing_deg)},
            {"rotation_deg", figure(group.rotation_deg)},
            {"residual_m", figure(group.residual_m)},
            {"fit", group_fit(group.fit)}}},
          {"overlap", {{"as_drawn", figure(group.overlap_drawn)}, {"reconciled", figure(group.overlap)}}},
          {"count", {{"found_of_recorded", figure(group.found_of_recorded)}, {"by_type", std::move(types)}}},
          {"type_agreement", figure(group.type_agreement)},
          {"clusters_unrecorded", figure(group.unrecorded)},
          {"causes", std::move(causes)},
          {"usefulness", {{"saved_m2", figure(group.saved_m2)}, {"saved_days", figure(group.saved_days)}}},
          {"definitions", std::move(definitions)}};
}

}  // namespace

std::string to_json(const RecordAccuracy& accuracy) {
  Json groups = Json::array();
  for (const AccuracyGroup& group : accuracy.groups) {
    groups.push_back(group_json(group));
  }
  const Json json = {{"m2_per_field", number(accuracy.m2_per_field)},
                     {"m2_per_day", number(accuracy.m2_per_day)},
                     {"groups", std::move(groups)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace firmground::evidence
