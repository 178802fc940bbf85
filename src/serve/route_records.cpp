#include <algorithm>
#include <nlohmann/json.hpp>

#include "geo/area.h"
#include "mineaction/as_entered.h"
#include "serve/call.h"
#include "serve/polygon_estimate.h"
#include "serve/served_records.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostLinks = 100;

/// "declared_area_unit" -> "Declared area unit"
std::string label_from(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  name[0] = static_cast<char>(name[0] >= 'a' && name[0] <= 'z' ? name[0] - ('a' - 'A') : name[0]);
  return name;
}

Json to_json(const mineaction::Value& value) {
  return std::visit(
      [](const auto& v) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>) {
          return nullptr;
        } else {
          return v;
        }
      },
      value);
}

/// Fields that the schema calls open; a restricted or personal one does not leave the server, not even as a name.
Json fields_of(const mineaction::Kind& schema, const mineaction::Record& record) {
  Json fields = Json::array();
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const mineaction::Field& field = schema.fields[i];
    if (field.privacy == mineaction::Privacy::open && !mineaction::is_as_entered_field(field.name)) {
      fields.push_back({{"name", field.name},
                        {"label", label_from(field.name)},
                        {"value", to_json(record.values.at(i))},
                        {"unit", field.unit},
                        {"help", field.help}});
    }
  }
  return fields;
}

Json coordinates(const geo::LonLat& p) {
  return {p.lon, p.lat};
}

Json coordinates(const std::vector<geo::LonLat>& line, bool closed) {
  Json json = Json::array();
  for (const geo::LonLat& p : line) {
    json.push_back(coordinates(p));
  }
  if (closed && !line.empty()) {
    json.push_back(coordinates(line.front()));
  }
  return json;
}

Json coordinates(const geo::BasicPolygon<geo::LonLat>& polygon) {
  Json json = Json::array({coordinates(polygon.outer, true)});
  for (const auto& hole : polygon.holes) {
    json.push_back(coordinates(hole, true));
  }
  return json;
}

/// RFC 7946; null when nothing is known of the place.
Json geojson_of(const geo::GeographicGeometry& geometry) {
  Json parts = Json::array();
  for (const geo::LonLat& p : geometry.points) {
    parts.push_back({{"type", "Point"}, {"coordinates", coordinates(p)}});
  }
  for (const auto& line : geometry.lines) {
    parts.push_back({{"type", "LineString"}, {"coordinates", coordinates(line, false)}});
  }
  if (geometry.polygons.size() == 1) {
    parts.push_back({{"type", "Polygon"}, {"coordinates", coordinates(geometry.polygons[0])}});
  } else if (!geometry.polygons.empty()) {
    Json polygons = Json::array();
    for (const auto& polygon : geometry.polygons) {
      polygons.push_back(coordinates(polygon));
    }
    parts.push_back({{"type", "MultiPolygon"}, {"coordinates", polygons}});
  }
  if (parts.empty()) {
    return nullptr;
  }
  return parts.size() == 1 ? parts[0] : Json{{"type", "GeometryCollection"}, {"geometries", parts}};
}

class Links {
 public:
  explicit Links(const mineaction::Snapshot& snapshot) : snapshot_(snapshot) {}

  /// A record that this one names; one that is not there is said so, never left out.
  void to(std::string_view kind, const std::string& id) {
    if (id.empty()) {
      return;
    }
    const auto position = find_record(snapshot_, kind, id);
    links_.push_back({{"kind", kind},
                      {"id", id},
                      {"label", position ? schema_of(kind).title + " " + label_of(snapshot_, kind, *position)
                                         : schema_of(kind).title + " " + id + " (not in the register)"}});
  }

  /// Records of a kind that name this one.
  template <typename List, typename Names>
  void from(std::string_view kind, const List& list, Names names) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (names(list[i])) {
        ++found_;
        if (links_.size() < kMostLinks) {
          to(kind, id_of(snapshot_, kind, i));
        }
      }
    }
  }

  const Json& list() const { return links_; }
  std::size_t not_listed() const { return found_ > links_.size() ? found_ - links_.size() : 0; }

 private:
  const mineaction::Snapshot& snapshot_;
  Json links_ = Json::array();
  std::size_t found_ = 0;
};

Links links_of(const mineaction::Snapshot& s, const mineaction::Kind& schema, const mineaction::Record& record,
               std::string_view kind, const std::string& id) {
  Links links(s);
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const std::string* text = std::get_if<std::string>(&record.values.at(i));
    if (text != nullptr && is_served(s, schema.fields[i].link_kind)) {
      links.to(schema.fields[i].link_kind, *text);
    }
  }
  if (kind == "hazards") {
    links.from("land-release", s.land_releases, [&](const auto& r) { return r.hazard_id == id; });
    links.from("tasks", s.tasks, [&](const auto& r) { return r.hazard_id == id; });
  } else if (kind == "land-release") {
    links.from("finds", s.finds, [&](const auto& r) { return r.release_id == id; });
  } else if (kind == "teams") {
    links.from("tasks", s.tasks, [&](const auto& r) { return r.team_id == id; });
  }
  return links;
}

/// How the position was given and what led from there to the geometry; null when it was given so.
Json as_entered_of(const mineaction::Kind& schema, const mineaction::Record& record,
                   const std::vector<registry::VersionInfo>& history) {
  auto entered = mineaction::as_entered(schema, record);
  for (const registry::VersionInfo& version : history) {
    if (version.shown && !entered) {
      entered = mineaction::as_entered(schema, version.record);
    }
  }
  return entered ? Json{{"position", entered->position},
                        {"crs", entered->crs},
                        {"derived_by", entered->derived_by},
                        {"accuracy_m", entered->accuracy_m ? Json(*entered->accuracy_m) : Json(nullptr)}}
                 : Json(nullptr);
}

Json versions_of(const std::vector<registry::VersionInfo>& history) {
  Json versions = Json::array();
  for (const registry::VersionInfo& v : history) {
    versions.push_back({{"version", v.version},
                        {"information_date", v.information_date},
                        {"entered_at", v.entered_at},
                        {"author", v.author},
                        {"source", v.source},
                        {"state", v.state}});
  }
  return versions;
}

}  // namespace

base::Result<Response> get_record(const Call& call) {
  const std::string& kind = call.captured[0];
  const std::string& id = call.captured[1];
  const mineaction::Snapshot& snapshot = call.edition.snapshot();
  if (!is_served(snapshot, kind)) {
    return base::fail("serve.kind_unknown", {{"kind", kind}});
  }
  const std::optional<std::size_t> position = find_record(snapshot, kind, id);
  if (!position) {
    return base::fail("serve.record_unknown", {{"kind", kind}, {"id", id}});
  }
  const mineaction::Kind& schema = schema_of(kind);
  const mineaction::Record record = record_of(snapshot, kind, *position);
  const geo::PlanarGeometry geometry = geometry_of(snapshot, kind, *position);
  FG_TRY(const auto history, call.source.history(schema.name, id));
  const Links links = links_of(snapshot, schema, record, kind, id);
  const Json json = {
      {"kind", kind},
      {"id", id},
      {"title", schema.title + " " + label_of(snapshot, kind, *position)},
      {"fields", fields_of(schema, record)},
      {"geometry", geojson_of(record.geometry)},
      {"as_entered", as_entered_of(schema, record, history)},
      {"area_m2",
       geometry.polygons.empty() ? Json(nullptr) : Json(geo::ellipsoidal_area_m2(geometry, call.edition.crs()))},
      {"links", links.list()},
      {"links_not_listed", links.not_listed()},
      {"versions", versions_of(history)},
      {"estimate", polygon_estimate_json(call, kind, id)}};
  return json_response(json.dump());
}

}  // namespace firmground::serve
