#pragma once
#include <string>
#include <vector>

#include "mineaction/snapshot.h"
#include "simulate/terrain.h"

namespace firmground::simulate {

struct Road {
  std::string name;
  std::vector<geo::Xy> line;
};

struct Settlement {
  std::string name;
  std::string kind;             ///< city, town, village
  std::int64_t population = 0;  ///< before the war
  geo::Xy position;
  double radius_m = 0;  ///< of the built-up ground
};

struct Settlements {
  std::vector<Settlement> all;  ///< largest first
  std::vector<Road> roads;
  std::vector<geo::Xy> bridges;
};

/// Settlements in valleys and on plains with room between them, and the roads that join them.
Settlements settle(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain);

}  // namespace firmground::simulate
