#pragma once
#include <vector>

#include "simulate/minefields.h"

namespace firmground::simulate {

/// What lies in each parcel, and where each item lies.
struct ItemsByParcel {
  std::vector<std::int32_t> parcel_of_item;
  std::vector<std::uint16_t> mines;  ///< per parcel
  std::vector<std::uint16_t> erw;
};

ItemsByParcel items_by_parcel(const std::vector<TrueItem>& items, const Lattice& parcels);

/// A hazardous area as survey drew it.
struct SurveyedHazard {
  mineaction::HazardousArea record;
  std::vector<std::uint32_t> parcels;  ///< whose centre lies inside, ascending
  std::int64_t items = 0;              ///< that truly lay there: survey does not know
};

struct Hazards {
  std::vector<SurveyedHazard> all;
  std::vector<std::int32_t> of_parcel;  ///< -1 = none
};

/// Survey over the years: some fields get a polygon roughly where they are, most polygons are suspicion and hold
/// nothing.
Hazards survey_hazards(const Parameters& parameters, std::uint64_t seed, const Ground& ground, const Terrain& terrain,
                       const Settlements& settlements, const LineOfContact& line, const std::vector<Minefield>& fields,
                       const ItemsByParcel& items, const geo::Crs& crs);

}  // namespace firmground::simulate
