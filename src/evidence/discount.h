#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "evidence/record_maps.h"

namespace firmground::evidence {

/// How far the evidence for a record may be believed. The likelihood ratio of a record without a field has mean 1 when
/// the null is right. Decoys are such records: where their mean is more, because the mines of neighbours lie in belts
/// like those that records tell of, every ratio counts as much less. docs/methods/record-reconciliation.md, eq. 8.
struct Discount {
  static constexpr std::size_t kEfforts = 3;
  static constexpr std::size_t kStrata = FindCounts::kContexts * kEfforts;
  std::array<double, kStrata> log_mean{};  ///< never below 0
  static std::size_t stratum(std::uint8_t context, double effort_share);
  /// exp(log_scale), discounted.
  double scale(double log_scale, std::size_t in_stratum) const;
};

/// Evidence of decoys: log ratio, averaged over displacements as a source would, and stratum.
struct DecoyEvidence {
  double log_ratio = 0;
  std::size_t stratum = 0;
};
Discount discount_of(const std::vector<DecoyEvidence>& decoys);
/// The log ratio of a decoy.
double decoy_log_ratio(const PlaceMap& map);

}  // namespace firmground::evidence
