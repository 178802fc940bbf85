#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "evidence/find_counts.h"
#include "evidence/record_maps.h"
#include "evidence/source_fit.h"

namespace firmground::evidence {

/// What a reconciliation leaves for one that looks again at the records near a change: all that its records share.
struct ReconcileState {
  struct Source {
    SourceLaw law;
    double searched_existence = 0;
    double unsearched_existence = 0;
    std::map<std::string, ShiftWeights>
        sheets;  ///< what the source and its other sheets say of its shift, summing to 1
  };
  /// A record's part in what records share.
  struct Record {
    std::vector<geo::Box> windows;  ///< where finds and searches bear on it, programme CRS
    std::string sheet;              ///< key in its source's sheets
    OwnClaims claims;               ///< finds it claims
  };
  /// How records were expressed: coordinate system, hypotheses that apply. The place in it is the index of law.weights.
  std::vector<std::pair<std::string, std::vector<std::size_t>>> forms;
  std::map<std::string, Source> sources;
  std::map<std::string, Record> records;  ///< by record_id
  FindCounts::Learnt counts;
  Discount discount;
  GroundContexts contexts{};
};

/// Binary (CBOR), of this version of the program alone. Shifts of less than a ten thousandth of the likeliest are
/// dropped: a national state of 5,000 records takes some 10 MB.
std::string to_bytes(const ReconcileState& state);
/// Errors: evidence.state_unreadable.
base::Result<ReconcileState> parse_reconcile_state(const std::string& bytes);

}  // namespace firmground::evidence
