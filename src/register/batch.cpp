#include "register/batch.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/dates.h"
#include "base/ids.h"

namespace firmground::registry {

using base::Result;

namespace {

/// Of a time that base::utc_timestamp wrote; 0 for any other text.
std::int64_t milliseconds_of(const std::string& timestamp) {
  const auto day = base::Date::parse(timestamp.substr(0, 10));
  int hours = 0, minutes = 0, seconds = 0, milliseconds = 0;
  if (!day || std::sscanf(timestamp.c_str() + 10, "T%d:%d:%d.%dZ", &hours, &minutes, &seconds, &milliseconds) != 4) {
    return 0;
  }
  const std::chrono::milliseconds time = day->first_day().time_since_epoch() + std::chrono::hours(hours) +
                                         std::chrono::minutes(minutes) + std::chrono::seconds(seconds) +
                                         std::chrono::milliseconds(milliseconds);
  return time.count();
}

}  // namespace

Result<Entry> next_entry(const Database& database) {
  FG_TRY(const auto last, database.integer("SELECT max(batch_id) FROM firmground_batch"));
  FG_TRY(const std::string last_time, database.text("SELECT max(entered_at) FROM firmground_batch"));
  // Later than any entry, also within one millisecond and when the clock was set back: a time names one state.
  const std::int64_t now = std::max(base::now_unix_milliseconds(), milliseconds_of(last_time) + 1);
  return Entry{last.value_or(0) + 1, now, base::utc_timestamp(now)};
}

Result<void> write_batch_row(Database& database, const BatchRow& batch) {
  FG_TRY(auto insert,
         database.prepare("INSERT INTO firmground_batch (batch_id, kind, file_name, file_hash, entered_at, "
                          "author, state, row_count, accepted, unchanged, refused) "
                          "VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"));
  insert.bind(1, batch.entry.batch).bind(2, batch.kind).bind(3, batch.file_name).bind(4, batch.file_hash);
  insert.bind(5, batch.entry.at).bind(6, batch.author).bind(7, batch.state).bind(8, batch.rows).bind(9, batch.accepted);
  return insert.bind(10, batch.unchanged).bind(11, batch.refused).run();
}

Result<std::string> with_second_person(const std::string& author, const std::string& second) {
  if (second.empty()) {
    return author;
  }
  return second == author ? base::fail("registry.two_people", {{"person", author}})
                          : Result<std::string>(author + " and " + second);
}

Result<void> check_state(const std::string& state) {
  for (const char* known : {"draft", "submitted", "approved", "rejected", "withdrawn"}) {
    if (state == known) {
      return {};
    }
  }
  return base::fail("registry.state_unknown", {{"state", state}});
}

}  // namespace firmground::registry
