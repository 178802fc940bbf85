#include "pipeline/update_estimate.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/ids.h"
#include "base/stamp.h"
#include "estimate/state_part.h"
#include "estimate/update_estimate.h"
#include "evidence/observe_since.h"
#include "geo/area.h"
#include "mineaction/snapshot_bytes.h"

namespace firmground::pipeline {

namespace {

std::string updated_settings(const base::Stamp& whole) {
  auto settings = nlohmann::ordered_json::parse(whole.settings);
  settings["updated_from"] = whole.id();
  return settings.dump();
}

/// What the whole estimate was asked for besides, of polygons yet to be named.
estimate::CloserLook closer_asked(const StoredEstimate& stored) {
  estimate::CloserLook closer;
  if (stored.closer && !stored.closer->outdated) {
    closer.without_evidence = stored.closer->without_evidence;
    closer.surveys = stored.closer->settings;
  }
  return closer;
}

estimate::CloserLook closer_of(const StoredEstimate& stored, const AskedPolygons& asked) {
  estimate::CloserLook closer = closer_asked(stored);
  if (stored.closer && !stored.closer->outdated) {
    closer.polygons = asked.of(stored.closer->polygons);
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
  const auto stay = [&](std::size_t place) {
    return std::binary_search(update.reasons_stay.begin(), update.reasons_stay.end(), place);
  };
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
        if (old != before.end() && stay(place)) {
          changed.anew.back().reasons = kept->second[static_cast<std::size_t>(old->second)].reasons;
        }
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

/// Ids, by kind, of polygons that were not drawn as they are now.
std::map<std::string, std::set<std::string_view>> drawn_otherwise(const mineaction::SnapshotChange& change) {
  const auto each = [](const DrawnPolygons& drawn, auto visit) {
    std::size_t place = 0;
    for (const auto& [kind, count] : drawn.kinds) {
      for (const std::size_t end = place + count; place < end; ++place) {
        visit(kind, drawn.all[place]);
      }
    }
  };
  std::map<std::string, std::unordered_map<std::string_view, const geo::PlanarGeometry*>> gone;
  each(drawn_polygons(change.gone),
       [&](const std::string& kind, const DrawnPolygons::One& one) { gone[kind][*one.id] = one.geometry; });
  std::map<std::string, std::set<std::string_view>> otherwise;
  each(drawn_polygons(change.come), [&](const std::string& kind, const DrawnPolygons::One& one) {
    const auto& of_kind = gone[kind];
    const auto was = of_kind.find(*one.id);
    if (was == of_kind.end() || *was->second != *one.geometry) {
      otherwise[kind].insert(*one.id);
    }
  });
  return otherwise;
}

/// The polygons now, not laid out; the area of one that lies as it did is known.  `kept`: those of then, ascending.
AskedPolygons named_polygons(const mineaction::Snapshot& now, const mineaction::SnapshotChange& change,
                             const PolygonsByKind& kept) {
  DrawnPolygons drawn = drawn_polygons(now);
  auto otherwise = drawn_otherwise(change);
  AskedPolygons asked{.polygons = std::vector<estimate::PolygonCells>(drawn.all.size()),
                      .kinds = std::move(drawn.kinds)};
  std::size_t place = 0;
  for (const auto& [kind, count] : asked.kinds) {
    const auto of_kind = kept.find(kind);
    const std::span<const estimate::PolygonEstimate> known =
        of_kind == kept.end() ? std::span<const estimate::PolygonEstimate>() : std::span(of_kind->second);
    const std::set<std::string_view>& not_as_before = otherwise[kind];
    auto old = known.begin();
    for (const std::size_t end = place + count; place < end; ++place) {
      const DrawnPolygons::One& one = drawn.all[place];
      while (old != known.end() && old->id < *one.id) {
        ++old;
      }
      const bool as_before = old != known.end() && old->id == *one.id && !not_as_before.contains(*one.id);
      asked.polygons[place].id = *one.id;
      asked.polygons[place].area_m2 = as_before ? old->area_m2 : geo::ellipsoidal_area_m2(*one.geometry, *now.crs);
    }
  }
  return asked;
}

/// What an update needs of the kept estimate and of the register, whatever part of the country it looks at.
struct Read {
  KeptEstimate kept;        ///< without what is known by cell
  PolygonsByKind polygons;  ///< of the kept estimate
  mineaction::Snapshot now;
  std::optional<mineaction::SnapshotChange> change;  ///< since the kept estimate; empty: what it read was not kept
  std::vector<geo::Box> changed;                     ///< evidence::changed_boxes()
};

/// The register as the whole estimate read it; nothing where that was not kept.
base::Result<std::optional<mineaction::Snapshot>> read_then(const registry::Register& programme,
                                                            const base::Stamp& whole) {
  base::Result<std::optional<mineaction::Snapshot>> then;
  const std::string stamp = whole.to_json();
  FG_TRY_VOID(programme.look_at(kEstimateSnapshot, [&](std::string_view of, std::string_view bytes) {
    if (!bytes.empty() && of == stamp) {
      then = mineaction::parse_snapshot(bytes);
    }
  }));
  return then;
}

/// The register as it is, maybe without its hash, unless somebody gave that, and what changed.
base::Result<void> read_register(const registry::Register& programme, const mineaction::Snapshot* given, Read& read) {
  FG_TRY(auto then, read_then(programme, read.kept.whole.stamp));
  if (given == nullptr && then && then->last_entry > 0) {
    const std::int64_t last_entry = then->last_entry;
    FG_TRY(registry::SnapshotSince since, programme.snapshot_since(std::move(*then), last_entry));
    read.now = std::move(since.now);
    read.change = std::move(since.change);
    return {};
  }
  if (given != nullptr) {
    read.now = *given;
  } else {
    FG_TRY(read.now, programme.snapshot());
  }
  if (then) {
    read.change = mineaction::SnapshotChange{.gone = std::move(*then), .come = read.now};
  }
  return {};
}

base::Result<void> load_polygons(const registry::Register& programme, Read& read) {
  FG_TRY(auto polygons, latest_whole_polygons(programme));
  if (!polygons) {
    return base::fail("estimate.update_needs_all", {{"reason", "its parts were not kept together"}});
  }
  read.polygons = std::move(*polygons);
  return {};
}

base::Result<Read> read_kept(const registry::Register& programme, const registry::Register& beside,
                             const mineaction::Snapshot* now) {
  Read read;
  FG_TRY(read.kept, kept_outline(programme));
  FG_TRY_VOID(all_done({[&] { return read_register(programme, now, read); },
                        [&]() -> base::Result<void> {
                          FG_TRY_VOID(load_shared(beside, read.kept));
                          return load_polygons(beside, read);
                        }}));
  if (read.change) {
    read.changed = evidence::changed_boxes(*read.change);
  }
  return read;
}

/// A part of the country as it was and as it is.
struct Looked {
  KeptEstimate kept;
  evidence::Observations observations;
  AskedPolygons asked;
  bool laid_out = false;  ///< `asked` has cells
};

/// Observes what changed since then, in what is loaded of the country.  False: all ground is to be observed again.
base::Result<bool> look_since(const Read& read, Looked& looked) {
  const evidence::ObserveOptions& options = looked.kept.request.observe;
  if (!read.change || !looked.kept.ground.seen) {
    return false;
  }
  FG_TRY(ObservedThen then, observed_then(std::move(looked.kept.ground), looked.kept.state, read.now, options));
  looked.observations = std::move(then.observations);
  if (!evidence::observe_since(read.now, *read.change, read.changed, options, looked.observations, then.beyond)) {
    looked.kept.ground = {.hash = read.kept.ground.hash,
                          .cell_m = read.kept.ground.cell_m,
                          .records = std::move(looked.observations.records),
                          .covariates = std::move(looked.observations.covariates)};
    return false;
  }
  looked.asked = named_polygons(read.now, *read.change, read.polygons);
  return true;
}

/// All of the country.
base::Result<Looked> look_at_all(const registry::Register& programme, const registry::Register& beside,
                                 const Read& read, const base::Progress& progress) {
  Looked looked{.kept = read.kept, .observations = {}, .asked = {}};
  const geo::Grid& country = looked.kept.state.grid;
  FG_TRY_VOID(load_part(programme, beside, {0, 0, country.columns, country.rows}, looked.kept));
  FG_TRY(const bool done, look_since(read, looked));
  if (done) {
    return looked;
  }
  const evidence::ObserveOptions& options = looked.kept.request.observe;
  FG_TRY(ObservedNow now, observe_now(read.now, options, progress));
  looked.asked = polygons_of(read.now, now.observations.grid);
  looked.laid_out = true;
  looked.observations = on_kept_ground(std::move(now), std::move(looked.kept.ground), read.now, options);
  return looked;
}

/// The part of the country to look at first; nothing where that is most of it.
std::optional<evidence::Region> part_to_look_at(const Read& read, std::int32_t cells) {
  const geo::Grid& country = read.kept.state.grid;
  const auto changed = evidence::ground_changed(read.changed, country);
  const evidence::Region part =
      estimate::part_round(read.kept.state, changed.value_or(evidence::Region{0, 0, 1, 1}), cells);
  return part.size() < country.size() / 2 ? std::optional(part) : std::nullopt;
}

/// The hash of the register as it is, or why an update cannot follow what changed: of all records, while the map is
/// brought up to date.  `read` must outlive it.
std::shared_future<base::Result<std::string>> hash_while_telling(const Read& read) {
  return std::async(std::launch::async, [&read]() -> base::Result<std::string> {
    FG_TRY_VOID(same_ground(read.kept, read.now, read.change));
    return read.now.hash.empty() ? mineaction::content_hash_of(read.now) : read.now.hash;
  });
}

struct Told {
  Looked looked;
  estimate::EstimateUpdate update;
};

base::Result<estimate::EstimateUpdate> tell(const Read& read, Looked& looked, const estimate::AlsoTold& also) {
  const KeptEstimate& kept = looked.kept;
  return estimate::update_estimate(kept.state, std::move(looked.observations),
                                   looked.laid_out ? estimate::touching(looked.asked.polygons)
                                                   : polygons_touching(read.now, kept.state.grid, kept.state.whole()),
                                   also);
}

/// With the ground near what changed, as far as what is told needs it; nothing: all of the country is needed.
base::Result<std::optional<Told>> told_by_part(const registry::Register& programme, const registry::Register& beside,
                                               const Read& read) {
  if (!read.change || !read.kept.ground.seen || read.kept.ground.covariates.empty()) {
    return std::nullopt;
  }
  for (std::int32_t cells = estimate::reach_of_change(read.kept.state);; cells *= 2) {
    const auto part = part_to_look_at(read, cells);
    if (!part) {
      return std::nullopt;
    }
    Told told{.looked = {.kept = read.kept, .observations = {}, .asked = {}}, .update = {}};
    FG_TRY_VOID(load_part(programme, beside, *part, told.looked.kept));
    FG_TRY(const bool done, look_since(read, told.looked));
    if (!done) {
      return std::nullopt;
    }
    FG_TRY(told.update, tell(read, told.looked, {}));
    if (!told.update.needs_wider) {
      return told;
    }
  }
}

/// By the part of the country that it takes, or by all of it.
base::Result<Told> told_now(const registry::Register& programme, const registry::Register& beside, const Read& read,
                            const std::shared_future<base::Result<std::string>>& hash, Maps& maps,
                            const base::Progress& progress) {
  estimate::AlsoTold also{.kind_raster = maps.kinds ? &*maps.kinds : nullptr,
                          .closer = closer_asked(read.kept.whole),
                          .whole = maps.hazard ? &*maps.hazard : nullptr};
  if (!also.of_all_ground()) {
    FG_TRY(std::optional<Told> told, told_by_part(programme, beside, read));
    if (told) {
      return std::move(*told);
    }
  }
  FG_TRY_VOID(hash.get());
  FG_TRY(Looked looked, look_at_all(programme, beside, read, progress));
  also.closer = closer_of(read.kept.whole, looked.asked);
  FG_TRY(estimate::EstimateUpdate update, tell(read, looked, also));
  return Told{std::move(looked), std::move(update)};
}

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
  FG_TRY(const registry::Register beside, programme.beside());
  FG_TRY(Read read, read_kept(programme, beside, given));
  if (!read.now.crs) {
    FG_TRY_VOID(same_ground(read.kept, read.now, read.change));
  }
  FG_CHECK(read.now.crs.has_value());
  const auto hash_of_now = hash_while_telling(read);
  const mineaction::Snapshot& snapshot = read.now;
  FG_TRY(const auto before, latest_summary(programme, snapshot));
  auto kept_or_not = kept_maps(programme, read.kept.whole.stamp, *snapshot.crs,
                               read.kept.whole.closer && read.kept.whole.closer->settings, request.kind_map);
  if (!kept_or_not) {
    FG_TRY_VOID(hash_of_now.get());
  }
  FG_TRY(Maps maps, std::move(kept_or_not));
  took("read");
  progress("Bringing the map up to date", 0.4);
  auto told_or_not = told_now(programme, beside, read, hash_of_now, maps, progress);
  FG_TRY(const std::string hash, hash_of_now.get());  // of what went wrong it says why
  FG_TRY(Told told, std::move(told_or_not));
  const AskedPolygons& asked = told.looked.asked;
  const KeptEstimate& kept = told.looked.kept;
  estimate::EstimateUpdate& update = told.update;
  took("engine");

  outcome.cells_changed = update.cells_changed;
  outcome.reports_changed = update.reports_changed;
  outcome.reports_aside = update.reports_aside;
  outcome.cells_looked_at = static_cast<std::int64_t>(kept.state.grid.size());
  outcome.cells_refreshed = update.cells_refreshed;
  outcome.shift_beyond = update.shift_beyond;
  outcome.polygons_refreshed = static_cast<std::int64_t>(update.polygons.size());
  outcome.items_before = before->totals.items_mean;
  outcome.stored = summary_of(kept.whole, asked, update, hash);
  outcome.stored.made_at = base::utc_timestamp(base::now_unix_milliseconds());
  const EstimateChanges changes = {.map = std::move(update.map),
                                   .polygons = polygons_since(asked, read.polygons, update, outcome.polygons_unknown)};
  FG_TRY(outcome.stored.polygons, changed(changes, std::move(read.polygons)));
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
