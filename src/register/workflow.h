#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "register/entry.h"

/// The life of a record between its author and the reviewer. Each decision is a new version with the content of the one
/// it decides on, the new state, who, when and why; nothing is edited.
///   draft, rejected, withdrawn --submit--> submitted --approve--> approved --withdraw--> withdrawn
///   submitted --reject--> rejected.  draft and withdrawn may be approved at once.
///   approved --submit or reject--> un-approved: the approval is taken back, and what was approved before it is current
///   again.
/// A hazardous area never disappears without a release that names its evidence: its ground is released by a
/// land-release record, a duplicate is merged, and one that should never have been entered is taken off the map by two
/// people.
namespace firmground::registry {

enum class Decision { submit, approve, reject, withdraw };

struct RecordName {
  std::string kind, id;
  std::optional<std::int64_t> expected_version;  ///< latest version that the reviewer saw; nothing: not checked
};

/// A record that a decision could not be made on, in words.
struct Obstacle {
  RecordName record;
  base::Error error;
};

struct DecisionOutcome {
  std::int64_t batch = 0;      ///< 0: nothing was entered
  std::int64_t decided = 0;    ///< new versions
  std::int64_t unchanged = 0;  ///< already in that state
  std::vector<Obstacle> obstacles;
};

struct DecisionOptions {
  std::string author;
  std::string reason;
  bool keep_good = false;       ///< decide on the others when some cannot be decided on
  std::string second_person{};  ///< who agrees; becomes part of the author, "Leyla and Orkhan"
};

/// All records in one transaction as one entry. Without keep_good the first obstacle refuses all of them.
/// Errors: registry.reason_needed (reject, withdraw, and whatever takes an approval back), registry.no_such_record,
/// registry.conflict, registry.transition_refused (names the states), registry.link_broken (an approved record may only
/// link to approved ones), registry.still_linked (withdrawing what others link to), registry.hazard_needs_evidence (a
/// hazardous area would leave the map without a second person), registry.two_people, registry.no_such_layer,
/// registry.busy.
base::Result<DecisionOutcome> decide(Register& programme, Decision decision, std::span<const RecordName> records,
                                     const DecisionOptions& options);

/// The records whose latest version belongs to a batch.  Errors: registry.no_such_batch.
base::Result<std::vector<RecordName>> records_of_batch(const Register& programme, std::int64_t batch);

}  // namespace firmground::registry
