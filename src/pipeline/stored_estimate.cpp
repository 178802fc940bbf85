#include "pipeline/stored_estimate.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/effects_json.h"
#include "pipeline/kept_estimate.h"
#include "pipeline/kinds_json.h"
#include "pipeline/statements_json.h"

namespace firmground::pipeline {
namespace {

using Json = nlohmann::ordered_json;

/// null is "not known" (JSON has no NaN).
double number(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

StoredEstimate estimate_from(const Json& json) {
  StoredEstimate result;
  const Json& totals = json.at("totals");
  result.totals = {number(totals.at("items_mean")), number(totals.at("items_p05")), number(totals.at("items_p95"))};
  result.mode = json.at("mode");
  result.cells = json.at("cells");
  result.cell_m = number(json.at("cell_m"));
  for (const auto& [name, value] : json.at("hyperparameters").items()) {
    result.hyperparameters[name] = number(value);
  }
  result.effects = effects_from(json.at("effects"));
  if (json.contains("statements")) {
    result.statements = statements_from(json.at("statements"));
  }
  if (json.contains("kinds")) {
    result.kinds = kinds_from(json.at("kinds"));
  }
  if (json.contains("closer")) {
    result.closer = closer_look_from(json.at("closer"));
  }
  result.request = json.at("request");
  result.stamp = base::parse_stamp(json.at("stamp").dump());
  return result;
}

}  // namespace

std::string to_json(const StoredEstimate& estimate) {
  Json json = {{"totals",
                {{"items_mean", estimate.totals.items_mean},
                 {"items_p05", estimate.totals.items_p05},
                 {"items_p95", estimate.totals.items_p95}}},
               {"mode", estimate.mode},
               {"cells", estimate.cells},
               {"cell_m", estimate.cell_m},
               {"hyperparameters", estimate.hyperparameters},
               {"effects", effects_json(estimate.effects)},
               {"statements", statements_json(estimate.statements)},
               {"kinds", kinds_json(estimate.kinds)},
               {"request", estimate.request},
               {"stamp", Json::parse(estimate.stamp.to_json())}};
  if (estimate.closer) {
    json["closer"] = closer_look_json(*estimate.closer);
  }
  return json.dump();
}

base::Result<StoredEstimate> parse_stored_estimate(const std::string& json) {
  try {
    return estimate_from(Json::parse(json));
  } catch (const nlohmann::json::exception& reason) {
    return base::fail("pipeline.estimate_unreadable", {{"reason", reason.what()}});
  }
}

namespace {

/// Under this and the hash of the snapshot lies the list of what was ever estimated of it.
constexpr const char* kEstimateTotals = "estimate-totals/";

base::Result<registry::StoredResult> totals_remembered(const registry::Register& programme,
                                                       const StoredEstimate& summary, const std::string& made_at) {
  const std::string name = kEstimateTotals + summary.stamp.snapshot_hash;
  FG_TRY(const std::optional<registry::StoredResult> before, programme.load(name));
  Json list = before ? Json::parse(before->bytes, nullptr, false) : Json::array();
  if (!list.is_array()) {
    return base::fail("pipeline.estimate_unreadable", {{"reason", "the totals kept of earlier estimates are no list"}});
  }
  list.push_back({{"made_at", made_at},
                  {"stamp", summary.stamp.id()},
                  {"items_mean", summary.totals.items_mean},
                  {"items_p05", summary.totals.items_p05},
                  {"items_p95", summary.totals.items_p95}});
  return registry::StoredResult{
      .name = name, .stamp = summary.stamp.to_json(), .made_at = made_at, .bytes = list.dump()};
}

}  // namespace

base::Result<std::optional<report::EstimateSummary>> estimate_as_entered(const registry::Register& programme,
                                                                         const mineaction::Snapshot& snapshot,
                                                                         const std::string& entered_until) {
  FG_TRY(const std::optional<registry::StoredResult> kept, programme.load(kEstimateTotals + snapshot.hash));
  std::optional<report::EstimateSummary> last;
  if (!kept) {
    return last;
  }
  try {
    for (const Json& entry : Json::parse(kept->bytes)) {
      const std::string made_at = entry.at("made_at");
      if (made_at <= entered_until) {
        last = {
            .totals = {number(entry.at("items_mean")), number(entry.at("items_p05")), number(entry.at("items_p95"))},
            .made_at = made_at,
            .stamp_id = entry.at("stamp"),
            .stale = false};
      }
    }
  } catch (const nlohmann::json::exception& reason) {
    return base::fail("pipeline.estimate_unreadable", {{"reason", reason.what()}});
  }
  return last;
}

base::Result<void> store_estimate(registry::Register& programme, const StoredEstimate& summary,
                                  const geo::Raster& raster, const std::string& made_at,
                                  std::vector<registry::StoredResult> also) {
  FG_TRY(std::string cog, geo::to_cog(raster));
  FG_TRY(auto totals, totals_remembered(programme, summary, made_at));
  const std::string stamp = summary.stamp.to_json();
  const auto kept = [&](const char* name, std::string bytes) {
    return registry::StoredResult{.name = name, .stamp = stamp, .made_at = made_at, .bytes = std::move(bytes)};
  };
  also.push_back(kept(kHazardRaster, std::move(cog)));
  also.push_back(kept(kHazardEstimate, to_json(summary)));
  also.push_back(kept(kHazardPolygons, to_bytes(summary.polygons)));
  also.push_back(kept(kHazardUpdate, ""));
  also.push_back(kept(kHazardChanges, ""));
  also.push_back(std::move(totals));
  return programme.store(also, {kEstimateTile, kEstimateCovariate});
}

base::Result<void> store_update(registry::Register& programme, const StoredEstimate& summary,
                                const EstimateChanges& changes, const std::string& made_at) {
  FG_TRY(auto totals, totals_remembered(programme, summary, made_at));
  const std::string stamp = summary.stamp.to_json();
  return programme.store({{.name = kHazardUpdate, .stamp = stamp, .made_at = made_at, .bytes = to_json(summary)},
                          {.name = kHazardChanges, .stamp = stamp, .made_at = made_at, .bytes = to_bytes(changes)},
                          std::move(totals)});
}

namespace {

/// The estimate last stored.
struct LatestResult {
  registry::StoredResult whole;
  std::optional<registry::StoredResult> update;  ///< of it
};

base::Result<std::optional<LatestResult>> latest_result(const registry::Register& programme) {
  FG_TRY(std::optional<registry::StoredResult> whole, programme.load(kHazardEstimate));
  if (!whole || whole->bytes.empty()) {
    return std::nullopt;
  }
  FG_TRY(std::optional<registry::StoredResult> update, programme.load(kHazardUpdate));
  if (update && !update->bytes.empty()) {
    const Json settings = Json::parse(base::parse_stamp(update->stamp).settings, nullptr, false);
    const std::string from = settings.is_object() ? settings.value("updated_from", "") : "";
    if (from != base::parse_stamp(whole->stamp).id()) {
      update.reset();
    }
  } else {
    update.reset();
  }
  return LatestResult{std::move(*whole), std::move(update)};
}

/// What the update changed of the whole estimate.
base::Result<EstimateChanges> changes_of(const registry::Register& programme, const registry::StoredResult& update) {
  FG_TRY(const std::optional<registry::StoredResult> changes, programme.load(kHazardChanges));
  if (!changes || changes->stamp != update.stamp) {
    return base::fail("pipeline.estimate_unreadable", {{"reason", "what its last update changed is not kept"}});
  }
  return parse_estimate_changes(changes->bytes);
}

base::Result<StoredEstimate> summary_from(const registry::StoredResult& kept) {
  FG_TRY(StoredEstimate summary, parse_stored_estimate(kept.bytes));
  summary.made_at = kept.made_at;
  return summary;
}

/// Those of the whole estimate; nothing where a version kept them that kept them otherwise.
base::Result<std::optional<PolygonsByKind>> polygons_of_whole(const registry::Register& programme,
                                                              const registry::StoredResult& whole) {
  base::Result<std::optional<PolygonsByKind>> polygons;
  FG_TRY_VOID(programme.look_at(kHazardPolygons, [&](std::string_view stamp, std::string_view bytes) {
    if (stamp == whole.stamp) {
      polygons = parse_polygons(bytes);
    }
  }));
  return polygons;
}

}  // namespace

base::Result<std::optional<StoredEstimate>> latest_whole_summary(const registry::Register& programme) {
  FG_TRY(const std::optional<LatestResult> latest, latest_result(programme));
  if (!latest) {
    return std::nullopt;
  }
  FG_TRY(StoredEstimate result, summary_from(latest->whole));
  return result;
}

base::Result<std::optional<PolygonsByKind>> latest_whole_polygons(const registry::Register& programme) {
  FG_TRY(const std::optional<LatestResult> latest, latest_result(programme));
  if (!latest) {
    return std::nullopt;
  }
  return polygons_of_whole(programme, latest->whole);
}

namespace {

base::Result<StoredEstimate> summary_now(const LatestResult& latest, const mineaction::Snapshot& snapshot) {
  FG_TRY(StoredEstimate result, summary_from(latest.update ? *latest.update : latest.whole));
  result.stale = result.stamp.snapshot_hash != snapshot.hash;
  return result;
}

}  // namespace

base::Result<std::optional<StoredEstimate>> latest_summary(const registry::Register& programme,
                                                           const mineaction::Snapshot& snapshot) {
  FG_TRY(const std::optional<LatestResult> latest, latest_result(programme));
  if (!latest) {
    return std::nullopt;
  }
  FG_TRY(StoredEstimate result, summary_now(*latest, snapshot));
  return result;
}

base::Result<std::optional<StoredEstimate>> latest_estimate(const registry::Register& programme,
                                                            const mineaction::Snapshot& snapshot) {
  FG_TRY(const std::optional<LatestResult> latest, latest_result(programme));
  if (!latest) {
    return std::nullopt;
  }
  FG_TRY(StoredEstimate result, summary_now(*latest, snapshot));
  FG_TRY(std::optional<PolygonsByKind> polygons, polygons_of_whole(programme, latest->whole));
  if (!polygons) {
    return std::nullopt;
  }
  if (latest->update) {
    FG_TRY(const EstimateChanges changes, changes_of(programme, *latest->update));
    FG_TRY(polygons, changed(changes, std::move(*polygons)));
  }
  result.polygons = std::move(*polygons);
  return result;
}

namespace {

/// The map of the whole estimate, as it lies in the programme.
base::Result<std::optional<std::string>> whole_geotiff(const registry::Register& programme,
                                                       const std::optional<LatestResult>& latest) {
  FG_TRY(std::optional<registry::StoredResult> stored, programme.load(kHazardRaster));
  if (!latest || !stored || latest->whole.stamp != stored->stamp) {
    return std::nullopt;
  }
  return std::move(stored->bytes);
}

base::Result<void> bring_up_to_date(const registry::Register& programme, const registry::StoredResult& update,
                                    geo::Raster& raster) {
  FG_TRY(const EstimateChanges changes, changes_of(programme, update));
  FG_TRY_VOID(change(changes, raster));
  FG_TRY(const StoredEstimate summary, summary_from(update));
  stamp_map(summary, raster);
  return {};
}

}  // namespace

void stamp_map(const StoredEstimate& stored, geo::Raster& raster) {
  raster.metadata["FIRMGROUND_STAMP"] = stored.stamp.to_json();
  raster.metadata["FIRMGROUND_ITEMS_MEAN"] = Json(stored.totals.items_mean).dump();
}

base::Result<std::optional<geo::Raster>> whole_hazard_raster(const registry::Register& programme, const geo::Crs& crs) {
  FG_TRY(const std::optional<LatestResult> latest, latest_result(programme));
  FG_TRY(const std::optional<std::string> bytes, whole_geotiff(programme, latest));
  if (!bytes) {
    return std::nullopt;
  }
  FG_TRY(geo::Raster raster, geo::from_geotiff(*bytes, crs));
  return raster;
}

base::Result<std::optional<geo::Raster>> latest_hazard_raster(const registry::Register& programme,
                                                              const geo::Crs& crs) {
  FG_TRY(const std::optional<LatestResult> latest, latest_result(programme));
  FG_TRY(const std::optional<std::string> bytes, whole_geotiff(programme, latest));
  if (!bytes) {
    return std::nullopt;
  }
  FG_TRY(geo::Raster raster, geo::from_geotiff(*bytes, crs));
  if (latest->update) {
    FG_TRY_VOID(bring_up_to_date(programme, *latest->update, raster));
  }
  return raster;
}

base::Result<std::optional<std::string>> latest_hazard_geotiff(const registry::Register& programme,
                                                               const geo::Crs& crs) {
  FG_TRY(const std::optional<LatestResult> latest, latest_result(programme));
  FG_TRY(std::optional<std::string> bytes, whole_geotiff(programme, latest));
  if (bytes && latest->update) {
    FG_TRY(geo::Raster raster, geo::from_geotiff(*bytes, crs));
    FG_TRY_VOID(bring_up_to_date(programme, *latest->update, raster));
    FG_TRY(bytes, geo::to_cog(raster));
  }
  return bytes;
}

report::EstimateSummary summary_for_report(const StoredEstimate& estimate) {
  return {
      .totals = estimate.totals, .made_at = estimate.made_at, .stamp_id = estimate.stamp.id(), .stale = estimate.stale};
}

}  // namespace firmground::pipeline
