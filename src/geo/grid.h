#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "geo/geometry.h"

namespace firmground::geo {

/// Square cells in the programme CRS, north up, row 0 in the north. Cell edges are whole multiples of the cell size, so
/// that grids of one size made from different records line up.
struct Grid {
  double cell_m = 50;
  std::int64_t west = 0;   ///< x of the western edge / cell_m
  std::int64_t north = 0;  ///< y of the northern edge / cell_m
  std::int32_t columns = 0;
  std::int32_t rows = 0;

  /// The smallest grid that covers the box.
  static Grid covering(const Box& box, double cell_m);

  std::size_t size() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
  std::size_t index(std::int32_t column, std::int32_t row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column);
  }
  double west_m() const { return static_cast<double>(west) * cell_m; }
  double north_m() const { return static_cast<double>(north) * cell_m; }
  Xy centre(std::int32_t column, std::int32_t row) const {
    return {(static_cast<double>(west + column) + 0.5) * cell_m, (static_cast<double>(north - row) - 0.5) * cell_m};
  }
  Xy centre(std::size_t cell) const {
    return centre(static_cast<std::int32_t>(cell % static_cast<std::size_t>(columns)),
                  static_cast<std::int32_t>(cell / static_cast<std::size_t>(columns)));
  }
  /// Column and row of the cell that holds the point; may lie outside [0, columns) x [0, rows).
  std::int32_t column_of(double x) const;
  std::int32_t row_of(double y) const;
  bool has(std::int32_t column, std::int32_t row) const {
    return column >= 0 && column < columns && row >= 0 && row < rows;
  }
  /// Cell index, or -1 outside.
  std::int64_t cell_of(Xy point) const;
  /// The smallest grid of cells `together` times as wide that covers this one.  REQUIRES: together >= 1.
  Grid in_larger_cells(std::int32_t together) const;
  friend bool operator==(const Grid&, const Grid&) = default;
};

/// A cell and the share of its area that lies inside a polygon, in (0, 1].
struct CellShare {
  std::uint32_t cell;
  float share;
};

/// Cells that the polygons touch with the exact planar share covered (signed-area accumulation per edge, no sampling);
/// ascending cell order.  Parts outside the grid are cut off.  Cost: O(edges crossed + cells inside).
std::vector<CellShare> cover(const Grid& grid, const PlanarGeometry& geometry);

/// 1 where the cell's centre lies in the polygons.  Cost: O(rows x edges in row + cells).
std::vector<std::uint8_t> centres_inside(const Grid& grid, const PlanarGeometry& geometry);

/// Euclidean distance in metres from every cell centre to the nearest cell that has mask != 0 (exact, Felzenszwalb &
/// Huttenlocher 2012), infinity when there is none.  Cost: O(cells).
std::vector<float> distance_transform(const Grid& grid, const std::vector<std::uint8_t>& mask);

/// Marks every cell that a line or a point of the geometry touches (polygons: their rings).
void burn_lines(const Grid& grid, const PlanarGeometry& geometry, std::vector<std::uint8_t>& mask);

}  // namespace firmground::geo
