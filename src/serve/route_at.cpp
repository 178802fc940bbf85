#include <algorithm>
#include <nlohmann/json.hpp>

#include "serve/call.h"
#include "serve/nearby.h"
#include "serve/served_records.h"

namespace firmground::serve {
namespace {

constexpr std::size_t kMost = 50;
constexpr double kUsualRadius_m = 50;
constexpr double kLargestRadius_m = 5000;

/// Kinds that say something about the spot itself; the background of the map does not.
constexpr std::string_view kRecorded[] = {"finds",        "accidents", "hazards",  "minefield-records",
                                          "land-release", "tasks",     "projects", "places"};

struct Hit {
  std::string_view kind;
  Near near;
};

}  // namespace

base::Result<Response> get_at(const Call& call) {
  FG_TRY(const Spot spot, spot_of(call.edition, call.request));
  FG_TRY(const double radius, number_parameter(call.request, "radius_m", 0, kLargestRadius_m, kUsualRadius_m));
  std::vector<Hit> hits;
  for (const std::string_view kind : kRecorded) {
    if (const VectorLayer* layer = call.edition.find_layer(kind)) {
      for (const Near& near : within(call.edition, *layer, spot, radius)) {
        hits.push_back({kind, near});
      }
    }
  }
  std::stable_sort(hits.begin(), hits.end(),
                   [](const Hit& a, const Hit& b) { return a.near.distance_m < b.near.distance_m; });
  hits.resize(std::min(hits.size(), kMost));
  nlohmann::ordered_json records = nlohmann::ordered_json::array();
  for (const auto& [kind, near] : hits) {
    const std::string id = id_of(call.edition.snapshot(), kind, near.position);
    records.push_back({{"kind", kind},
                       {"id", id},
                       {"title", schema_of(kind).title + " " + label_of(call.edition.snapshot(), kind, near.position)},
                       {"distance_m", near.distance_m}});
  }
  return json_response(nlohmann::ordered_json{{"records", records}}.dump());
}

}  // namespace firmground::serve
