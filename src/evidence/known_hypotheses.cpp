#include "evidence/known_hypotheses.h"

#include <algorithm>

namespace firmground::evidence {

base::Result<void> keep_known(const std::map<std::string, std::string>& known, std::span<const Hypothesis> hypotheses,
                              const mineaction::Snapshot& snapshot, std::vector<RecordGround>& grounds) {
  for (RecordGround& ground : grounds) {
    const auto settled = known.find(snapshot.minefield_records[ground.record].record_id);
    if (settled == known.end()) {
      continue;
    }
    const auto hypothesis = std::find_if(hypotheses.begin(), hypotheses.end(),
                                         [&](const Hypothesis& h) { return h.id == settled->second; });
    if (hypothesis == hypotheses.end()) {
      return base::fail("evidence.no_such_hypothesis", {{"hypothesis", settled->second}});
    }
    const auto index = static_cast<std::size_t>(hypothesis - hypotheses.begin());
    const auto other = [&](const Candidate& candidate) { return candidate.hypothesis != index; };
    if (!std::all_of(ground.candidates.begin(), ground.candidates.end(), other)) {
      std::erase_if(ground.candidates, other);
    }
  }
  return {};
}

}  // namespace firmground::evidence
