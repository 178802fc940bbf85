#pragma once
#include <vector>

#include "simulate/hazards.h"

namespace firmground::simulate {

/// A release of land and the ground it was made of.
struct Release {
  mineaction::LandRelease record;
  std::vector<std::uint32_t> parcels;  ///< ascending; all that the polygon touches
  bool whole_hazard = false;           ///< the polygon is the hazard's own, not the parcels'
  base::Date started;
};

struct Operations {
  std::vector<Release> releases;        ///< by date of completion
  std::vector<std::int32_t> of_parcel;  ///< index into releases, -1 = none
};

/// Land release from November 2020 to October 2026: roads, farmland and villages first, belts late; tasks side by side
/// on sites; cancelled, reduced and cleared areas meet the parameters' hectares on the ellipsoid to about one hectare.
/// Releases do not overlap.
Operations release_land(const Parameters& parameters, std::uint64_t seed, const Ground& ground, const Hazards& hazards,
                        const ItemsByParcel& items, const geo::Crs& crs);

/// First and last day of the operations.
inline const base::Date kOperationsBegin{2020, 11, 10};
inline const base::Date kAsOf{2026, 10, 31};

}  // namespace firmground::simulate
