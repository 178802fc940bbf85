#include "pipeline/recorded_places.h"

#include <algorithm>

#include "mineaction/as_entered.h"
#include "mineaction/kind.h"
#include "mineaction/record_check.h"
#include "register/entry.h"

namespace firmground::pipeline {

namespace {

constexpr const char* kRecords = "minefield-records";

mineaction::MinefieldRecord* find_record(mineaction::Snapshot& snapshot, const std::string& id) {
  const auto at = std::lower_bound(
      snapshot.minefield_records.begin(), snapshot.minefield_records.end(), id,
      [](const mineaction::MinefieldRecord& record, const std::string& wanted) { return record.record_id < wanted; });
  return at != snapshot.minefield_records.end() && at->record_id == id ? &*at : nullptr;
}

}  // namespace

base::Result<RecordedPlaces> put_back_recorded(const registry::Register& programme, mineaction::Snapshot& snapshot) {
  const std::size_t read_as = mineaction::find_kind(kRecords)->field_index("read_as");
  RecordedPlaces places;
  std::map<std::string, geo::GeographicGeometry> recorded;  // by the last approved version that nobody had moved
  FG_TRY_VOID(registry::for_each_record(
      programme, kRecords, registry::Choice::every, [&](const registry::VersionInfo& version) -> base::Result<void> {
        if (version.state == "approved" && version.taken_back_by == 0 &&
            mineaction::to_text(version.record.values[read_as]).empty()) {
          recorded[mineaction::to_text(version.record.values.front())] = version.record.geometry;
        }
        return {};
      }));
  FG_TRY_VOID(registry::for_each_record(
      programme, kRecords, registry::Choice::current, [&](const registry::VersionInfo& version) -> base::Result<void> {
        const std::string id = mineaction::to_text(version.record.values.front());
        places.versions[id] = version.version;
        if (auto entered = mineaction::as_entered(*mineaction::find_kind(kRecords), version.record)) {
          places.written[id] = std::move(*entered);
        }
        return {};
      }));
  bool moved_back = false;
  for (const auto& [id, version] : places.versions) {
    mineaction::MinefieldRecord* record = find_record(snapshot, id);
    if (record == nullptr || record->read_as.empty()) {
      continue;
    }
    const auto before = recorded.find(id);
    places.settled[id] = before == recorded.end() ? "as-recorded" : record->read_as;
    if (before != recorded.end()) {
      record->geometry = snapshot.crs->to_programme(before->second);
      moved_back = true;
    }
  }
  if (moved_back) {
    places.hash = mineaction::content_hash_of(snapshot);
  }
  return places;
}

}  // namespace firmground::pipeline
