#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "register/register.h"

/// Two records that speak of one thing in the field: one stands for both from now on. The duplicate is withdrawn, never
/// deleted; records that link to it get a new version that links to the survivor, so that the current view has one
/// record and its history both. `undo-import` of the merger's batch takes all of that back.
namespace firmground::registry {

struct MergeRequest {
  std::string kind;
  std::string duplicate;
  std::string survivor;
  std::string author;
  std::string reason;
};

struct MergeOutcome {
  std::int64_t batch = 0;
  std::int64_t links = 0;  ///< records that now link to the survivor
};

/// Errors: registry.merge_refused (in words: the same record, one of them not approved), registry.reason_needed,
/// registry.no_such_layer, registry.no_such_record, registry.busy.
base::Result<MergeOutcome> merge(Register& programme, const MergeRequest& request);

/// The record that stands for this one, through any number of mergers that were not taken back; nothing when it stands
/// for itself.
base::Result<std::optional<std::string>> merged_into(const Register& programme, const std::string& kind,
                                                     const std::string& id);
/// Records that were merged into this one, oldest merger first.
base::Result<std::vector<std::string>> merged_from(const Register& programme, const std::string& kind,
                                                   const std::string& id);

}  // namespace firmground::registry
