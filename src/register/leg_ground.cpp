#include "register/leg_ground.h"

#include <fmt/format.h>

#include <set>

#include "base/parallel.h"
#include "mineaction/as_entered.h"
#include "mineaction/record_check.h"
#include "mineaction/record_conversion.h"
#include "mineaction/record_legs.h"
#include "register/dialect.h"
#include "register/layer_writer.h"
#include "register/register_state.h"

namespace firmground::registry {

using base::Result;
using intake::Issue;
using intake::ReadRecord;
using mineaction::Kind;
using mineaction::LegsByRecord;
using mineaction::MinefieldRecordLeg;
using mineaction::Record;

namespace {

const Kind& record_kind() {
  static const Kind& kind = *mineaction::find_kind("minefield-records");
  return kind;
}
const Kind& leg_kind() {
  static const Kind& kind = *mineaction::find_kind("minefield-record-legs");
  return kind;
}

const std::string& id_of(const Record& record) {
  return std::get<std::string>(record.values.front());
}

/// A record that has no place of its own, or had none to begin with.
struct Placeless {
  std::int64_t number = 0;
  Record record;
};

/// Approved records without a geometry of their own, `condition` on their current row c.
Result<std::vector<Placeless>> placeless_records(const Database& database, const std::string& condition) {
  const Layer layer{0, record_kind(), false};
  FG_TRY(auto select, database.prepare(fmt::format(
                          "SELECT v.version_record, {} FROM {} v JOIN {} c ON c.fid = v.version_record AND "
                          "c.version_number = v.version_number WHERE v.geom IS NULL AND {} ORDER BY c.fid",
                          layer.column_list("v."), sql_name(layer.versions()), sql_name(layer.kind.table), condition)));
  std::vector<Placeless> records;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return records;
    }
    FG_TRY(auto record, read_record(layer, select, 1));
    records.push_back({select.integer(0), std::move(record)});
  }
}

/// Approved legs, `condition` on their current row l.
Result<LegsByRecord> approved_legs(const Database& database, const std::string& condition) {
  const Layer layer{0, leg_kind(), false};
  FG_TRY(auto select, database.prepare(fmt::format("SELECT {} FROM {} l WHERE {}", layer.column_list("l."),
                                                   sql_name(layer.kind.table), condition)));
  mineaction::Snapshot legs;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return mineaction::legs_by_record(legs.minefield_record_legs);
    }
    FG_TRY(const auto record, read_record(layer, select, 0));
    mineaction::append_record(leg_kind(), record, legs);
  }
}

/// Shows each record where its legs lead, or without a place.
std::vector<Placeless> shown(std::vector<Placeless> records, const LegsByRecord& legs) {
  constexpr std::size_t kGrain = 32;
  base::parallel_for(records.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto its_legs = legs.find(id_of(records[i].record));
      if (its_legs != legs.end()) {
        if (auto ground = mineaction::with_ground_of_legs(records[i].record, its_legs->second)) {
          records[i].record = std::move(*ground);
        }
      }
    }
  });
  return records;
}

std::string legs_of(const std::string& records) {
  return fmt::format("l.record_id IN (SELECT c.record_id FROM {} c WHERE {})", sql_name(record_kind().table), records);
}

}  // namespace

Result<void> show_leg_grounds(Database& database, const Layer& layer, const std::string& touched,
                              const std::string& changed_at) {
  const bool by_leg = layer.kind.name == leg_kind().name;
  if (!by_leg && layer.kind.name != record_kind().name) {
    return {};
  }
  const std::string affected =
      by_leg ? fmt::format("c.record_id IN (SELECT x.record_id FROM {} x WHERE x.version_record IN {})",
                           sql_name(layer.versions()), touched)
             : "c.fid IN " + touched;
  FG_TRY(auto placeless, placeless_records(database, affected));
  if (placeless.empty()) {
    return {};
  }
  FG_TRY(const LegsByRecord legs, approved_legs(database, legs_of(affected)));
  FG_TRY(auto update,
         database.prepare(fmt::format("UPDATE {} SET geom = {}, entered_as = ?2, entered_crs = ?3, "
                                      "derived_by = ?4, derived_accuracy_m = ?5 WHERE fid = ?6",
                                      sql_name(record_kind().table), database.dialect().shown_geometry("?1"))));
  const Layer records{0, record_kind(), false};
  for (const Placeless& each : shown(std::move(placeless), legs)) {
    if (!by_leg && each.record.geometry.empty()) {
      continue;  // the row was just written without a place
    }
    const std::string blob = encode_blob(each.record.geometry, records.blob_type());
    const auto how = mineaction::as_entered(record_kind(), each.record).value_or(mineaction::AsEntered());
    blob.empty() ? update.bind_null(1) : update.bind_blob(1, blob);
    int column = 2;
    for (const std::string* text : {&how.position, &how.crs, &how.derived_by}) {
      text->empty() ? update.bind_null(column) : update.bind(column, *text);
      ++column;
    }
    how.accuracy_m ? update.bind(5, *how.accuracy_m) : update.bind_null(5);
    update.bind(6, each.number);
    FG_TRY_VOID(update.run());
  }
  return by_leg ? database.dialect().refresh_contents(database, records, changed_at) : Result<void>();
}

Result<LegGrounds> leg_grounds(const Database& database) {
  FG_TRY(auto placeless, placeless_records(database, "1 = 1"));
  FG_TRY(const LegsByRecord legs, approved_legs(database, "1 = 1"));
  LegGrounds grounds;
  for (Placeless& each : shown(std::move(placeless), legs)) {
    if (!each.record.geometry.empty()) {
      grounds.emplace(each.number, std::move(each.record));
    }
  }
  return grounds;
}

Result<std::map<std::string, Record>> leg_grounds(const Register& programme,
                                                  const std::optional<std::string>& local_id) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  const std::string which = local_id ? "c.record_id = " + sql_literal(*local_id) : "1 = 1";
  FG_TRY(auto placeless, placeless_records(opened.database, which));
  FG_TRY(const LegsByRecord legs, approved_legs(opened.database, legs_of(which)));
  std::map<std::string, Record> grounds;
  for (Placeless& each : shown(std::move(placeless), legs)) {
    if (!each.record.geometry.empty()) {
      const std::string id = id_of(each.record);
      grounds.emplace(id, std::move(each.record));
    }
  }
  return grounds;
}

Result<void> drop_leg_grounds(const Database& database, std::vector<ReadRecord>& records,
                              const std::vector<ReadRecord>& legs) {
  const std::size_t of_record = leg_kind().field_index("record_id");
  std::set<std::string> described;
  for (const ReadRecord& leg : legs) {
    described.insert(mineaction::to_text(leg.record.values[of_record]));
  }
  FG_TRY(auto known,
         database.prepare(fmt::format("SELECT 1 FROM {} WHERE record_id = ?1 LIMIT 1", sql_name(leg_kind().table))));
  for (ReadRecord& read : records) {
    if (!mineaction::is_ground_of_legs(read.record)) {
      continue;
    }
    known.bind(1, id_of(read.record));
    FG_TRY(const bool in_register, known.step());
    known.reset();
    if (in_register || described.contains(id_of(read.record))) {
      read.record.geometry = {};
      mineaction::set_as_entered(record_kind(), {}, read.record);
    }
  }
  return {};
}

Result<std::vector<Issue>> leg_issues(const Database& database, const std::vector<ReadRecord>& legs) {
  const std::size_t of_record = leg_kind().field_index("record_id");
  std::map<std::string, const ReadRecord*> first_leg;
  for (const ReadRecord& leg : legs) {
    first_leg.emplace(mineaction::to_text(leg.record.values[of_record]), &leg);
  }
  FG_TRY(const auto placeless, placeless_records(database, "1 = 1"));
  FG_TRY(const LegsByRecord approved, approved_legs(database, "1 = 1"));
  std::vector<Issue> issues;
  for (const Placeless& each : placeless) {
    const std::string& id = id_of(each.record);
    const auto first = first_leg.find(id);
    const auto its_legs = approved.find(id);
    if (first == first_leg.end() || its_legs == approved.end()) {
      continue;
    }
    mineaction::Snapshot typed;
    mineaction::append_record(record_kind(), each.record, typed);
    const auto outline = mineaction::outline_of_legs(typed.minefield_records.front(), its_legs->second);
    for (const base::Error& problem : outline.problems) {
      issues.push_back({first->second->row, id_of(first->second->record), "record_id", id, problem.message,
                        problem.remedy, problem.code, false});
    }
  }
  return issues;
}

}  // namespace firmground::registry
