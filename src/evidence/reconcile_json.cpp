#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "evidence/reconcile.h"

namespace firmground::evidence {

namespace {

using Json = nlohmann::ordered_json;

/// Three decimals for probabilities, one for metres: more would promise what is not known.
double rounded(double value, double step) {
  return std::round(value / step) * step;
}
double probability(double value) {
  return rounded(value, 1e-4);
}
double metres(double value) {
  return rounded(value, 0.1);
}

Json shares(const std::map<std::string, double>& values) {
  Json json = Json::object();
  for (const auto& [id, value] : values) {
    json[id] = probability(value);
  }
  return json;
}

Json to_json(const RecordVerdict& r) {
  return {{"record_id", r.record_id},
          {"source", r.source},
          {"probability_exists", probability(r.probability_exists)},
          {"hypothesis", r.hypothesis},
          {"hypothesis_probability", probability(r.hypothesis_probability)},
          {"dx_m", metres(r.dx_m)},
          {"dy_m", metres(r.dy_m)},
          {"radius50_m", metres(r.radius50_m)},
          {"radius90_m", metres(r.radius90_m)},
          {"searched_share", probability(r.searched_share)},
          {"explained_x_m", metres(r.explained_x_m)},
          {"explained_y_m", metres(r.explained_y_m)},
          {"hypotheses", shares(r.hypotheses)},
          {"against_recorded", rounded(r.against_recorded, 0.01)},
          {"finds_inside", r.finds_inside},
          {"searched_inside", probability(r.searched_inside)},
          {"finds", r.finds}};
}

Json to_json(const SourceVerdict& s) {
  return {{"source", s.source},
          {"records", s.records},
          {"existence", probability(s.existence.value)},
          {"existence_p05", probability(s.existence.p05)},
          {"existence_p95", probability(s.existence.p95)},
          {"shift_x_m", metres(s.shift_x_m.value)},
          {"shift_y_m", metres(s.shift_y_m.value)},
          {"spread_m", metres(s.spread_m.value)},
          {"hypotheses", shares(s.hypotheses)},
          {"shift_x_p05_m", metres(s.shift_x_m.p05)},
          {"shift_x_p95_m", metres(s.shift_x_m.p95)},
          {"shift_y_p05_m", metres(s.shift_y_m.p05)},
          {"shift_y_p95_m", metres(s.shift_y_m.p95)},
          {"spread_p05_m", metres(s.spread_m.p05)},
          {"spread_p95_m", metres(s.spread_m.p95)},
          {"wide_share", probability(s.wide_share)},
          {"gone_share", probability(s.gone_share)},
          {"informative", s.informative}};
}

}  // namespace

std::string in_words(const RecordVerdict& record, const std::vector<Hypothesis>& hypotheses,
                     const std::string& language) {
  const auto hypothesis = std::find_if(hypotheses.begin(), hypotheses.end(),
                                       [&](const Hypothesis& h) { return h.id == record.hypothesis; });
  std::string words;
  if (hypothesis != hypotheses.end()) {
    const auto translated = hypothesis->words.find(language);
    words = translated != hypothesis->words.end() ? translated->second : hypothesis->words.at("en");
  }
  constexpr double kOffTheMap_m = 20'000;
  const double moved_m = std::hypot(record.dx_m, record.dy_m);
  // Recorded minus true is told the way a person moves the outline: from the recorded to the true place.
  const double azimuth = std::fmod(std::atan2(-record.dx_m, -record.dy_m) * 180 / std::numbers::pi + 360, 360);
  const std::string move = !record.drawn ? std::string("it was drawn nowhere before")
                           : moved_m > kOffTheMap_m
                               ? fmt::format("moves the outline {:.0f} km at {:.0f} deg", moved_m / 1000, azimuth)
                               : fmt::format("moves the outline {:.0f} m at {:.0f} deg", moved_m, azimuth);
  const std::string likelier = record.hypothesis != hypotheses.front().id && record.against_recorded > 0
                                   ? fmt::format(", {:.0f} times likelier than as recorded", record.against_recorded)
                                   : "";
  return fmt::format(
      "{} ({}): field laid {:.0f} %. {} Probability {:.0f} %{}; {}, 90 % within {:.0f} m; {} mines found there.",
      record.record_id, record.source, 100 * record.probability_exists, words, 100 * record.hypothesis_probability,
      likelier, move, record.radius90_m, record.finds_inside);
}

std::string to_json(const Reconciliation& result, const std::string& stamp_json) {
  Json records = Json::array();
  for (const RecordVerdict& record : result.records) {
    records.push_back(to_json(record));
  }
  Json sources = Json::array();
  for (const SourceVerdict& source : result.sources) {
    sources.push_back(to_json(source));
  }
  const Json json = {{"records", std::move(records)},
                     {"sources", std::move(sources)},
                     {"finds_used", result.finds_used},
                     {"searched_ha", rounded(result.searched_ha, 0.01)},
                     {"stamp", Json::parse(stamp_json)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace firmground::evidence
