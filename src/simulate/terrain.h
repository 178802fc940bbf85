#pragma once
#include <vector>

#include "geo/grid.h"
#include "simulate/coast.h"
#include "simulate/parameters.h"

namespace firmground::simulate {

struct River {
  std::string name;
  std::vector<geo::Xy> course;  ///< from the source to the sea
};

/// Height of the land and its rivers.
struct Terrain {
  Coast coast;
  geo::Grid grid;                        ///< of the heights
  std::vector<float> height_m;           ///< sea level 0 outside the island
  geo::Grid planning;                    ///< coarse cells on which rivers, settlements and roads find their place
  std::vector<float> planning_height_m;  ///< NaN at sea
  std::vector<float> flow;               ///< planning cells that drain through each one; 0 at sea
  std::vector<River> rivers;

  /// Bilinear between cell centres.
  double height(geo::Xy point) const;
  /// Metres up per metre east and north.
  geo::Xy gradient(geo::Xy point) const;
  double slope(geo::Xy point) const;
};

Terrain make_terrain(const Parameters& parameters, std::uint64_t seed, const geo::Crs& crs);

}  // namespace firmground::simulate
