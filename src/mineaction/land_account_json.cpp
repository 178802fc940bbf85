#include "mineaction/land_account_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"

namespace firmground::mineaction {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kSquareMetresPerHectare = 10'000;

// Writes areas in one unit, under keys that name it.
class AreaWriter {
 public:
  AreaWriter(AreaUnit unit, Json& json) : unit_(unit), json_(json) {}

  void area(const std::string& name, double m2) { json_[key(name)] = value(m2); }
  void areas(const std::string& name, const std::map<std::string, double>& m2) { json_[key(name)] = values(m2); }
  template <typename Key>
  void tables(const std::string& name, const std::map<Key, std::map<std::string, double>>& m2) {
    Json table = Json::object();
    for (const auto& [row, entries] : m2) {
      if constexpr (std::is_integral_v<Key>) {
        table[std::to_string(row)] = values(entries);
      } else {
        table[row] = values(entries);
      }
    }
    json_[key(name)] = std::move(table);
  }

 private:
  std::string key(const std::string& name) const { return name + (unit_ == AreaUnit::hectare ? "_ha" : "_m2"); }
  double value(double m2) const { return unit_ == AreaUnit::hectare ? m2 / kSquareMetresPerHectare : m2; }
  Json values(const std::map<std::string, double>& m2) const {
    Json json = Json::object();
    for (const auto& [name, area] : m2) {
      json[name] = value(area);
    }
    return json;
  }

  AreaUnit unit_;
  Json& json_;
};

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json ring_of(const std::vector<geo::Xy>& ring, const geo::Crs& crs) {
  constexpr double kDecimals = 1e8;  // a millimetre
  std::vector<geo::LonLat> places(ring.size());
  crs.to_lon_lat(ring, places);
  Json out = Json::array();
  for (std::size_t i = 0; i <= places.size(); ++i) {
    const geo::LonLat p = places[i % places.size()];
    out.push_back({std::round(p.lon * kDecimals) / kDecimals, std::round(p.lat * kDecimals) / kDecimals});
  }
  return out;
}

Json geometry_of(const geo::PlanarGeometry& geometry, const geo::Crs& crs) {
  Json parts = Json::array();
  for (const geo::PlanarPolygon& polygon : geometry.polygons) {
    Json rings = Json::array({ring_of(polygon.outer, crs)});
    for (const auto& hole : polygon.holes) {
      rings.push_back(ring_of(hole, crs));
    }
    parts.push_back(std::move(rings));
  }
  return {{"type", "MultiPolygon"}, {"coordinates", std::move(parts)}};
}

Json properties_of(const LandPiece& piece, const Snapshot& snapshot) {
  Json json = {{"state", to_string(piece.state)}, {"inside_hazard", piece.inside_hazard}, {"area_m2", piece.area_m2}};
  json["hazard_id"] =
      piece.hazard < 0 ? Json(nullptr) : Json(snapshot.hazards[static_cast<std::size_t>(piece.hazard)].hazard_id);
  json["district"] =
      piece.district < 0 ? Json(nullptr) : Json(snapshot.districts[static_cast<std::size_t>(piece.district)].name);
  if (piece.release >= 0) {
    const LandRelease& release = snapshot.land_releases[static_cast<std::size_t>(piece.release)];
    json["release_id"] = release.release_id;
    json["method"] = to_string(release.method);
    json["completed_on"] = release.completed_on.to_string();
    json["depth_cm"] = release.depth_cm ? Json(*release.depth_cm) : Json(nullptr);
    json["organisation"] = text_or_null(release.organisation);
    json["donor"] = text_or_null(release.donor);
  }
  return json;
}

Json double_claims_of(const LandAccount& account, AreaUnit unit) {
  Json list = Json::array();
  for (const DoubleClaim& claim : account.double_claims) {
    Json& entry = list.emplace_back(
        Json{{"release_a", claim.release_a}, {"release_b", claim.release_b}, {"district", claim.district}});
    AreaWriter(unit, entry).area("area", claim.area_m2);
  }
  return list;
}

Json processed_of(const ProcessedArea& processed, AreaUnit unit) {
  Json json = Json::object();
  AreaWriter write(unit, json);
  write.area("total", processed.total_m2);
  write.area("searched", processed.searched_m2);
  write.area("coverage_unknown", processed.coverage_unknown_m2);
  write.areas("by_method", processed.by_method_m2);
  write.areas("by_organisation", processed.by_organisation_m2);
  return json;
}

Json baseline_of(const LandAccount& account) {
  if (!account.baseline) {
    return nullptr;
  }
  return {{"name", account.baseline->name},
          {"estimated_on", account.baseline->estimated_on.to_string()},
          {"area_ha", account.baseline->area_ha},
          {"source", text_or_null(account.baseline->source)}};
}

Json shares_of(const LandAccount& account, AreaUnit unit) {
  Json list = Json::array();
  for (const BaselineShare& share : account.shares) {
    Json& entry = list.emplace_back(Json{{"of", share.of}});
    AreaWriter write(unit, entry);
    write.area("numerator", share.numerator_m2);
    write.area("denominator", share.denominator_m2);
    entry["share"] = share.share;
    entry["baseline"] = account.baseline->name;
    entry["baseline_date"] = account.baseline->estimated_on.to_string();
    entry["as_of"] = account.as_of.to_string();
  }
  return list;
}

Json rows_of(const Breakdown& breakdown, AreaUnit unit) {
  Json rows = Json::array();
  for (const AccountRow& row : breakdown.rows) {
    Json& entry = rows.emplace_back(Json::object());
    for (std::size_t i = 0; i < breakdown.by.size(); ++i) {
      entry[std::string(to_string(breakdown.by[i]))] = row.keys[i];
    }
    AreaWriter write(unit, entry);
    write.area("opening", row.opening_m2);
    write.area("new", row.new_m2);
    write.area("cancelled", row.cancelled_m2);
    write.area("reduced", row.reduced_m2);
    write.area("cleared", row.cleared_m2);
    write.area("remaining_suspected", row.remaining_suspected_m2);
    write.area("remaining_confirmed", row.remaining_confirmed_m2);
    write.area("cleared_outside", row.cleared_outside_m2);
    write.area("double_claimed", row.double_claimed_m2);
  }
  return rows;
}

}  // namespace

std::string account_json(const LandAccount& account, AreaUnit unit, const Breakdown& breakdown) {
  Json json = {{"as_of", account.as_of.to_string()}};
  AreaWriter write(unit, json);
  write.area("opening", account.opening_m2);
  write.area("new", account.new_m2);
  write.area("cancelled", account.cancelled_m2);
  write.area("reduced", account.reduced_m2);
  write.area("cleared", account.cleared_m2);
  write.area("remaining_suspected", account.remaining_suspected_m2);
  write.area("remaining_confirmed", account.remaining_confirmed_m2);
  write.area("cleared_outside", account.cleared_outside_m2);
  write.area("double_claimed", account.double_claimed_m2);
  write.area("all_cleared", account.all_cleared_m2);
  write.area("all_reduced", account.all_reduced_m2);
  write.area("all_cancelled", account.all_cancelled_m2);
  write.area("upgraded", account.upgraded_m2);
  write.area("released_before_known", account.released_before_known_m2);
  write.areas("released_by_method", account.released_by_method_m2);
  write.tables("by_year", account.by_year_m2);
  write.tables("by_district", account.by_district_m2);
  json["double_claims"] = double_claims_of(account, unit);
  json["processed"] = processed_of(account.processed, unit);
  json["baseline"] = baseline_of(account);
  json["shares_of_baseline"] = shares_of(account, unit);
  json["hazards_without_polygon"] = account.hazards_without_polygon;
  write.area("declared_without_polygon", account.declared_without_polygon_m2);
  json["releases_without_polygon"] = account.releases_without_polygon;
  json["notes"] = account.notes;
  if (!breakdown.by.empty()) {
    json["by"] = Json::array();
    for (const AccountKey key : breakdown.by) {
      json["by"].push_back(to_string(key));
    }
    json["rows"] = rows_of(breakdown, unit);
  }
  json["stamp"] = account.stamp.empty() ? Json(nullptr) : Json::parse(account.stamp);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string pieces_geojson(const Snapshot& snapshot, const LandAccount& account) {
  FG_CHECK(snapshot.crs.has_value());
  std::string text = R"({"type":"FeatureCollection","features":[)";
  for (std::size_t i = 0; i < account.pieces.size(); ++i) {
    const LandPiece& piece = account.pieces[i];
    const Json feature = {{"type", "Feature"},
                          {"properties", properties_of(piece, snapshot)},
                          {"geometry", geometry_of(piece.geometry, *snapshot.crs)}};
    text += (i == 0 ? "\n" : ",\n") + feature.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return text + "\n]}\n";
}

}  // namespace firmground::mineaction
