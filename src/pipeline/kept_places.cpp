#include "pipeline/kept_places.h"

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "mineaction/record_check.h"
#include "mineaction/record_conversion.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::json;

Json path_json(const std::vector<geo::LonLat>& path) {
  Json json = Json::array();
  for (const geo::LonLat p : path) {
    json.push_back({p.lon, p.lat});
  }
  return json;
}

std::vector<geo::LonLat> path_from(const Json& json) {
  std::vector<geo::LonLat> path;
  for (const Json& p : json) {
    path.push_back({p.at(0), p.at(1)});
  }
  return path;
}

Json outline_json(const geo::GeographicGeometry& outline) {
  Json lines = Json::array();
  for (const auto& line : outline.lines) {
    lines.push_back(path_json(line));
  }
  Json polygons = Json::array();
  for (const auto& polygon : outline.polygons) {
    Json rings = Json::array({path_json(polygon.outer)});
    for (const auto& hole : polygon.holes) {
      rings.push_back(path_json(hole));
    }
    polygons.push_back(std::move(rings));
  }
  return {{"points", path_json(outline.points)}, {"lines", std::move(lines)}, {"polygons", std::move(polygons)}};
}

geo::GeographicGeometry outline_from(const Json& json) {
  geo::GeographicGeometry outline;
  outline.points = path_from(json.at("points"));
  for (const Json& line : json.at("lines")) {
    outline.lines.push_back(path_from(line));
  }
  for (const Json& rings : json.at("polygons")) {
    auto& polygon = outline.polygons.emplace_back();
    polygon.outer = path_from(rings.at(0));
    for (std::size_t h = 1; h < rings.size(); ++h) {
      polygon.holes.push_back(path_from(rings.at(h)));
    }
  }
  return outline;
}

}  // namespace

std::map<std::string, std::string> seen_of(const mineaction::Snapshot& snapshot,
                                           const std::map<std::string, std::int64_t>& versions) {
  const mineaction::Kind& legs = *mineaction::find_kind("minefield-record-legs");
  const std::size_t record_id = legs.field_index("record_id");
  std::map<std::string, std::string> text_of_legs;
  for (const mineaction::Record& leg : mineaction::records_of(legs, snapshot)) {
    std::string& text = text_of_legs[mineaction::to_text(leg.values[record_id])];
    for (const mineaction::Value& value : leg.values) {
      text += mineaction::to_text(value) + '\x1f';
    }
  }
  std::map<std::string, std::string> seen;
  for (const auto& [id, version] : versions) {
    base::Hasher hasher;
    hasher.add(version).add(text_of_legs[id]);
    seen[id] = hasher.hex().substr(0, 16);
  }
  return seen;
}

KeptPlaces places_of(const evidence::Reconciliation& result, const std::map<std::string, std::int64_t>& versions,
                     const std::map<std::string, std::string>& seen, const geo::Crs& crs) {
  KeptPlaces places;
  for (const evidence::RecordVerdict& r : result.records) {
    const auto version = versions.find(r.record_id);
    if (version != versions.end()) {
      places[r.record_id] = {
          seen.at(r.record_id),       version->second, r.hypothesis, r.probability_exists, r.dx_m, r.dy_m, r.drawn,
          crs.to_lon_lat(r.corrected)};
    }
  }
  return places;
}

std::string to_json(const KeptPlaces& places, const std::string& stamp_json) {
  Json records = Json::object();
  for (const auto& [id, place] : places) {
    records[id] = {{"seen", place.seen},
                   {"version", place.version},
                   {"hypothesis", place.hypothesis},
                   {"probability_exists", place.probability_exists},
                   {"dx_m", place.dx_m},
                   {"dy_m", place.dy_m},
                   {"drawn", place.drawn},
                   {"outline", outline_json(place.outline)}};
  }
  const Json json = {{"stamp", Json::parse(stamp_json)}, {"records", std::move(records)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<KeptPlaces> parse_kept_places(const std::string& text) {
  try {
    KeptPlaces places;
    const Json json = Json::parse(text);
    for (const auto& [id, place] : json.at("records").items()) {
      places[id] = {place.at("seen"), place.at("version"), place.at("hypothesis"), place.at("probability_exists"),
                    place.at("dx_m"), place.at("dy_m"),    place.at("drawn"),      outline_from(place.at("outline"))};
    }
    return places;
  } catch (const nlohmann::json::exception& reason) {
    return base::fail("pipeline.reconciliation_unreadable", {{"reason", reason.what()}});
  }
}

}  // namespace firmground::pipeline
