#include <algorithm>
#include <nlohmann/json.hpp>

#include "serve/call.h"
#include "serve/search_text.h"
#include "serve/served_records.h"

namespace firmground::serve {
namespace {

constexpr std::size_t kMost = 20;
constexpr std::size_t kLongestQuestion = 100;

/// In the order in which equally good answers are given: people look for places first.
constexpr std::string_view kSearched[] = {"places", "districts", "hazards", "land-release", "minefield-records",
                                          "tasks",  "projects",  "teams",   "accidents",    "finds"};

enum Quality : int { kExact, kPrefix, kWordStart, kInside, kNone };

Quality quality_of(std::string_view folded, std::string_view question) {
  const std::size_t at = folded.find(question);
  if (at == std::string_view::npos) {
    return kNone;
  }
  if (at == 0) {
    return folded.size() == question.size() ? kExact : kPrefix;
  }
  return folded[at - 1] == ' ' || folded[at - 1] == '-' ? kWordStart : kInside;
}

struct Answer {
  Quality quality;
  const VectorLayer* layer;
  std::uint32_t feature;
  std::string id, label;
};

void search_layer(const Edition& edition, const VectorLayer& layer, std::string_view question,
                  std::vector<Answer>& answers) {
  std::uint32_t last = static_cast<std::uint32_t>(-1);
  for (std::uint32_t i = 0; i < layer.features().size(); ++i) {
    const std::size_t position = layer.features()[i].record;
    if (position == last) {
      continue;  // another part of the same record
    }
    last = static_cast<std::uint32_t>(position);
    std::string id = id_of(edition.snapshot(), layer.name(), position);
    std::string label = label_of(edition.snapshot(), layer.name(), position);
    const Quality quality = std::min(quality_of(folded(id), question), quality_of(folded(label), question));
    if (quality != kNone) {
      answers.push_back({quality, &layer, i, std::move(id), std::move(label)});
    }
  }
}

}  // namespace

base::Result<Response> get_search(const Call& call) {
  const auto given = call.request.query.find("q");
  if (given == call.request.query.end()) {
    return base::fail("serve.parameter_missing", {{"name", "q"}, {"example", "HA-1"}});
  }
  if (given->second.size() > kLongestQuestion) {
    return base::fail(
        "serve.parameter_invalid",
        {{"name", "q"}, {"value", given->second.substr(0, 20) + "..."}, {"expected", "a text of at most 100 bytes"}});
  }
  const std::string question = folded(given->second);
  std::vector<Answer> answers;
  for (const std::string_view kind : kSearched) {
    const VectorLayer* layer = call.edition.find_layer(kind);
    if (layer != nullptr && !question.empty()) {
      search_layer(call.edition, *layer, question, answers);
    }
  }
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) { return a.quality < b.quality; });
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < std::min(kMost, answers.size()); ++i) {
    const Answer& answer = answers[i];
    const WorldBox& box = answer.layer->features()[answer.feature].box;
    const geo::LonLat at = to_lon_lat({(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2});
    results.push_back(
        {{"kind", answer.layer->name()}, {"id", answer.id}, {"label", answer.label}, {"lon", at.lon}, {"lat", at.lat}});
  }
  return json_response(nlohmann::ordered_json{{"results", results}, {"found", answers.size()}}.dump());
}

}  // namespace firmground::serve
