#include "pipeline/update_estimate.h"

#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "base/parallel.h"
#include "base/stamp.h"
#include "estimate/update_estimate.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::json;

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

std::string updated_settings(const base::Stamp& whole) {
  auto settings = nlohmann::ordered_json::parse(whole.settings);
  settings["updated_from"] = whole.id();
  return settings.dump();
}

/// What the whole estimate was asked for besides.
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

/// What is kept of the whole estimate, brought up to date, but for its polygons.
StoredEstimate summary_of(const StoredEstimate& whole, const AskedPolygons& asked,
                          const estimate::EstimateUpdate& update, const std::string& snapshot_hash) {
  StoredEstimate now = whole;
  now.totals = update.totals;
  if (!update.kinds.empty()) {
    now.kinds = update.kinds;
  }
  if (now.closer) {
    put_surveys(asked, update, *now.closer);
  }
  now.stamp = {whole.stamp.product, snapshot_hash, base::version(), updated_settings(whole.stamp), whole.stamp.seed};
  now.stale = false;
  return now;
}

/// Polygons in the order and number of now: those told anew, and those kept as they were told.
std::map<std::string, ChangedPolygons> polygons_since(const AskedPolygons& asked, const PolygonsByKind& whole,
                                                      estimate::EstimateUpdate& update, std::int64_t& unknown) {
  std::unordered_map<std::size_t, estimate::PolygonEstimate*> anew;
  for (auto& [place, polygon] : update.polygons) {
    anew[place] = &polygon;
  }
  std::size_t place = 0;
  std::map<std::string, ChangedPolygons> result;
  for (const auto& [kind, count] : asked.kinds) {
    ChangedPolygons& changed = result[kind];
    const auto kept = whole.find(kind);
    std::unordered_map<std::string, std::int32_t> before;
    for (std::size_t i = 0; kept != whole.end() && i < kept->second.size(); ++i) {
      before[kept->second[i].id] = static_cast<std::int32_t>(i);
    }
    for (const std::size_t end = place + count; place < end; ++place) {
      const estimate::PolygonCells& polygon = asked.polygons[place];
      const auto told = anew.find(place);
      const auto old = before.find(polygon.id);
      if (told == anew.end() && old != before.end() &&
          kept->second[static_cast<std::size_t>(old->second)].area_m2 == polygon.area_m2) {
        changed.from.push_back(old->second);
        continue;
      }
      changed.from.push_back(-1 - static_cast<std::int32_t>(changed.anew.size()));
      if (told != anew.end()) {
        changed.anew.push_back(std::move(*told->second));
        continue;
      }
      constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
      changed.anew.push_back({.id = polygon.id,
                              .probability_none = kUnknown,
                              .items_mean = kUnknown,
                              .items_p05 = kUnknown,
                              .items_p95 = kUnknown,
                              .evidence = kUnknown,
                              .area_m2 = polygon.area_m2,
                              .reasons = {},
                              .besides_known = false});
      ++unknown;
    }
  }
  return result;
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

/// The whole estimate's maps that an update needs for what was asked for.
struct Maps {
  std::optional<geo::Raster> hazard;  ///< for surveys
  std::optional<geo::Raster> kinds;
};

base::Result<Maps> kept_maps(const registry::Register& programme, const base::Stamp& whole, const geo::Crs& crs,
                             bool surveys, bool kinds) {
  Maps maps;
  if (surveys) {
    FG_TRY(maps.hazard, whole_hazard_raster(programme, crs));
    if (!maps.hazard) {
      return base::fail("pipeline.no_estimate_to_update");
    }
  }
  if (kinds) {
    FG_TRY(maps.kinds, kept_kinds(programme, whole, crs));
  }
  return maps;
}

std::string values_name(std::size_t covariate) {
  return kEstimateCovariate + std::to_string(covariate);
}

/// The kept estimate without its state, polygons and values of covariates, which are nearly all of it.
base::Result<KeptEstimate> kept_outline(const registry::Register& programme, const mineaction::Snapshot& snapshot) {
  FG_TRY(auto stored, latest_whole_summary(programme));
  FG_TRY(const auto ground, programme.load(kEstimateGround));
  if (stored && stored->mode == "presence-only") {
    FG_TRY_VOID(needs_all("it was made from a bare register of events"));
  }
  if (!stored || !ground) {
    return base::fail("pipeline.no_estimate_to_update");
  }
  KeptEstimate kept;
  if (stored->stamp.to_json() != ground->stamp) {
    FG_TRY_VOID(needs_all("its parts were not kept together"));
  }
  if (stored->stamp.version != base::version()) {
    FG_TRY_VOID(needs_all("it was made by another version of Firmground"));
  }
  FG_TRY(kept.ground, parse_kept_ground(ground->bytes));
  if (kept.ground.hash != ground_hash(snapshot)) {
    FG_TRY_VOID(
        needs_all("other records than finds, accidents and land releases that it reads were entered or changed since"));
  }
  FG_TRY(kept.request, request_of(stored->request));
  kept.request.observe.cell_m = kept.ground.cell_m;
  kept.whole = std::move(*stored);
  return kept;
}

base::Result<void> load_state(const registry::Register& programme, KeptEstimate& kept) {
  FG_TRY(const auto state, programme.load(kEstimateState));
  const std::string stamp = kept.whole.stamp.to_json();
  if (!state || state->stamp != stamp) {
    return needs_all("its parts were not kept together");
  }
  FG_TRY(kept.state, estimate::parse_estimate_state(state->bytes));
  for (std::size_t i = 0; i < kept.ground.covariates.size(); ++i) {
    FG_TRY(const auto values, programme.load(values_name(i)));
    if (!values || values->stamp != stamp) {
      return needs_all("its parts were not kept together");
    }
    FG_TRY_VOID(put_values(values->bytes, kept.state.grid.size(), kept.ground.covariates[i]));
  }
  return {};
}

/// What an update needs of the kept estimate and of the register, read and laid out side by side.
struct Looked {
  KeptEstimate kept;
  evidence::Observations observations;
  AskedPolygons asked;
};

base::Result<Looked> look(const registry::Register& programme, const mineaction::Snapshot& snapshot,
                          const base::Progress& progress) {
  Looked looked;
  FG_TRY(looked.kept, kept_outline(programme, snapshot));
  const evidence::ObserveOptions& options = looked.kept.request.observe;
  base::Result<void> loaded;
  base::Result<ObservedNow> now = base::fail("base.cancelled");
  base::parallel_for(2, 1, [&](std::size_t part, std::size_t) {
    if (part == 0) {
      loaded = load_state(programme, looked.kept);
      return;
    }
    now = observe_now(snapshot, options, progress);
    if (now) {
      looked.asked = polygons_of(snapshot, now->observations.grid);
    }
  });
  FG_TRY_VOID(std::move(loaded));
  FG_TRY(ObservedNow observed, std::move(now));
  looked.observations = on_kept_ground(std::move(observed), std::move(looked.kept.ground), snapshot, options);
  return looked;
}

}  // namespace

base::Result<KeptEstimate> kept_estimate(const registry::Register& programme, const mineaction::Snapshot& snapshot) {
  FG_TRY(KeptEstimate kept, kept_outline(programme, snapshot));
  FG_TRY_VOID(load_state(programme, kept));
  return kept;
}

std::vector<registry::StoredResult> kept_for_updates(const KeptGround& ground, const WholeEstimate& whole,
                                                     const std::string& made_at) {
  const auto kept = [&](const char* name, std::string bytes) {
    return registry::StoredResult{.name = name, .stamp = whole.stamp, .made_at = made_at, .bytes = std::move(bytes)};
  };
  std::vector<registry::StoredResult> all = {kept(kEstimateGround, to_bytes(ground)),
                                             kept(kEstimateKinds, whole.kind_map.value_or("")),
                                             kept(kEstimateState, estimate::to_bytes(whole.state))};
  for (std::size_t i = 0; i < ground.covariates.size(); ++i) {
    all.push_back(kept(values_name(i).c_str(), values_to_bytes(ground.covariates[i])));
  }
  return all;
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
  FG_TRY(const auto before, latest_summary(programme, snapshot));
  FG_TRY(Looked looked, look(programme, snapshot, progress));
  const KeptEstimate& kept = looked.kept;
  const AskedPolygons& asked = looked.asked;
  took("ground");
  FG_TRY(const auto polygons, latest_whole_polygons(programme));
  if (!polygons) {
    FG_TRY_VOID(needs_all("its parts were not kept together"));
  }
  FG_TRY(Maps maps, kept_maps(programme, kept.whole.stamp, *snapshot.crs,
                              kept.whole.closer && kept.whole.closer->settings, request.kind_map));
  took("read");
  progress("Bringing the map up to date", 0.5);
  FG_TRY(estimate::EstimateUpdate update,
         estimate::update_estimate(kept.state, std::move(looked.observations), asked.polygons,
                                   {.kind_raster = maps.kinds ? &*maps.kinds : nullptr,
                                    .closer = closer_of(kept.whole, asked),
                                    .whole = maps.hazard ? &*maps.hazard : nullptr}));
  took("engine");

  outcome.cells_changed = update.cells_changed;
  outcome.reports_changed = update.reports_changed;
  outcome.reports_aside = update.reports_aside;
  outcome.cells_refreshed = update.cells_refreshed;
  outcome.shift_beyond = update.shift_beyond;
  outcome.polygons_refreshed = static_cast<std::int64_t>(update.polygons.size());
  outcome.items_before = before->totals.items_mean;
  outcome.stored = summary_of(kept.whole, asked, update, snapshot.hash);
  outcome.stored.made_at = base::utc_timestamp(base::now_unix_milliseconds());
  const EstimateChanges changes = {.map = std::move(update.map),
                                   .polygons = polygons_since(asked, *polygons, update, outcome.polygons_unknown)};
  FG_TRY(outcome.stored.polygons, changed(changes, *polygons));
  if (maps.kinds) {
    stamp_map(outcome.stored, *maps.kinds);
    FG_TRY(outcome.kind_map, geo::to_cog(*maps.kinds));
  }
  FG_TRY_VOID(store_update(programme, outcome.stored, changes, outcome.stored.made_at));
  took("store");
  return outcome;
}

}  // namespace firmground::pipeline
