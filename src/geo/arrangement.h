#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "geo/overlay.h"
#include "geo/snap_rounding.h"

namespace firmground::geo {

/// A ring as linework of a contour; several rings may be of one contour.
struct ContourRing {
  const std::vector<Xy>* ring = nullptr;
  std::uint32_t contour = 0;
};

struct ArrangedFace {
  PlanarPolygon polygon;
  /// How often each contour winds round the face, counter-clockwise positive, ascending by contour, never 0. For rings
  /// of any orientation the parity tells inside from outside (even-odd rule).
  std::vector<ContourCount> windings;
};

/// The bounded faces into which rings and cuts divide the plane, and what winds round each. Noded by snap rounding on
/// the grid of kPrecision_m with exact predicates; windings follow from the edges that are crossed, not from points in
/// polygons. Faces touch at edges only, share their vertices exactly, come normalised and sorted, and are valid
/// polygons (OGC Simple Features). Edges that bound nothing (a ring run there and back, cuts that end in the open) are
/// dropped. Rings of fewer than three corners are no linework.
/// REQUIRES: finite coordinates.  Errors: geo.overlay_failed (wider than 55,000 km).  Cost: O(n log n) typical.
base::Result<std::vector<ArrangedFace>> arrange(std::span<const ContourRing> rings, std::span<const Segment> cuts = {});

/// Planar (not ellipsoidal) area of the ground that two polygons share, each by the even-odd rule over all its rings.
/// Errors: as arrange().
base::Result<double> shared_area_m2(const PlanarGeometry& a, const PlanarGeometry& b);

}  // namespace firmground::geo
