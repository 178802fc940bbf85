#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/dates.h"
#include "base/error.h"
#include "base/progress.h"
#include "register/checks/evaluators.h"
#include "register/entry.h"
#include "register/register.h"

/// A programme held against the quality rules, and the fixes that they offer entered as new versions.
namespace firmground::registry {

struct CheckOptions {
  base::Date today;  ///< dates after it lie in the future
  Choice choice =
      Choice::current;  ///< latest: also what is not approved yet (rejected and withdrawn versions are not looked at)
  std::set<std::string> rules;            ///< ids; empty = all
  std::set<std::string> kinds;            ///< records told of; all kinds are read, since rules compare; empty = all
  std::set<checks::Severity> severities;  ///< empty = all
  std::string settings;  ///< TOML with [rules.<id>] tables, on top of the programme's profile; "" = none
};

/// Owns what its findings point to.
struct CheckResult {
  std::vector<checks::Rule> rules;  ///< those asked for, sorted by id; a rule that is off says why
  std::unique_ptr<checks::Records> records;
  std::vector<checks::Finding> findings;  ///< by rule, kind, local id
};

/// Errors: check.rule_unknown, check.parameter_unknown, check.parameter_out_of_bounds, check.off_without_reason,
/// registry.no_such_layer, registry.profile_invalid, registry.damaged, base.cancelled.
/// Cost: near linear; a national register in seconds.  Deterministic on any number of threads.
base::Result<CheckResult> check(const Register& programme, const CheckOptions& options,
                                const base::Progress& progress = base::no_progress);

/// One record that --fix gave a new version.
struct FixedRecord {
  std::string kind, id;
  std::int64_t version = 0;          ///< the one entered; the one it would follow in a dry run
  std::vector<std::string> rules;    ///< whose fixes it holds
  std::vector<std::string> changes;  ///< in words
};
struct FixOutcome {
  std::vector<FixedRecord> fixed;
  /// Records with an offered fix and a later version that is not the one checked (a draft, a rejected one): somebody
  /// must decide on that first.
  std::vector<checks::RecordName> set_aside;
};

/// Enters every fix that `result` offers: one new version a record with author and a reason that names its rules, all
/// in one transaction or none. What the fixes uncover (blanks round a word for not known) is fixed too. With `dry_run`
/// nothing is entered.  REQUIRES: `result` comes from Choice::current. Errors: registry.conflict (somebody entered a
/// version meanwhile), registry.busy, registry.no_room.
base::Result<FixOutcome> fix(Register& programme, const CheckResult& result, const std::string& author, bool dry_run);

}  // namespace firmground::registry
