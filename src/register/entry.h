#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "mineaction/kind.h"
#include "register/register.h"

/// Entering records one by one (a form, a rule that offers a fix, a decision), and reading them raw.
namespace firmground::registry {

/// Who enters something, from what, and why. Kept with the entry for ever.
struct EntryNote {
  std::string author;
  std::string reason;
  std::string source;              ///< "firmground check --fix", the name of a form; shown where a file's name would be
  std::string state = "approved";  ///< of every version it enters
  std::string action = "enter";    ///< what the audit chain calls it
};

struct NewVersion {
  std::string kind;  ///< as in LayerInfo: a kind, or a reference layer
  mineaction::Record record;
  /// Number of the latest version that the author saw; 0: there must be no such record yet. Nothing: not checked.
  std::optional<std::int64_t> expected_version;
};

struct EnteredVersion {
  std::int64_t version = 0;
  bool unchanged = false;  ///< the latest version says the same in the same state; nothing was entered
};

/// All of them in one transaction as one entry, or none. A record goes back to earlier content by entering it again.
/// Errors: registry.conflict (somebody else entered a version meanwhile), registry.no_such_layer,
/// registry.state_unknown, registry.value_invalid (names the field), registry.busy, registry.no_room.
base::Result<std::vector<EnteredVersion>> enter(Register& programme, std::span<const NewVersion> versions,
                                                const EntryNote& note);

/// As enter(), as part of a transaction that the caller holds; for other parts of this module.
class Database;
base::Result<std::vector<EnteredVersion>> enter_within(Database& database, std::span<const NewVersion> versions,
                                                       const EntryNote& note);

/// Kinds that have a record with this local id, in the order of their layers.
base::Result<std::vector<std::string>> kinds_with(const Register& programme, const std::string& local_id);

enum class Choice {
  current,  ///< the approved state that maps and snapshots show
  latest,   ///< the last version of every record, whatever its state
  every     ///< every version of every record, the oldest first
};

/// Calls `take` with every record of a kind as it stands: values, geometry in WGS 84, version, state, who and when; in
/// the order of the local ids. An error of `take` ends the reading and is returned. `take` may not use `programme`.
/// Errors: registry.no_such_layer, registry.damaged.
base::Result<void> for_each_record(const Register& programme, const std::string& kind, Choice choice,
                                   const std::function<base::Result<void>(const VersionInfo&)>& take);

}  // namespace firmground::registry
