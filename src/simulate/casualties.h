#pragma once
#include <vector>

#include "simulate/operations.h"

namespace firmground::simulate {

struct Casualties {
  std::vector<mineaction::Accident> accidents;
  std::vector<mineaction::Victim> victims;
};

/// Accidents where people meet ordnance, 1991 to 2026; each takes an item that was not found (fate = detonated). The
/// numbers of killed and injured of an accident are those of its victims; totals meet the parameters exactly.
Casualties suffer_accidents(const Parameters& parameters, std::uint64_t seed, const Ground& ground,
                            const ItemsByParcel& by_parcel, std::vector<TrueItem>& items);

}  // namespace firmground::simulate
