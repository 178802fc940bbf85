#include "pipeline/update_reconciliation.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/ids.h"
#include "mineaction/code_lists.h"
#include "pipeline/kept_places.h"
#include "pipeline/reconcile_programme.h"
#include "pipeline/recorded_places.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;

std::uint64_t first_bytes(const base::Hasher& hasher) {
  const std::string digest = hasher.digest();
  std::uint64_t value = 0;
  std::memcpy(&value, digest.data(), sizeof value);
  return value;
}

void add_path(base::Hasher& hasher, const std::vector<geo::Xy>& path) {
  hasher.add(static_cast<std::uint64_t>(path.size()));
  for (const geo::Xy p : path) {
    hasher.add(p.x).add(p.y);
  }
}

struct Changes {
  std::vector<geo::Box> boxes;
  std::int64_t finds = 0;
  std::int64_t releases = 0;
};

Changes changes_of(const SeenEvidences& before, const SeenEvidences& now) {
  Changes changes;
  const auto add = [&](const std::string& key, const geo::Box& box) {
    changes.boxes.push_back(box);
    (key.starts_with("find ") ? changes.finds : changes.releases) += 1;
  };
  for (const auto& [key, item] : now) {
    const auto old = before.find(key);
    if (old == before.end()) {
      add(key, item.box);
    } else if (old->second.content != item.content) {
      add(key, item.box);
      changes.boxes.push_back(old->second.box);
    }
  }
  for (const auto& [key, item] : before) {
    if (!now.contains(key)) {
      add(key, item.box);
    }
  }
  return changes;
}

/// Options of the kept reconciliation, as far as the same hypotheses are given again.
base::Result<evidence::ReconcileOptions> options_of(const base::Stamp& stamp,
                                                    const std::vector<evidence::Hypothesis>& hypotheses) {
  evidence::ReconcileOptions options;
  options.hypotheses = hypotheses;
  options.seed = stamp.seed;
  const Json settings = Json::parse(stamp.settings, nullptr, false);
  Json given = Json::array();
  for (const auto& hypothesis : hypotheses) {
    given.push_back({{"id", hypothesis.id}, {"prior", hypothesis.prior}});
  }
  if (settings.is_discarded() || settings.value("hypotheses", Json()) != given) {
    return base::fail("pipeline.update_needs_all", {{"reason", "other hypotheses are given than it was made with"}});
  }
  if (stamp.version != base::version()) {
    return base::fail("pipeline.update_needs_all", {{"reason", "it was made by another version of Firmground"}});
  }
  if (settings.contains("known")) {
    options.known = settings.at("known").get<std::map<std::string, std::string>>();
  }
  return options;
}

/// Settings with the reconciliation that laws, accuracy and all verdicts not made anew are from.
std::string updated_settings(const base::Stamp& kept, const RecordedPlaces& accepted) {
  Json settings = Json::parse(kept.settings);
  if (settings.contains("as_recorded")) {
    settings["as_recorded"] = accepted.hash;
  }
  if (!settings.contains("updated_from")) {
    settings["updated_from"] = kept.id();
  }
  return settings.dump();
}

/// Whether the kept reconciliation saw the records as they are.
bool same_records(const mineaction::Snapshot& snapshot, const evidence::ReconcileState& state, const KeptPlaces& places,
                  const std::map<std::string, std::string>& seen) {
  bool same = state.records.size() == snapshot.minefield_records.size();
  for (const auto& record : snapshot.minefield_records) {
    const auto place = places.find(record.record_id);
    const auto now = seen.find(record.record_id);
    same = same && state.records.contains(record.record_id) && place != places.end() && now != seen.end() &&
           place->second.seen == now->second;
  }
  return same;
}

}  // namespace

SeenEvidences evidence_seen(const mineaction::Snapshot& snapshot) {
  SeenEvidences seen;
  for (const mineaction::Find& find : snapshot.finds) {
    if (mineaction::is_mine(find.device)) {
      base::Hasher hasher;
      hasher.add(static_cast<std::int32_t>(find.device)).add(find.count).add(find.position.x).add(find.position.y);
      geo::Box box;
      box.include(find.position);
      seen["find " + find.find_id] = {first_bytes(hasher), box};
    }
  }
  for (const mineaction::LandRelease& release : snapshot.land_releases) {
    base::Hasher hasher;
    hasher.add(static_cast<std::int32_t>(release.method)).add(static_cast<std::int32_t>(release.outcome));
    hasher.add(release.coverage.value_or(-1.0));
    for (const auto& polygon : release.geometry.polygons) {
      add_path(hasher, polygon.outer);
      for (const auto& hole : polygon.holes) {
        add_path(hasher, hole);
      }
    }
    seen["release " + release.release_id] = {first_bytes(hasher), geo::bounds(release.geometry)};
  }
  return seen;
}

std::string to_bytes(const KeptState& kept) {
  Json seen = Json::array();
  for (const auto& [key, item] : kept.seen) {
    seen.push_back({key, item.content, item.box.min_x, item.box.min_y, item.box.max_x, item.box.max_y});
  }
  const std::string state = evidence::to_bytes(kept.state);
  const Json json = {{"seen", std::move(seen)},
                     {"state", Json::binary(std::vector<std::uint8_t>(state.begin(), state.end()))}};
  std::string bytes;
  Json::to_cbor(json, bytes);
  return bytes;
}

base::Result<KeptState> parse_kept_state(const std::string& bytes) {
  KeptState kept;
  std::string state;
  try {
    const Json json = Json::from_cbor(bytes);
    for (const Json& item : json.at("seen")) {
      SeenEvidence& seen = kept.seen[item.at(0)];
      item.at(1).get_to(seen.content);
      seen.box.include(geo::Xy{item.at(2).get<double>(), item.at(3).get<double>()});
      seen.box.include(geo::Xy{item.at(4).get<double>(), item.at(5).get<double>()});
    }
    const auto& binary = json.at("state").get_binary();
    state.assign(binary.begin(), binary.end());
  } catch (const nlohmann::json::exception& problem) {
    return base::fail("evidence.state_unreadable", {{"problem", problem.what()}});
  }
  FG_TRY(kept.state, evidence::parse_reconcile_state(state));
  return kept;
}

base::Result<ReconcileUpdate> update_reconciliation(registry::Register& programme, mineaction::Snapshot snapshot,
                                                    const std::vector<evidence::Hypothesis>& hypotheses) {
  FG_TRY(const auto kept_result, programme.load(kReconciliation));
  FG_TRY(const auto kept_places, programme.load(kReconciledPlaces));
  FG_TRY(const auto kept_state, programme.load(kReconcileState));
  if (!kept_result || !kept_places || !kept_state) {
    return base::fail("pipeline.nothing_to_update");
  }
  if (kept_state->stamp != kept_result->stamp || kept_places->stamp != kept_result->stamp) {
    return base::fail("pipeline.update_needs_all", {{"reason", "its parts were not kept together"}});
  }
  const base::Stamp before = base::parse_stamp(kept_result->stamp);
  FG_TRY(const RecordedPlaces accepted, put_back_recorded(programme, snapshot));
  FG_TRY(evidence::ReconcileOptions options, options_of(before, hypotheses));
  options.written = accepted.written;
  FG_TRY(KeptPlaces places, parse_kept_places(kept_places->bytes));
  FG_TRY(KeptState state, parse_kept_state(kept_state->bytes));
  const auto seen = seen_of(snapshot, accepted.versions);
  if (!same_records(snapshot, state.state, places, seen)) {
    return base::fail("pipeline.update_needs_all", {{"reason", "minefield records were entered or changed since"}});
  }
  const SeenEvidences evidences = evidence_seen(snapshot);
  const Changes changes = changes_of(state.seen, evidences);
  FG_TRY(const auto verdicts, evidence::reconcile_near(snapshot, options, state.state, changes.boxes));

  ReconcileUpdate update;
  update.finds = changes.finds;
  update.releases = changes.releases;
  update.stamp = {before.product, snapshot.hash, base::version(), updated_settings(before, accepted), before.seed};
  const std::string stamp = update.stamp.to_json();
  Json json = Json::parse(kept_result->bytes);
  std::map<std::string, Json*> by_id;
  for (Json& record : json.at("records")) {
    by_id[record.at("record_id")] = &record;
  }
  evidence::Reconciliation anew;
  anew.records = verdicts;
  const Json anew_json = Json::parse(evidence::to_json(anew, stamp));
  for (std::size_t r = 0; r < verdicts.size(); ++r) {
    Json& record = *by_id.at(verdicts[r].record_id);
    update.records.push_back({record.at("probability_exists"), record.at("hypothesis"), verdicts[r]});
    record = anew_json.at("records").at(r);
  }
  json["stamp"] = Json::parse(stamp);
  update.json = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (auto& [id, place] : places_of(anew, accepted.versions, seen, *snapshot.crs)) {
    places[id] = std::move(place);
  }
  state.seen = evidences;
  const std::string made_at = base::utc_timestamp(base::now_unix_milliseconds());
  FG_TRY_VOID(programme.store(
      {.name = kReconciledPlaces, .stamp = stamp, .made_at = made_at, .bytes = to_json(places, stamp)}));
  FG_TRY_VOID(programme.store({.name = kReconcileState, .stamp = stamp, .made_at = made_at, .bytes = to_bytes(state)}));
  FG_TRY_VOID(programme.store({.name = kReconciliation, .stamp = stamp, .made_at = made_at, .bytes = update.json}));
  return update;
}

base::Result<std::optional<std::vector<evidence::RecordVerdict>>> verdicts_near(const registry::Register& programme,
                                                                                const mineaction::Snapshot& recorded,
                                                                                const RecordedPlaces& accepted,
                                                                                const geo::Box& box) {
  FG_TRY(const auto kept_places, programme.load(kReconciledPlaces));
  FG_TRY(const auto kept_state, programme.load(kReconcileState));
  if (!kept_state || !kept_places || kept_places->stamp != kept_state->stamp) {
    return std::nullopt;
  }
  const auto options = options_of(base::parse_stamp(kept_state->stamp), evidence::standard_hypotheses());
  if (!options) {
    return std::nullopt;  // made with other hypotheses, or by another version
  }
  FG_TRY(const KeptPlaces places, parse_kept_places(kept_places->bytes));
  FG_TRY(const KeptState state, parse_kept_state(kept_state->bytes));
  if (!same_records(recorded, state.state, places, seen_of(recorded, accepted.versions))) {
    return std::nullopt;
  }
  evidence::ReconcileOptions near = *options;
  near.written = accepted.written;
  FG_TRY(auto verdicts, evidence::reconcile_near(recorded, near, state.state, std::span(&box, 1)));
  return verdicts;
}

}  // namespace firmground::pipeline
