#include "pipeline/update_estimate.h"

#include <chrono>
#include <exception>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "base/parallel.h"
#include "base/stamp.h"
#include "estimate/update_estimate.h"
#include "evidence/observe_since.h"
#include "geo/area.h"
#include "mineaction/snapshot_bytes.h"

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
base::Result<KeptEstimate> kept_outline(const registry::Register& programme) {
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
  FG_TRY(kept.request, request_of(stored->request));
  kept.request.observe.cell_m = kept.ground.cell_m;
  kept.whole = std::move(*stored);
  return kept;
}

base::Result<void> same_ground(const KeptEstimate& kept, const mineaction::Snapshot& snapshot) {
  return kept.ground.hash == ground_hash(snapshot)
             ? base::Result<void>()
             : needs_all(
                   "other records than finds, accidents and land releases that it reads were entered or changed since");
}

base::Result<void> load_state(const registry::Register& programme, KeptEstimate& kept) {
  FG_TRY(const auto state, programme.load(kEstimateState));
  if (!state || state->stamp != kept.whole.stamp.to_json()) {
    return needs_all("its parts were not kept together");
  }
  FG_TRY(kept.state, estimate::parse_estimate_state(state->bytes));
  return {};
}

base::Result<void> load_values(const registry::Register& programme, std::size_t covariate, KeptEstimate& kept) {
  const std::string stamp = kept.whole.stamp.to_json();
  base::Result<void> put = needs_all("its parts were not kept together");
  FG_TRY_VOID(programme.look_at(values_name(covariate), [&](std::string_view of, std::string_view bytes) {
    if (of == stamp) {
      put = put_values(bytes, kept.ground.covariates[covariate]);
    }
  }));
  return put;
}

/// Of a kept estimate all that its outline leaves out, each part by itself, and beside it what `also` does.  Half of it
/// over a connection of its own.  Stamps tell parts of another estimate.
base::Result<void> load_parts(const registry::Register& programme, KeptEstimate& kept,
                              const std::vector<std::function<base::Result<void>()>>& also = {}) {
  FG_TRY(const registry::Register beside, programme.beside());
  const std::size_t values = kept.ground.covariates.size();
  std::vector<base::Result<void>> loaded(also.size() + 1 + values);
  const auto load = [&](std::size_t part) {
    return part < also.size()    ? also[part]()
           : part == also.size() ? load_state(beside, kept)
                                 : load_values(part % 2 == 0 ? programme : beside, part - also.size() - 1, kept);
  };
  base::parallel_for(loaded.size(), 1, [&](std::size_t part, std::size_t) {
    try {
      loaded[part] = load(part);
    } catch (const std::exception& problem) {  // damaged bytes ask for more memory than there is, or are no JSON
      loaded[part] = base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
    }
  });
  for (base::Result<void>& part : loaded) {
    FG_TRY_VOID(std::move(part));
  }
  for (const evidence::CovariateField& field : kept.ground.covariates) {
    if (!field.value.empty() && field.value.size() != kept.state.grid.size()) {
      return base::fail("estimate.state_unreadable",
                        {{"problem", "the values of '" + field.name + "' are of another grid"}});
    }
  }
  return {};
}

/// The polygons now, not laid out; the area of one that lies as it did is known.  `kept`: those of then, in their
/// order.
AskedPolygons named_polygons(const mineaction::Snapshot& now, const mineaction::Snapshot& then,
                             const PolygonsByKind& kept) {
  DrawnPolygons drawn = drawn_polygons(now);
  const DrawnPolygons drawn_then = drawn_polygons(then);
  AskedPolygons asked{.polygons = std::vector<estimate::PolygonCells>(drawn.all.size()),
                      .kinds = std::move(drawn.kinds)};
  std::size_t place = 0;
  std::size_t old = 0;
  for (std::size_t k = 0; k < asked.kinds.size(); ++k) {
    const auto& [kind, count] = asked.kinds[k];
    const std::size_t first_old = old;
    const std::size_t end_old = old + drawn_then.kinds[k].second;
    const auto of_kind = kept.find(kind);
    const bool in_order = of_kind != kept.end() && of_kind->second.size() == drawn_then.kinds[k].second;
    for (const std::size_t end = place + count; place < end; ++place) {
      const DrawnPolygons::One& one = drawn.all[place];
      while (old < end_old && *drawn_then.all[old].id < *one.id) {
        ++old;
      }
      const bool as_before = in_order && old < end_old && *drawn_then.all[old].id == *one.id &&
                             *drawn_then.all[old].geometry == *one.geometry;
      asked.polygons[place].id = *one.id;
      asked.polygons[place].area_m2 =
          as_before ? of_kind->second[old - first_old].area_m2 : geo::ellipsoidal_area_m2(*one.geometry, *now.crs);
    }
    old = end_old;
  }
  return asked;
}

/// What an update needs of the kept estimate and of the register.
struct Looked {
  KeptEstimate kept;
  PolygonsByKind polygons;                   ///< of the kept estimate
  std::optional<mineaction::Snapshot> then;  ///< empty: not kept
  mineaction::Snapshot now;
  evidence::Observations observations;
  AskedPolygons asked;
  bool laid_out = false;  ///< `asked` has cells
};

/// The register as the whole estimate read it, where that was kept, and as it is, unless somebody gave that.
base::Result<void> read_register(const registry::Register& programme, bool now_given, Looked& looked) {
  FG_TRY(const auto kept, programme.load(kEstimateSnapshot));
  if (kept && !kept->bytes.empty() && kept->stamp == looked.kept.whole.stamp.to_json()) {
    FG_TRY(looked.then, mineaction::parse_snapshot(kept->bytes));
  }
  if (!now_given) {
    FG_TRY(looked.now, looked.then && looked.then->last_entry > 0
                           ? programme.snapshot_since(*looked.then, looked.then->last_entry)
                           : programme.snapshot());
  }
  return same_ground(looked.kept, looked.now);
}

base::Result<void> load_polygons(const registry::Register& programme, Looked& looked) {
  FG_TRY(auto polygons, latest_whole_polygons(programme));
  if (!polygons) {
    return needs_all("its parts were not kept together");
  }
  looked.polygons = std::move(*polygons);
  return {};
}

base::Result<Looked> read(const registry::Register& programme, const mineaction::Snapshot* now) {
  Looked looked;
  FG_TRY(looked.kept, kept_outline(programme));
  if (now != nullptr) {
    looked.now = *now;
  }
  FG_TRY_VOID(load_parts(programme, looked.kept,
                         {[&] { return read_register(programme, now != nullptr, looked); },
                          [&] { return load_polygons(programme, looked); }}));
  return looked;
}

/// Observes what changed since then.  False: all ground is to be observed again.
base::Result<bool> look_since(Looked& looked) {
  const evidence::ObserveOptions& options = looked.kept.request.observe;
  KeptGround& ground = looked.kept.ground;
  if (!looked.then || !ground.seen) {
    return false;
  }
  FG_TRY(looked.observations, observed_then(std::move(ground), looked.kept.state, *looked.then, options));
  if (!evidence::observe_since(*looked.then, looked.now, options, looked.observations)) {
    ground.covariates = std::move(looked.observations.covariates);
    ground.records = std::move(looked.observations.records);
    return false;
  }
  looked.asked = named_polygons(looked.now, *looked.then, looked.polygons);
  return true;
}

base::Result<void> look(Looked& looked, const base::Progress& progress) {
  FG_TRY(const bool done, look_since(looked));
  if (done) {
    return {};
  }
  const evidence::ObserveOptions& options = looked.kept.request.observe;
  FG_TRY(ObservedNow now, observe_now(looked.now, options, progress));
  looked.asked = polygons_of(looked.now, now.observations.grid);
  looked.laid_out = true;
  looked.observations = on_kept_ground(std::move(now), std::move(looked.kept.ground), looked.now, options);
  return {};
}

}  // namespace

base::Result<KeptEstimate> kept_estimate(const registry::Register& programme, const mineaction::Snapshot& snapshot) {
  FG_TRY(KeptEstimate kept, kept_outline(programme));
  FG_TRY_VOID(same_ground(kept, snapshot));
  FG_TRY_VOID(load_parts(programme, kept));
  return kept;
}

std::vector<registry::StoredResult> kept_for_updates(const KeptGround& ground, const WholeEstimate& whole,
                                                     const std::string& made_at) {
  const auto kept = [&](const char* name, std::string bytes) {
    return registry::StoredResult{.name = name, .stamp = whole.stamp, .made_at = made_at, .bytes = std::move(bytes)};
  };
  std::vector<registry::StoredResult> all = {
      kept(kEstimateGround, to_bytes(ground)), kept(kEstimateSnapshot, ground.snapshot),
      kept(kEstimateKinds, whole.kind_map.value_or("")), kept(kEstimateState, estimate::to_bytes(whole.state))};
  for (std::size_t i = 0; i < ground.covariates.size(); ++i) {
    all.push_back(kept(values_name(i).c_str(), values_to_bytes(ground.covariates[i])));
  }
  return all;
}

namespace {

/// `given`: the register as it is; null: it is read.
base::Result<EstimateUpdateOutcome> update_with(registry::Register& programme, const mineaction::Snapshot* given,
                                                const EstimateUpdateRequest& request, const base::Progress& progress) {
  const auto now = [] { return std::chrono::steady_clock::now(); };
  auto last = now();
  EstimateUpdateOutcome outcome;
  const auto took = [&](const char* stage) {
    outcome.seconds[stage] = std::chrono::duration<double>(now() - last).count();
    last = now();
  };
  progress("Reading the kept estimate", 0);
  FG_TRY(Looked looked, read(programme, given));
  const mineaction::Snapshot& snapshot = looked.now;
  FG_TRY(const auto before, latest_summary(programme, snapshot));
  took("read");
  progress("Looking at the ground that changed", 0.4);
  FG_TRY_VOID(look(looked, progress));
  const KeptEstimate& kept = looked.kept;
  const AskedPolygons& asked = looked.asked;
  took("ground");
  FG_TRY(Maps maps, kept_maps(programme, kept.whole.stamp, *snapshot.crs,
                              kept.whole.closer && kept.whole.closer->settings, request.kind_map));
  took("maps");
  progress("Bringing the map up to date", 0.5);
  FG_TRY(estimate::EstimateUpdate update,
         estimate::update_estimate(
             kept.state, std::move(looked.observations),
             looked.laid_out ? estimate::touching(asked.polygons) : polygons_touching(snapshot, kept.state.grid),
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
  const EstimateChanges changes = {
      .map = std::move(update.map),
      .polygons = polygons_since(asked, looked.polygons, update, outcome.polygons_unknown)};
  FG_TRY(outcome.stored.polygons, changed(changes, looked.polygons));
  if (maps.kinds) {
    stamp_map(outcome.stored, *maps.kinds);
    FG_TRY(outcome.kind_map, geo::to_cog(*maps.kinds));
  }
  FG_TRY_VOID(store_update(programme, outcome.stored, changes, outcome.stored.made_at));
  took("store");
  return outcome;
}

}  // namespace

base::Result<EstimateUpdateOutcome> update_estimate_programme(registry::Register& programme,
                                                              const EstimateUpdateRequest& request,
                                                              const base::Progress& progress) {
  return update_with(programme, nullptr, request, progress);
}

base::Result<EstimateUpdateOutcome> update_estimate_programme(registry::Register& programme,
                                                              const mineaction::Snapshot& snapshot,
                                                              const EstimateUpdateRequest& request,
                                                              const base::Progress& progress) {
  return update_with(programme, &snapshot, request, progress);
}

}  // namespace firmground::pipeline
