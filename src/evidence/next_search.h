#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "evidence/reconcile.h"
#include "evidence/search_image.h"
#include "mineaction/snapshot.h"

/// What would settle a doubtful record: the strip of unsearched ground whose search is expected to tell most.
namespace firmground::evidence {

/// What is believed of a record after a search.
struct Belief {
  double probability_exists = 0;
  std::string hypothesis;  ///< the likeliest, given that the field was laid
  double hypothesis_probability = 0;
};

struct NextSearch {
  std::size_t verdict = 0;  ///< index in Reconciliation::records
  double doubt_bits = 0;    ///< entropy over "no field" and each reading of a field that was laid
  double settles_bits = 0;  ///< of it that the search is expected to take away
  double chance_of_find = 0;
  geo::PlanarGeometry strip;  ///< 20 m x 100 m, along the grid
  Belief found, empty;        ///< after one mine or more, and after none
};

struct NextSearchOptions {
  std::size_t most = 60;  ///< the most doubtful records are looked at
  double least_doubt_bits = 0.3;
  std::uint64_t seed = 1;  ///< of the places drawn and the strips that teach what chance finds
};

/// By falling settles_bits; records that no strip could settle any further are left out.
/// Model: docs/methods/record-reconciliation.md, "What would settle it".
/// REQUIRES: `result` was made of `snapshot` with `hypotheses`.  Deterministic on any thread count.
/// Cost: some ten milliseconds a record.
std::vector<NextSearch> next_searches(const mineaction::Snapshot& snapshot, const Reconciliation& result,
                                      const std::vector<Hypothesis>& hypotheses, const SearchImage& image,
                                      const NextSearchOptions& options);

}  // namespace firmground::evidence
