#pragma once
#include <vector>

#include "simulate/country.h"
#include "simulate/ground.h"

namespace firmground::simulate {

/// A patterned field as it was laid: an axis and rows along it (domain.md 3.5).
struct Minefield {
  mineaction::Device device = mineaction::Device::ap_mine;  ///< of most rows
  bool mixed = false;                                       ///< AP rows on one flank, AV rows on the other
  std::vector<geo::Xy> axis;                                ///< every 10 m; bends with the ground
  int rows = 3;
  double row_spacing_m = 15;
  double mines_per_km = 300;  ///< of axis, all rows together
  double margin_m = 25;       ///< from the outer row to the edge of the field
  geo::PlanarGeometry outline;
};

/// Chains of fields along both sides of the line, around strongpoints behind it, and as switch lines away from it.
std::vector<Minefield> plan_minefields(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain,
                                       const Ground& ground, const LineOfContact& line);

/// The mines of all fields, field by field and row by row; densities are scaled so that about `mines` are laid.
std::vector<TrueItem> lay_minefields(const std::vector<Minefield>& fields, double mines, const Parameters& parameters,
                                     std::uint64_t seed, const Terrain& terrain);

/// Fields as the truth file lists them, with the mines counted.
std::vector<TrueField> true_fields(const std::vector<Minefield>& fields, const std::vector<TrueItem>& items);

}  // namespace firmground::simulate
