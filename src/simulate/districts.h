#pragma once
#include <vector>

#include "mineaction/snapshot.h"
#include "simulate/terrain.h"

namespace firmground::simulate {

/// The island divided into districts without gap or overlap, with ragged borders as histories leave them.
/// Errors: geo.overlay_failed.
base::Result<std::vector<mineaction::District>> divide(const Parameters& parameters, std::uint64_t seed,
                                                       const Terrain& terrain);

/// The district's name at a place; empty when none holds it.
std::string district_at(const std::vector<mineaction::District>& districts, geo::Xy place);

}  // namespace firmground::simulate
