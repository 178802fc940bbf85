#pragma once
#include <cstdint>
#include <vector>

#include "simulate/lattice.h"
#include "simulate/line_of_contact.h"

namespace firmground::simulate {

/// What people know of each parcel of one hectare: where it lies beside roads, homes, water and the old front.
struct Ground {
  static constexpr double kParcel_m = 100;
  Lattice parcels;
  std::vector<std::uint8_t> land;      ///< whole parcel on the island, away from the beach
  std::vector<float> road_m;           ///< to the nearest road
  std::vector<float> village_m;        ///< to the edge of the nearest settlement
  std::vector<float> front_m;          ///< to the line of contact
  std::vector<std::uint8_t> farmland;  ///< flat and near a village

  /// How often people pass a place: 1 in a village, falling with the distance to homes and roads. 0 at sea.
  double presence(std::int64_t parcel) const;
};

Ground survey_ground(std::uint64_t seed, const Terrain& terrain, const Settlements& settlements,
                     const LineOfContact& line);

}  // namespace firmground::simulate
