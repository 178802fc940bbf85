#include "register/snapshot_since.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mineaction/record_conversion.h"
#include "mineaction/record_fields.h"
#include "register/audit.h"
#include "register/layout.h"
#include "register/snapshot_reading.h"

namespace firmground::registry {

using base::Date;
using base::Result;
using mineaction::Snapshot;
using mineaction::SnapshotChange;

namespace {

/// Record numbers in one statement: few enough for its text to stay short, many enough for a server far away.
constexpr std::size_t kAtOnce = 500;
/// Above a quarter of the register reading it whole is about as fast, and simpler; so many are never too many.
constexpr std::size_t kFewRecords = 1000;

using Records = std::set<std::int64_t>;

/// Calls f with SQL lists "(1,2,3)" of all numbers.
template <typename Function>
Result<void> in_lists(const Records& records, const Function& f) {
  for (auto at = records.begin(); at != records.end();) {
    std::string list;
    for (std::size_t i = 0; i < kAtOnce && at != records.end(); ++i, ++at) {
      list += (list.empty() ? "(" : ",") + std::to_string(*at);
    }
    FG_TRY_VOID(f(list + ")"));
  }
  return {};
}

/// Every entry after `last_entry` has a link of the audit chain, and the register has not gone back behind it.
Result<bool> are_linked(const Database& database, std::int64_t last_entry) {
  FG_TRY(auto select,
         database.prepare("SELECT coalesce(max(b.batch_id), 0), (SELECT count(*) FROM firmground_batch c WHERE "
                          "c.batch_id > ?1 AND NOT EXISTS (SELECT 1 FROM firmground_audit a WHERE a.batch_id = "
                          "c.batch_id)) FROM firmground_batch b"));
  select.bind(1, last_entry);
  FG_TRY(const bool row, select.step());
  FG_CHECK(row);
  return select.integer(0) >= last_entry && select.integer(1) == 0;
}

/// Records that an entry after `last_entry` gave a version, or took one from. Nothing else changes what is current, and
/// each link of the audit chain lists them: the tables of versions have no index by entry.
Result<Records> touched_records(const Database& database, std::int64_t last_entry) {
  FG_TRY(auto select, database.prepare("SELECT leaves FROM firmground_audit WHERE batch_id > ?1"));
  select.bind(1, last_entry);
  Records records;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return records;
    }
    const Leaves leaves{std::string(select.blob(0))};
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const Leaf leaf = leaves[i];
      if (leaf.section == Section::version || leaf.section == Section::revocation) {
        records.insert(leaf.record_id);
      }
    }
  }
}

Result<bool> covariates_touched(const Database& database, std::int64_t last_entry) {
  FG_TRY(auto select,
         database.prepare("SELECT 1 FROM firmground_covariate c WHERE c.version_batch > ?1 OR EXISTS (SELECT 1 FROM "
                          "firmground_undo u WHERE u.batch_id = c.version_batch AND u.undone_by > ?1) LIMIT 1"));
  select.bind(1, last_entry);
  return select.step();
}

/// The touched records of one layer.
struct Touched {
  Records records;
  std::set<std::string> local_ids;
};

Result<std::map<std::int64_t, Touched>> by_layer(const Database& database, const Records& records) {
  std::map<std::int64_t, Touched> layers;
  FG_TRY_VOID(in_lists(records, [&](const std::string& list) -> Result<void> {
    FG_TRY(auto select, database.prepare("SELECT record_id, layer_id, local_id FROM firmground_record WHERE record_id "
                                         "IN " +
                                         list));
    for (;;) {
      FG_TRY(const bool row, select.step());
      if (!row) {
        return {};
      }
      Touched& touched = layers[select.integer(1)];
      touched.records.insert(select.integer(0));
      touched.local_ids.emplace(select.text(2));
    }
  }));
  return layers;
}

/// Features of two reference layers may share a local id, and lie in one list of the snapshot: those that share it with
/// a touched one are read again with it.
Result<void> add_namesakes(const Database& database, const std::vector<Layer>& layers,
                           std::map<std::int64_t, Touched>& touched) {
  for (const Layer& layer : layers) {
    const auto found = touched.find(layer.id);
    for (const Layer& other : layers) {
      if (found == touched.end() || !layer.reference || !other.reference || other.id == layer.id) {
        continue;
      }
      // A question within the list of columns, so that a store goes through the index by local id.
      const std::string namesake = fmt::format(
          "(SELECT s.record_id FROM firmground_record s WHERE s.layer_id = {} AND s.local_id = r.local_id)", other.id);
      FG_TRY_VOID(in_lists(found->second.records, [&](const std::string& list) -> Result<void> {
        FG_TRY(auto select, database.prepare(fmt::format("SELECT {} FROM firmground_record r WHERE r.record_id IN {}",
                                                         namesake, list)));
        for (;;) {
          FG_TRY(const bool row, select.step());
          if (!row) {
            return {};
          }
          if (!select.is_null(0)) {
            touched[other.id].records.insert(select.integer(0));
          }
        }
      }));
    }
  }
  return {};
}

/// What is put in the place of what was there.
struct Change {
  mineaction::RecordIds gone;
  Snapshot come;
  std::string latest;       ///< date of information among what comes
  std::string latest_gone;  ///< among all that it may replace
};

Result<void> read_touched(const Database& database, const Layer& layer, const Touched& touched, Change& change) {
  auto& gone = change.gone[layer.reference ? "reference-layer" : layer.kind.name];
  gone.insert(touched.local_ids.begin(), touched.local_ids.end());
  return in_lists(touched.records, [&](const std::string& list) -> Result<void> {
    FG_TRY(const std::string latest, append_layer(database, layer, {}, change.come, "v.version_record IN " + list));
    change.latest = std::max(change.latest, latest);
    FG_TRY(const std::string before,
           database.text(fmt::format("SELECT max(version_information_date) FROM {} WHERE version_state = 'approved' "
                                     "AND version_record IN {}",
                                     sql_name(layer.versions()), list)));
    change.latest_gone = std::max(change.latest_gone, before);
    return {};
  });
}

/// First day of a date of information, by which the latest is found.
std::optional<Date> first_day(const std::string& text) {
  const auto date = Date::parse(text);
  return date ? std::optional(Date(date->first_day())) : std::nullopt;
}

/// Latest date of information after the change, as read_whole() has it; nothing where only all records together tell.
std::optional<Date> as_of_after(const Date& then, const Change& change) {
  if (then == Date()) {
    return std::nullopt;  // 1970-01-01 also stands for a snapshot without any date
  }
  const auto latest = first_day(change.latest);
  if (latest && *latest >= then) {
    return latest;
  }
  const auto gone = first_day(change.latest_gone);
  const bool may_be_gone = gone && *gone >= then;
  return may_be_gone ? std::nullopt : std::optional(then);
}

std::size_t record_count(const Snapshot& snapshot) {
  std::size_t count = 0;
  mineaction::for_each_list(snapshot, [&](std::string_view, const auto& list) { count += list.size(); });
  return count;
}

Result<Change> read_change(const Database& database, const Snapshot& then, const Records& records) {
  Change change;
  change.come.crs = then.crs;
  FG_TRY(const auto layers, read_layers(database));
  FG_TRY(auto touched, by_layer(database, records));
  FG_TRY_VOID(add_namesakes(database, layers, touched));
  for (const Layer& layer : layers) {
    if (const auto found = touched.find(layer.id); found != touched.end()) {
      FG_TRY_VOID(read_touched(database, layer, found->second, change));
    }
  }
  return change;
}

}  // namespace

Result<std::optional<SnapshotChange>> bring_up_to_date(const Database& database, std::int64_t last_entry,
                                                       Snapshot& snapshot) {
  FG_TRY(const bool linked, are_linked(database, last_entry));
  if (!linked) {
    return std::nullopt;
  }
  FG_TRY(const Records records, touched_records(database, last_entry));
  FG_TRY(const bool covariates, covariates_touched(database, last_entry));
  SnapshotChange result;
  result.gone.crs = result.come.crs = snapshot.crs;
  if (records.empty() && !covariates) {
    return result;
  }
  if (records.size() > std::max(kFewRecords, record_count(snapshot) / 4)) {
    return std::nullopt;
  }
  FG_TRY(Change change, read_change(database, snapshot, records));
  const auto as_of = as_of_after(snapshot.as_of, change);
  if (!as_of) {
    return std::nullopt;
  }
  mineaction::replace_records(result.come, {}, change.come);  // in their order
  snapshot.as_of = *as_of;
  result.gone = mineaction::replace_records(snapshot, change.gone, std::move(change.come));
  if (covariates) {
    result.gone.covariates = std::move(snapshot.covariates);
    FG_TRY_VOID(append_covariates(database, {}, result.come));
    snapshot.covariates = result.come.covariates;
  }
  return result;
}

}  // namespace firmground::registry
