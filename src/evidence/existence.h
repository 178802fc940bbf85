#pragma once
#include <cstdint>
#include <vector>

#include "evidence/source_fit.h"

namespace firmground::evidence {

/// Chance that a record's field exists, and that it exists and can be found.
struct Existence {
  double findable = 0;
  double exists = 0;
};

/// How many of a source's records have a field that was laid.
struct SourceExistence {
  Measured all;           ///< of all its records
  double searched = 0;    ///< of records whose ground was searched
  double unsearched = 0;  ///< and of the others
};

/// What one record says of it.
struct ExistenceEvidence {
  bool informative = false;
  double effort = 0;        ///< share of its ground that was effectively searched
  double log_ratio = 0;     ///< as RecordPosterior has it
  double log_discount = 0;  ///< that its stratum was discounted by
};

/// Posterior of the share of a source's records whose field was laid: the finds tell the findable share, the prior of
/// fields that are gone the rest, by quadrature, over several discounts. Of records whose ground was not searched the
/// finds tell nothing, and ground was searched where fields were expected.
/// docs/methods/record-reconciliation.md, "Laid, or findable?" and after.  Deterministic for a seed.
SourceExistence source_existence(const std::vector<ExistenceEvidence>& records, std::uint64_t seed);

/// Of one record, whose evidence is `log_ratio`, in a source of which a share `findable` can be found.
Existence record_existence(double log_ratio, double effort, double findable, const SourceExistence& of_source);

}  // namespace firmground::evidence
