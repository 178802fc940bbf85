#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "evidence/reconcile.h"
#include "geo/crs.h"
#include "mineaction/snapshot.h"

/// Where reconciliation put each record, kept beside its verdicts for whoever accepts a correction.
namespace firmground::pipeline {

struct KeptPlace {
  std::string seen;  ///< content of the version and the legs that reconciliation read, see seen_of()
  std::int64_t version = 0;
  std::string hypothesis;
  double probability_exists = 0;
  double dx_m = 0;
  double dy_m = 0;
  bool drawn = false;
  geo::GeographicGeometry outline;  ///< empty: no hypothesis gives it a place
};
using KeptPlaces = std::map<std::string, KeptPlace>;  ///< by record_id

/// What of the register a record's verdict depends on directly: number of its current version, its legs. By record_id.
std::map<std::string, std::string> seen_of(const mineaction::Snapshot& snapshot,
                                           const std::map<std::string, std::int64_t>& versions);

KeptPlaces places_of(const evidence::Reconciliation& result, const std::map<std::string, std::int64_t>& versions,
                     const std::map<std::string, std::string>& seen, const geo::Crs& crs);

/// {"stamp", "records": {id: {...}}}; numbers that read back the same.
std::string to_json(const KeptPlaces& places, const std::string& stamp_json);
/// Errors: pipeline.reconciliation_unreadable.
base::Result<KeptPlaces> parse_kept_places(const std::string& json);

}  // namespace firmground::pipeline
