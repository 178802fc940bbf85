#pragma once
#include "geo/geometry.h"

namespace firmground::geo {

/// Whether the ground of the polygons of `a` and of `b` overlaps, touches, or comes nearer than `metres`; at a distance
/// of almost exactly that, either answer may be given. Points and lines are not looked at.
/// REQUIRES: valid polygons.  Cost: edges in the common box, each against each.
bool ground_is_near(const PlanarGeometry& a, const PlanarGeometry& b, double metres);

/// True when it is beyond doubt, by more than rounding, that the ring crosses and touches itself nowhere; false when it
/// does, and when it is too close to tell or has more than 256 corners.
bool is_clearly_simple(const std::vector<Xy>& ring);

}  // namespace firmground::geo
