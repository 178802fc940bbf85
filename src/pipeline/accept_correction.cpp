#include "pipeline/accept_correction.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <set>

#include "evidence/reconcile.h"
#include "mineaction/record_check.h"
#include "pipeline/kept_places.h"
#include "pipeline/reconcile_programme.h"
#include "pipeline/recorded_places.h"
#include "register/entry.h"

namespace firmground::pipeline {

namespace {

using base::fail;
using base::Result;

constexpr const char* kRecords = "minefield-records";
constexpr const char* kVerb = "accept-correction";

/// A record's last version that was not taken back, whatever its state: a draft on top of what is shown is a change,
/// too.
struct Latest {
  registry::VersionInfo version;
  std::int64_t number = 0;  ///< of the last version of all
};

Result<std::map<std::string, Latest>> latest_versions(const registry::Register& programme) {
  std::map<std::string, Latest> latest;
  FG_TRY_VOID(registry::for_each_record(
      programme, kRecords, registry::Choice::every, [&](const registry::VersionInfo& version) -> Result<void> {
        Latest& of_record = latest[mineaction::to_text(version.record.values.front())];
        of_record.number = version.version;
        if (version.taken_back_by == 0) {
          of_record.version = version;
        }
        return {};
      }));
  return latest;
}

Result<void> check_groups(const std::vector<std::string>& wanted, const mineaction::Snapshot& snapshot,
                          std::string mineaction::MinefieldRecord::* group, const char* error, const char* name) {
  for (const std::string& each : wanted) {
    if (std::none_of(snapshot.minefield_records.begin(), snapshot.minefield_records.end(),
                     [&](const auto& record) { return record.*group == each; })) {
      return fail(error, {{name, each}});
    }
  }
  return {};
}

bool holds(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Ids asked for by name, and those of the sources and sheets, ascending.
Result<std::set<std::string>> chosen_ids(const AcceptRequest& request, const mineaction::Snapshot& snapshot) {
  using mineaction::MinefieldRecord;
  FG_TRY_VOID(check_groups(request.sources, snapshot, &MinefieldRecord::source, "evidence.no_such_source", "source"));
  FG_TRY_VOID(check_groups(request.sheets, snapshot, &MinefieldRecord::sheet, "pipeline.no_such_sheet", "sheet"));
  std::set<std::string> ids(request.record_ids.begin(), request.record_ids.end());
  for (const MinefieldRecord& record : snapshot.minefield_records) {
    if (holds(request.sources, record.source) || holds(request.sheets, record.sheet)) {
      ids.insert(record.record_id);
    }
  }
  return ids;
}

/// What the register says now, as recorded.
struct Recorded {
  mineaction::Snapshot snapshot;
  RecordedPlaces places;
  std::map<std::string, std::string> seen;
};

Result<Recorded> read_recorded(const registry::Register& programme) {
  Recorded recorded;
  FG_TRY(recorded.snapshot, programme.snapshot());
  FG_TRY(recorded.places, put_back_recorded(programme, recorded.snapshot));
  recorded.seen = seen_of(recorded.snapshot, recorded.places.versions);
  return recorded;
}

/// Places under the hypothesis that the request settles on.
Result<KeptPlaces> places_under(const Recorded& recorded, const AcceptRequest& request,
                                const std::set<std::string>& ids, const base::Progress& progress) {
  evidence::ReconcileOptions options;
  options.hypotheses = request.hypotheses;
  options.known = recorded.places.settled;
  options.written = recorded.places.written;
  for (const std::string& id : ids) {
    options.known[id] = request.hypothesis;
  }
  FG_TRY(const auto result, evidence::reconcile(recorded.snapshot, options, progress));
  return places_of(result, recorded.places.versions, recorded.seen, *recorded.snapshot.crs);
}

Result<KeptPlaces> kept_places(const registry::Register& programme) {
  FG_TRY(const auto kept, programme.load(kReconciledPlaces));
  if (!kept) {
    return fail("pipeline.no_reconciliation");
  }
  return parse_kept_places(kept->bytes);
}

/// What stands in the way of accepting one record's place.
std::optional<base::Error> obstacle(const std::string& id, const registry::VersionInfo& latest,
                                    const KeptPlaces& places, const std::map<std::string, std::string>& seen,
                                    const std::string& hypothesis) {
  const auto error = [&](const char* what, const std::string& reason) {
    return base::make_error(what, {{"id", id}, {"reason", reason}});
  };
  const auto place = places.find(id);
  const auto now = seen.find(id);
  if (latest.state != "approved" || now == seen.end()) {
    return error("pipeline.correction_not_placed", "its latest version is not approved");
  }
  if (place == places.end() || place->second.seen != now->second || place->second.version != latest.version) {
    return error("pipeline.correction_stale", "");
  }
  if (place->second.outline.empty()) {
    return error("pipeline.correction_not_placed", "no hypothesis gives it ground");
  }
  if (!hypothesis.empty() && place->second.hypothesis != hypothesis) {
    return error("pipeline.correction_not_placed", "read as " + hypothesis + " it has no ground of its own");
  }
  return std::nullopt;
}

registry::NewVersion corrected_version(const Latest& latest, const KeptPlace& place) {
  registry::NewVersion version{kRecords, latest.version.record, latest.number};
  version.record.values[mineaction::find_kind(kRecords)->field_index("read_as")] = place.hypothesis;
  version.record.geometry = place.outline;
  return version;
}

AcceptedRecord told(const std::string& id, const Latest& latest, const KeptPlace& place) {
  AcceptedRecord record;
  record.id = id;
  record.hypothesis = place.hypothesis;
  record.version = latest.number + 1;
  record.probability_exists = place.probability_exists;
  record.drawn = place.drawn;
  record.moved_m = std::hypot(place.dx_m, place.dy_m);
  record.bearing_deg = std::fmod(std::atan2(-place.dx_m, -place.dy_m) * 180 / std::numbers::pi + 360, 360);
  return record;
}

Result<void> enter_all(registry::Register& programme, const std::vector<registry::NewVersion>& versions,
                       const AcceptRequest& request, AcceptOutcome& outcome) {
  const registry::EntryNote note{request.author, request.reason, std::string("firmground ") + kVerb, "approved", kVerb};
  FG_TRY(const auto entered, registry::enter(programme, versions, note));
  for (std::size_t i = 0; i < entered.size(); ++i) {
    outcome.accepted[i].version = entered[i].version;
  }
  FG_TRY(const auto history, programme.history(kRecords, outcome.accepted.front().id));
  outcome.batch = history.front().batch;
  return {};
}

}  // namespace

Result<AcceptOutcome> accept_corrections(registry::Register& programme, const AcceptRequest& request,
                                         const base::Progress& progress) {
  if (request.reason.empty()) {
    return fail("registry.reason_needed",
                {{"kind", kRecords},
                 {"id", request.record_ids.empty() ? std::string() : request.record_ids.front()},
                 {"verb", kVerb}});
  }
  FG_TRY(const Recorded recorded, read_recorded(programme));
  FG_TRY(const std::set<std::string> ids, chosen_ids(request, recorded.snapshot));
  FG_TRY(const auto latest, latest_versions(programme));
  for (const std::string& id : ids) {
    if (!latest.contains(id)) {
      return fail("registry.no_such_record", {{"kind", kRecords}, {"value", id}});
    }
  }
  FG_TRY(const KeptPlaces places,
         request.hypothesis.empty() ? kept_places(programme) : places_under(recorded, request, ids, progress));
  AcceptOutcome outcome;
  std::vector<registry::NewVersion> versions;
  for (const std::string& id : ids) {
    if (auto error = obstacle(id, latest.at(id).version, places, recorded.seen, request.hypothesis)) {
      if (!request.keep_good) {
        return tl::unexpected(std::move(*error));
      }
      outcome.obstacles.push_back(std::move(*error));
      continue;
    }
    versions.push_back(corrected_version(latest.at(id), places.at(id)));
    outcome.accepted.push_back(told(id, latest.at(id), places.at(id)));
  }
  if (!versions.empty() && !request.dry_run) {
    FG_TRY_VOID(enter_all(programme, versions, request, outcome));
  }
  return outcome;
}

}  // namespace firmground::pipeline
