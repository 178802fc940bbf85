#include "pipeline/update_estimate.h"

#include <chrono>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "base/stamp.h"
#include "estimate/update_estimate.h"
#include "evidence/record_fields.h"
#include "pipeline/kinds_json.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::json;

/// Values side by side, as they lie in memory.
template <typename T>
Json::binary_t binary_of(const std::vector<T>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
  if (!values.empty()) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
  }
  return Json::binary_t(std::move(bytes));
}

template <typename T>
std::vector<T> values_of(const Json& json) {
  const auto& bytes = json.get_binary();
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) {
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  }
  return values;
}

struct ColumnsOfShares {
  std::vector<std::uint32_t> cell;
  std::vector<std::uint32_t> record;
  std::vector<float> probability;
};

Json json_of(const evidence::RecordFields& records) {
  Json list = Json::array();
  for (const evidence::RecordedField& record : records.records) {
    list.push_back({record.record_id, record.source, record.exists, record.findable, record.log_ratio,
                    record.kind ? Json(evidence::key_of(*record.kind)) : Json()});
  }
  ColumnsOfShares shares;
  for (const evidence::RecordShare& share : records.shares) {
    shares.cell.push_back(share.cell);
    shares.record.push_back(share.record);
    shares.probability.push_back(share.probability);
  }
  return {{"records", std::move(list)},
          {"cells", binary_of(shares.cell)},
          {"of", binary_of(shares.record)},
          {"probabilities", binary_of(shares.probability)},
          {"as_recorded", records.as_recorded}};
}

std::optional<evidence::ItemKind> kind_of(const Json& key) {
  if (key.is_null()) {
    return std::nullopt;
  }
  const std::optional<evidence::ItemKind> kind = kind_of_key(key.get<std::string>());
  if (!kind) {
    throw Json::other_error::create(501, "no such kind of item: " + key.get<std::string>(), nullptr);
  }
  return kind;
}

evidence::RecordFields records_of(const Json& json) {
  evidence::RecordFields records;
  for (const Json& record : json.at("records")) {
    records.records.push_back(
        {record.at(0), record.at(1), record.at(2), record.at(3), record.at(4), kind_of(record.at(5))});
  }
  const auto cell = values_of<std::uint32_t>(json.at("cells"));
  const auto record = values_of<std::uint32_t>(json.at("of"));
  const auto probability = values_of<float>(json.at("probabilities"));
  for (std::size_t i = 0; i < cell.size(); ++i) {
    records.shares.push_back({cell[i], record.at(i), probability.at(i)});
  }
  records.as_recorded = json.at("as_recorded");
  return records;
}

base::Result<void> needs_all(const std::string& reason) {
  return base::fail("estimate.update_needs_all", {{"reason", reason}});
}

/// What the kept estimate was asked for.
base::Result<EstimateRequest> request_of(const std::string& kept) {
  EstimateRequest request;
  const Json json = Json::parse(kept, nullptr, false);
  if (json.is_discarded()) {
    return base::fail("pipeline.estimate_unreadable", {{"reason", "what it was asked for is not known"}});
  }
  request.map_cell_m = json.value("cell_m", request.map_cell_m);
  request.observe.mode = json.value("mode", "") == "effort" ? evidence::Mode::effort : evidence::Mode::automatic;
  for (auto [name, date] : {std::pair("from", &request.observe.from), std::pair("until", &request.observe.until)}) {
    const std::string text = json.value(name, "");
    if (!text.empty()) {
      FG_TRY(*date, mineaction::Date::parse(text));
    }
  }
  request.records = json.value("records", "reconciled") == "as-drawn" ? RecordUse::as_drawn : RecordUse::reconciled;
  return request;
}

/// Cells near what the last update told.
base::Result<std::vector<std::uint32_t>> kept_moved(const registry::Register& programme, const base::Stamp& whole) {
  FG_TRY(const auto moved, programme.load(kMovedCells));
  std::vector<std::uint32_t> cells;
  if (moved && base::parse_stamp(moved->stamp) == whole) {
    cells.resize(moved->bytes.size() / sizeof(std::uint32_t));
    std::memcpy(cells.data(), moved->bytes.data(), cells.size() * sizeof(std::uint32_t));
  }
  return cells;
}

std::string updated_settings(const base::Stamp& whole) {
  auto settings = nlohmann::ordered_json::parse(whole.settings);
  settings["updated_from"] = whole.id();
  return settings.dump();
}

/// What the kept estimate was asked for besides.
estimate::CloserLook closer_of(const StoredEstimate& stored, const AskedPolygons& asked) {
  estimate::CloserLook closer;
  if (stored.closer && !stored.closer->outdated) {
    closer.polygons = asked.of(stored.closer->polygons);
    closer.without_evidence = stored.closer->without_evidence;
    closer.surveys = stored.closer->settings;
  }
  return closer;
}

/// Surveys in the order of the polygons now: those of polygons told anew, and those kept of the others.
void put_surveys(const AskedPolygons& asked, const estimate::EstimateUpdate& update, CloserLook& closer) {
  const estimate::PolygonRange range = asked.of(closer.polygons);
  std::set<std::string> told;
  for (const auto& [place, polygon] : update.polygons) {
    if (range.has(place)) {
      told.insert(polygon.id);
    }
  }
  std::map<std::string, std::vector<estimate::PolygonSurvey>> of;
  for (const estimate::PolygonSurvey& survey : closer.surveys) {
    if (!told.contains(survey.id)) {
      of[survey.id].push_back(survey);
    }
  }
  for (const estimate::PolygonSurvey& survey : update.surveys) {
    of[survey.id].push_back(survey);
  }
  closer.surveys.clear();
  for (std::size_t place = range.first; place < range.first + range.count; ++place) {
    for (estimate::PolygonSurvey& survey : of[asked.polygons[place].id]) {
      survey.polygon = place;
      closer.surveys.push_back(std::move(survey));
    }
  }
}

/// Polygons in the order and number of now: those told anew, and those kept as they were told.
void put_polygons(const AskedPolygons& asked, estimate::EstimateUpdate& update, EstimateUpdateOutcome& outcome) {
  std::unordered_map<std::size_t, estimate::PolygonEstimate*> anew;
  for (auto& [place, polygon] : update.polygons) {
    anew[place] = &polygon;
  }
  if (outcome.stored.closer) {
    put_surveys(asked, update, *outcome.stored.closer);
  }
  std::size_t place = 0;
  std::map<std::string, std::vector<estimate::PolygonEstimate>> result;
  for (const auto& [kind, count] : asked.kinds) {
    std::map<std::string, const estimate::PolygonEstimate*> before;
    for (const estimate::PolygonEstimate& polygon : outcome.stored.polygons[kind]) {
      before[polygon.id] = &polygon;
    }
    for (const std::size_t end = place + count; place < end; ++place) {
      const estimate::PolygonCells& polygon = asked.polygons[place];
      const auto told = anew.find(place);
      const auto old = before.find(polygon.id);
      if (told != anew.end()) {
        result[kind].push_back(std::move(*told->second));
      } else if (old != before.end() && old->second->area_m2 == polygon.area_m2) {
        result[kind].push_back(*old->second);
      } else {
        constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
        result[kind].push_back({.id = polygon.id,
                                .probability_none = kUnknown,
                                .items_mean = kUnknown,
                                .items_p05 = kUnknown,
                                .items_p95 = kUnknown,
                                .evidence = kUnknown,
                                .area_m2 = polygon.area_m2,
                                .reasons = {},
                                .besides_known = false});
        ++outcome.polygons_unknown;
      }
    }
  }
  outcome.stored.polygons = std::move(result);
}

/// The map of kinds of the whole estimate.
base::Result<geo::Raster> kept_kinds(const registry::Register& programme, const base::Stamp& whole,
                                     const geo::Crs& crs) {
  FG_TRY(const auto kept, programme.load(kEstimateKinds));
  if (!kept || kept->bytes.empty() || base::parse_stamp(kept->stamp) != whole) {
    return base::fail("pipeline.no_kinds_to_update");
  }
  return geo::from_geotiff(kept->bytes, crs);
}

/// What is read before anything is estimated.
struct Maps {
  geo::Raster hazard;
  std::optional<geo::Raster> kinds;  ///< of the whole estimate, when asked for
  std::vector<std::uint32_t> moved;  ///< cells near what the last update told
};

base::Result<Maps> kept_maps(const registry::Register& programme, const base::Stamp& whole, const geo::Crs& crs,
                             const EstimateUpdateRequest& request) {
  Maps maps;
  FG_TRY(auto raster, latest_hazard_raster(programme, crs));
  if (!raster) {
    return base::fail("pipeline.no_estimate_to_update");
  }
  maps.hazard = std::move(*raster);
  if (request.kind_map) {
    FG_TRY(maps.kinds, kept_kinds(programme, whole, crs));
  }
  FG_TRY(maps.moved, kept_moved(programme, whole));
  return maps;
}

/// Says in the maps' metadata what they are now.
void stamp_maps(const StoredEstimate& stored, Maps& maps) {
  const auto stamp = [&](geo::Raster& raster) {
    raster.metadata["FIRMGROUND_STAMP"] = stored.stamp.to_json();
    raster.metadata["FIRMGROUND_ITEMS_MEAN"] = Json(stored.totals.items_mean).dump();
  };
  stamp(maps.hazard);
  if (maps.kinds) {
    stamp(*maps.kinds);
  }
}

registry::StoredResult moved_cells(const std::vector<std::uint32_t>& cells, const std::string& stamp,
                                   const std::string& made_at) {
  std::string bytes(cells.size() * sizeof(std::uint32_t), '\0');
  if (!cells.empty()) {
    std::memcpy(bytes.data(), cells.data(), bytes.size());
  }
  return {.name = kMovedCells, .stamp = stamp, .made_at = made_at, .bytes = std::move(bytes)};
}

}  // namespace

base::Result<KeptEstimate> kept_estimate(const registry::Register& programme, const mineaction::Snapshot& snapshot) {
  FG_TRY(auto stored, latest_estimate(programme, snapshot));
  FG_TRY(const auto state, programme.load(kEstimateState));
  FG_TRY(const auto ground, programme.load(kEstimateGround));
  if (stored && stored->mode == "presence-only") {
    FG_TRY_VOID(needs_all("it was made from a bare register of events"));
  }
  if (!stored || !state || !ground) {
    return base::fail("pipeline.no_estimate_to_update");
  }
  KeptEstimate kept;
  kept.whole = base::parse_stamp(state->stamp);
  const Json settings = Json::parse(stored->stamp.settings, nullptr, false);
  const std::string from = settings.is_object() ? settings.value("updated_from", stored->stamp.id()) : "";
  if (from != kept.whole.id() || ground->stamp != state->stamp) {
    FG_TRY_VOID(needs_all("its parts were not kept together"));
  }
  if (kept.whole.version != base::version()) {
    FG_TRY_VOID(needs_all("it was made by another version of Firmground"));
  }
  FG_TRY(kept.ground, parse_kept_ground(ground->bytes));
  if (kept.ground.hash != ground_hash(snapshot)) {
    FG_TRY_VOID(
        needs_all("other records than finds, accidents and land releases that it reads were entered or changed since"));
  }
  FG_TRY(kept.state, estimate::parse_estimate_state(state->bytes));
  FG_TRY(kept.request, request_of(stored->request));
  kept.request.observe.cell_m = kept.state.grid.cell_m;
  kept.stored = std::move(*stored);
  return kept;
}

std::string to_bytes(const KeptGround& ground) {
  const Json json = {{"hash", ground.hash}, {"records", ground.records ? json_of(*ground.records) : Json()}};
  std::string bytes;
  Json::to_cbor(json, bytes);
  return bytes;
}

base::Result<KeptGround> parse_kept_ground(const std::string& bytes) {
  try {
    const Json json = Json::from_cbor(bytes);
    KeptGround ground{json.at("hash"), {}};
    if (!json.at("records").is_null()) {
      ground.records = records_of(json.at("records"));
    }
    return ground;
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

std::string ground_hash(const mineaction::Snapshot& snapshot) {
  mineaction::Snapshot ground;
  ground.crs = snapshot.crs;
  ground.areas_of_interest = snapshot.areas_of_interest;
  ground.districts = snapshot.districts;
  ground.hazards = snapshot.hazards;
  ground.minefield_records = snapshot.minefield_records;
  ground.minefield_record_legs = snapshot.minefield_record_legs;
  ground.places = snapshot.places;
  ground.reference_features = snapshot.reference_features;
  ground.covariates = snapshot.covariates;
  return mineaction::content_hash_of(ground);
}

std::vector<registry::StoredResult> kept_for_updates(const KeptGround& ground, const WholeEstimate& whole,
                                                     const std::string& made_at) {
  const auto kept = [&](const char* name, std::string bytes) {
    return registry::StoredResult{.name = name, .stamp = whole.stamp, .made_at = made_at, .bytes = std::move(bytes)};
  };
  return {kept(kEstimateGround, to_bytes(ground)), kept(kMovedCells, ""),
          kept(kEstimateKinds, whole.kind_map.value_or("")), kept(kEstimateState, estimate::to_bytes(whole.state))};
}

base::Result<EstimateUpdateOutcome> update_estimate_programme(registry::Register& programme,
                                                              const mineaction::Snapshot& snapshot,
                                                              const EstimateUpdateRequest& request,
                                                              const base::Progress& progress) {
  const auto now = [] { return std::chrono::steady_clock::now(); };
  auto last = now();
  EstimateUpdateOutcome outcome;
  const auto took = [&](const char* stage) {
    outcome.seconds[stage] = std::chrono::duration<double>(now() - last).count();
    last = now();
  };
  progress("Reading the kept estimate", 0);
  FG_TRY(KeptEstimate kept, kept_estimate(programme, snapshot));
  FG_TRY(Maps maps, kept_maps(programme, kept.whole, *snapshot.crs, request));
  took("read");
  FG_TRY(evidence::Observations observations, evidence::observe(snapshot, kept.request.observe, progress));
  if (kept.ground.records) {
    evidence::use_records(std::move(*kept.ground.records), observations);
  }
  const AskedPolygons asked = polygons_of(snapshot, observations.grid);
  took("observe");
  progress("Bringing the map up to date", 0.5);
  FG_TRY(estimate::EstimateUpdate update,
         estimate::update_estimate(
             kept.state, std::move(observations), asked.polygons, maps.moved, maps.hazard,
             {.kind_raster = maps.kinds ? &*maps.kinds : nullptr, .closer = closer_of(kept.stored, asked)}));
  took("engine");

  outcome.cells_changed = update.cells_changed;
  outcome.reports_changed = update.reports_changed;
  outcome.reports_aside = update.reports_aside;
  outcome.cells_refreshed = update.cells_refreshed;
  outcome.shift_beyond = update.shift_beyond;
  outcome.polygons_refreshed = static_cast<std::int64_t>(update.polygons.size());
  outcome.items_before = kept.stored.totals.items_mean;
  outcome.stored = std::move(kept.stored);
  put_polygons(asked, update, outcome);
  outcome.stored.totals = update.totals;
  if (!update.kinds.empty()) {
    outcome.stored.kinds = std::move(update.kinds);
  }
  const std::string whole = kept.whole.to_json();
  outcome.stored.stamp = {kept.whole.product, snapshot.hash, base::version(), updated_settings(kept.whole),
                          kept.whole.seed};
  outcome.stored.stale = false;
  const std::string made_at = base::utc_timestamp(base::now_unix_milliseconds());
  outcome.stored.made_at = made_at;
  stamp_maps(outcome.stored, maps);
  if (maps.kinds) {
    FG_TRY(outcome.kind_map, geo::to_cog(*maps.kinds));
  }
  FG_TRY_VOID(
      store_estimate(programme, outcome.stored, maps.hazard, made_at, {moved_cells(update.moved, whole, made_at)}));
  took("store");
  return outcome;
}

}  // namespace firmground::pipeline
