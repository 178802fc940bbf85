#pragma once
#include <optional>
#include <vector>

#include "serve/edition.h"
#include "serve/http.h"

namespace firmground::serve {

/// A place asked about, in both coordinate systems.
struct Spot {
  geo::LonLat lon_lat;
  geo::Xy xy;
};

/// A record near a spot.
struct Near {
  std::size_t position = 0;  ///< in the snapshot's list of the layer's kind
  double distance_m = 0;     ///< in the programme CRS; 0 inside a polygon
};

/// Records of a layer within a radius, nearest first, each once.
std::vector<Near> within(const Edition& edition, const VectorLayer& layer, const Spot& spot, double radius_m);
/// The nearest record of a layer, searched up to `limit_m`.  Null layer: nothing.
std::optional<Near> nearest(const Edition& edition, const VectorLayer* layer, const Spot& spot, double limit_m);

/// Reads lon and lat of a request.  Errors: serve.parameter_missing, serve.parameter_invalid, serve.point_outside.
base::Result<Spot> spot_of(const Edition& edition, const Request& request);

}  // namespace firmground::serve
