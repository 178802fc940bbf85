#pragma once
#include "evidence/statements.h"

/// Survey statements on ground drawn for tests.
namespace firmground::evidence {

struct DrawnSquare {
  std::int32_t column, row, side;  ///< cells
};

inline geo::PlanarGeometry outline_of(const DrawnSquare& square, const geo::Grid& grid) {
  const double west = static_cast<double>(grid.west + square.column) * grid.cell_m;
  const double north = static_cast<double>(grid.north - square.row) * grid.cell_m;
  const double side = square.side * grid.cell_m;
  geo::PlanarGeometry geometry;
  geometry.polygons.push_back(
      {{{west, north}, {west, north - side}, {west + side, north - side}, {west + side, north}, {west, north}}, {}});
  return geometry;
}

inline mineaction::HazardousArea drawn_hazard(mineaction::HazardType type, mineaction::Device device,
                                              const DrawnSquare& square, const geo::Grid& grid) {
  mineaction::HazardousArea hazard;
  hazard.type = type;
  hazard.device = device;
  hazard.geometry = outline_of(square, grid);
  return hazard;
}

inline mineaction::LandRelease drawn_release(mineaction::Outcome outcome, mineaction::Method method,
                                             const mineaction::Date& day, const DrawnSquare& square,
                                             const geo::Grid& grid) {
  mineaction::LandRelease release;
  release.outcome = outcome;
  release.method = method;
  release.completed_on = day;
  release.geometry = outline_of(square, grid);
  return release;
}

}  // namespace firmground::evidence
