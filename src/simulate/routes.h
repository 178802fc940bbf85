#pragma once
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "geo/grid.h"

namespace firmground::simulate {

/// Calls visit(cell, distance in cells) for the up to eight neighbours.
template <typename Visit>
void for_each_neighbour(const geo::Grid& grid, std::uint32_t cell, const Visit& visit) {
  const auto column = static_cast<std::int32_t>(cell % static_cast<std::uint32_t>(grid.columns));
  const auto row = static_cast<std::int32_t>(cell / static_cast<std::uint32_t>(grid.columns));
  for (std::int32_t dr = -1; dr <= 1; ++dr) {
    for (std::int32_t dc = -1; dc <= 1; ++dc) {
      if ((dr != 0 || dc != 0) && grid.has(column + dc, row + dr)) {
        visit(static_cast<std::uint32_t>(grid.index(column + dc, row + dr)),
              dr != 0 && dc != 0 ? std::numbers::sqrt2 : 1.0);
      }
    }
  }
}

/// Cells of the cheapest way from `start` to the nearest cell with goal != 0 (Dijkstra); empty when there is none.
/// cost: per cell crossed, infinity = no way through.
std::vector<std::uint32_t> cheapest_route(const geo::Grid& grid, std::span<const float> cost, std::uint32_t start,
                                          std::span<const std::uint8_t> goal);

/// Chaikin's corner cutting; the ends stay.
std::vector<geo::Xy> rounded_corners(std::vector<geo::Xy> line, int rounds);
/// Points every `step_m` along the line, and its end.
std::vector<geo::Xy> resampled(const std::vector<geo::Xy>& line, double step_m);
/// Moving average over `reach` points on both sides; the ends stay.
std::vector<geo::Xy> moving_average(const std::vector<geo::Xy>& line, std::size_t reach);
double length_m(const std::vector<geo::Xy>& line);

}  // namespace firmground::simulate
