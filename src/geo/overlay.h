#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/geometry.h"

namespace firmground::geo {

/// Boolean operations on polygons in programme metres (GEOS OverlayNG behind it). All results are snapped to a grid of
/// kPrecision_m, so that shared edges stay shared and slivers below it vanish; results are valid and normalised
/// (outer rings counter-clockwise, first vertex the smallest, parts sorted), hence the same bytes for the same ground.
inline constexpr double kPrecision_m = 1e-4;

enum class Operation : std::uint8_t { intersection, union_, difference };

/// Points and lines of the inputs are ignored.  Errors: geo.overlay_failed (with GEOS' reason).  Cost: O((n+m)
/// log(n+m)) typical.
base::Result<PlanarGeometry> overlay(const PlanarGeometry& a, const PlanarGeometry& b, Operation operation);
/// Cascaded union of many.  Cost: O(n log n) typical.
base::Result<PlanarGeometry> union_all(std::span<const PlanarGeometry* const> geometries);
/// Everything within `metres` of the geometry (rounded corners, 8 segments a quarter circle).
base::Result<PlanarGeometry> buffer(const PlanarGeometry& geometry, double metres);
/// Fewer vertices, never further than the tolerance from the original, topology kept.
base::Result<PlanarGeometry> simplify(const PlanarGeometry& geometry, double tolerance_m);

/// Outer rings counter-clockwise, holes clockwise, each from its smallest vertex; holes and parts sorted. The ground
/// stays the same.
void normalise(PlanarGeometry& geometry);

/// A straight line between two points.
struct Segment {
  Xy from;
  Xy to;
};

/// The faces into which the rings of all polygons, and the cuts, divide the plane: each is bounded by whole pieces of
/// rings or cuts, they touch at edges only, share their vertices exactly and together fill all that the rings enclose
/// (so the area of any union of faces is the sum of theirs). Noded with snap rounding on a grid of kPrecision_m: edges
/// move by less than that, ground narrower than that vanishes. Rings may cross themselves or each other: a ring is only
/// linework here, and the caller decides by `contains` (even-odd) what each face lies in.  Parts of cuts that bound no
/// face are dropped.  Faces come normalised and sorted.  REQUIRES: finite coordinates.
/// Errors: geo.overlay_failed.  Cost: O(n log n) typical in the edges.
base::Result<std::vector<PlanarPolygon>> faces_of(std::span<const PlanarGeometry* const> geometries,
                                                  std::span<const Segment> cuts = {});

/// Empty when the polygons are valid (OGC Simple Features); otherwise the reason and place, e.g.
/// "Self-intersection[512034.1 4401022.7]".
std::string validity_problem(const PlanarGeometry& geometry);
std::string validity_problem(const GeographicGeometry& geometry);

/// Static spatial index over boxes (packed Hilbert R-tree).  Build O(n log n), query O(log n + hits), hits in ascending
/// index order.
class BoxIndex {
 public:
  explicit BoxIndex(std::span<const Box> boxes);
  std::vector<std::uint32_t> query(const Box& box) const;

 private:
  std::vector<Box> boxes_;
  std::vector<std::uint32_t> order_;
  std::vector<Box> nodes_;
  std::vector<std::size_t> level_begin_;
};

}  // namespace firmground::geo
