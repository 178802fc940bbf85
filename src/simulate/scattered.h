#pragma once
#include <vector>

#include "simulate/country.h"
#include "simulate/ground.h"

namespace firmground::simulate {

/// What lies outside patterned fields: nuisance mines where people would come back, shelling, caches and booby traps.
/// Appends to `items` with field = -1, about as many as the parameters say.
void lay_nuisance_mines(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain,
                        const Settlements& settlements, const LineOfContact& line, std::vector<TrueItem>& items);
void shell(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain, const Settlements& settlements,
           const LineOfContact& line, std::vector<TrueItem>& items);

}  // namespace firmground::simulate
