#pragma once
#include <vector>

#include "simulate/settlements.h"

namespace firmground::simulate {

/// Where the front stood for years: a line across the island from shore to shore.
struct LineOfContact {
  static constexpr double kStep_m = 50;
  std::vector<geo::Xy> points;       ///< every 50 m
  std::vector<geo::Xy> trench_left;  ///< the two sides' front trenches
  std::vector<geo::Xy> trench_right;

  double length_m() const { return kStep_m * static_cast<double>(points.size() - 1); }
  /// The point `distance_m` along the line.
  geo::Xy at(double distance_m) const;
  /// Unit vector to the left of the line, taken over a chord that widens with the offset so that offset curves do not
  /// fold.
  geo::Xy normal(double distance_m, double offset_m) const;
  geo::Xy offset(double distance_m, double offset_m) const;
};

LineOfContact draw_line_of_contact(const Parameters& parameters, std::uint64_t seed, const Terrain& terrain,
                                   const Settlements& settlements);

}  // namespace firmground::simulate
