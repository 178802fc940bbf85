#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/overlay.h"
#include "mineaction/district_map.h"

namespace firmground::mineaction {

/// Ground that a record says something about: a hazard, or a release.
struct Claim {
  const geo::PlanarGeometry* geometry = nullptr;
  bool hazard = false;
};

/// Ground on which the same claims hold everywhere, in one district.
struct ClaimedFace {
  geo::PlanarPolygon polygon;
  std::vector<std::uint32_t> claims;  ///< indices into the claims given, ascending, at least one
  std::int32_t district = -1;
};

struct LandPartition {
  std::vector<ClaimedFace> faces;            ///< never overlap; together all ground of all claims
  std::vector<std::uint32_t> invalid;        ///< claims whose polygons are not valid, ascending
  std::vector<std::string> invalid_reasons;  ///< of each of `invalid`
};

/// Divides the ground of all claims into faces (docs/methods/land-accounting.md, section 2). Claims whose boxes are
/// connected are handled together, groups in parallel; nothing is ever united over the whole country.
/// An invalid ring counts by its linework: of a hazard all ground that it winds around (the larger reading), of a
/// release the ground inside by the even-odd rule (the smaller reading).
/// REQUIRES: every claim has polygons, with finite coordinates.  Errors: geo.overlay_failed.
/// Cost: O(n log n) for bounded overlap.  Same faces in the same order on any thread count.
base::Result<LandPartition> partition(const std::vector<Claim>& claims, const DistrictMap& districts);

}  // namespace firmground::mineaction
