#pragma once
#include <cstdint>
#include <string>

#include "base/error.h"
#include "register/database.h"

/// A batch is one entry into the register: a file, a form, a decision, the undoing of another batch.
namespace firmground::registry {

/// Time and number of one entry; later entries have later times even when the clock is set back.
struct Entry {
  std::int64_t batch = 0;
  std::int64_t milliseconds = 0;
  std::string at;
};

/// REQUIRES: inside the transaction that writes the entry.
base::Result<Entry> next_entry(const Database& database);

struct BatchRow {
  Entry entry;
  std::string kind, file_name, file_hash, author, state;
  std::int64_t rows = 0, accepted = 0, unchanged = 0, refused = 0;
};
base::Result<void> write_batch_row(Database& database, const BatchRow& batch);

/// Who answers for an entry: "Leyla", or "Leyla and Orkhan" where a second person agrees.
/// Errors: registry.two_people when both are one.
base::Result<std::string> with_second_person(const std::string& author, const std::string& second);

/// Errors: registry.state_unknown.
base::Result<void> check_state(const std::string& state);

}  // namespace firmground::registry
