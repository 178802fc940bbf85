#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/area.h"
#include "geo/overlay.h"
#include "mineaction/district_map.h"

namespace firmground::mineaction {

/// Ground that a record says something about: a hazard, or a release.
/// REQUIRES: the geometry has polygons, with finite coordinates, and outlives the claim.
struct Claim {
  Claim(const geo::PlanarGeometry& ground, bool is_hazard);

  const geo::PlanarGeometry* geometry;
  bool hazard;
  geo::Box box;
  std::string problem{};  ///< why the polygons are not valid, "" when they are; set by examine()
};

/// Says of each claim whether its polygons are valid. In parallel.
void examine(std::span<Claim> claims);

/// Whether two examined claims share ground, touch, or come so near that their rims could meet on the grid. May say yes
/// of others: of an invalid polygon only the box is looked at.
bool touch(const Claim& a, const Claim& b);

/// Claims that touch, directly or through others: indices, ascending.
using ClaimGroup = std::vector<std::uint32_t>;

/// The groups of those of the claims whose indices are given, in the order of their first claims. In parallel.
/// Cost: O(n log n) and one touch() for each two whose boxes overlap.
std::vector<ClaimGroup> groups_of(const std::vector<Claim>& claims, const ClaimGroup& among);

/// Ground on which the same claims hold everywhere, in one district.
struct ClaimedFace {
  geo::PlanarPolygon polygon;
  std::vector<std::uint32_t> claims;  ///< indices into the claims given, ascending, at least one
  std::int32_t district = -1;
  std::int64_t area_mm2 = 0;  ///< on the ellipsoid, in whole square millimetres: sums are exact in any order
};

/// Divides the ground of a group into faces (docs/methods/land-accounting.md, section 2): they never overlap and
/// together are all ground of all its claims, but for specks of less than half a square millimetre.
/// An invalid ring counts by its linework: of a hazard all ground that it winds around (the larger reading), of a
/// release the ground inside by the even-odd rule (the smaller reading).
/// Errors: geo.overlay_failed.  Cost: O(n log n) typical.
base::Result<std::vector<ClaimedFace>> divide(const std::vector<Claim>& claims, const ClaimGroup& group,
                                              const DistrictMap& districts, const geo::AreaMeter& meter);

/// The faces of each group. Groups in parallel; the same faces on any thread count.
base::Result<std::vector<std::vector<ClaimedFace>>> divide_all(const std::vector<Claim>& claims,
                                                               const std::vector<ClaimGroup>& groups,
                                                               const DistrictMap& districts,
                                                               const geo::AreaMeter& meter);

}  // namespace firmground::mineaction
