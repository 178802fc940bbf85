#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "evidence/record_maps.h"

namespace firmground::evidence {

/// Leaves each record of `known` (record_id -> hypothesis id) the candidates of the hypothesis that a person settled
/// on. A record that the hypothesis gives no ground keeps all its candidates: the decision cannot be meant for it.
/// Errors: evidence.no_such_hypothesis.
base::Result<void> keep_known(const std::map<std::string, std::string>& known, std::span<const Hypothesis> hypotheses,
                              const mineaction::Snapshot& snapshot, std::vector<RecordGround>& grounds);

}  // namespace firmground::evidence
