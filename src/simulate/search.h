#pragma once
#include <vector>

#include "simulate/operations.h"

namespace firmground::simulate {

/// Decides the fate of every item: which were lifted or decayed, which the releases found, which people reported beside
/// homes and roads; and writes the finds as they would be entered.  Sets TrueItem::fate and TrueItem::find (index into
/// the result, which is in order of find_id).  Where the parameters give totals of finds, the lifting over the years is
/// made to meet them exactly.
std::vector<mineaction::Find> search_releases(const Parameters& parameters, std::uint64_t seed, const Ground& ground,
                                              const Operations& operations, const ItemsByParcel& by_parcel,
                                              std::vector<TrueItem>& items);

}  // namespace firmground::simulate
