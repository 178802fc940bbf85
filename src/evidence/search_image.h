#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "geo/grid.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// Where mines were looked for and found, in cells of 10 m, kept only where ground was searched.
class SearchImage {
 public:
  static constexpr double kCell_m = 10;

  /// Effort of a cell = 1 - product over releases of (1 - share x coverage x detection of mines). A find of a mine
  /// belongs to the searched cell it lies in or touches; others are opportunistic and are left out: ground nobody
  /// searched says nothing by what was found in it.  REQUIRES: snapshot.crs.
  /// Cost: linear in the cells searched, 20 bytes each.
  explicit SearchImage(const mineaction::Snapshot& snapshot);

  const geo::Grid& grid() const { return grid_; }
  bool empty() const { return tiles_.empty(); }
  std::int64_t finds() const { return finds_placed_; }

  struct Cell {
    float effort = 0;  ///< chance that a mine in the cell was found
    float share = 0;   ///< searched at all
    std::uint16_t finds = 0;
  };
  /// A cell by column and row of grid(), inside or outside it; all zero where nothing was searched.
  Cell at(std::int32_t column, std::int32_t row) const;

  /// The cell and, behind it in memory, those east of it up to the next multiple of 64 columns; null where nothing near
  /// was searched.
  const Cell* line(std::int32_t column, std::int32_t row) const { return find(column, row); }
  static constexpr std::int32_t kTile = 64;

  /// Searched cells in ascending order: where templates are dropped at random.
  std::size_t searched_cells() const { return searched_.size(); }
  std::uint64_t searched_cell(std::size_t i) const { return searched_[i]; }
  geo::Xy centre(std::uint64_t cell) const;
  /// Finds in the order of the snapshot: the cell each was placed in, or -1.
  const std::vector<std::int64_t>& find_cells() const { return find_cells_; }

 private:
  struct Tile {
    std::vector<Cell> cells = std::vector<Cell>(static_cast<std::size_t>(kTile) * kTile);
  };
  Cell& touch(std::int32_t column, std::int32_t row);
  const Cell* find(std::int32_t column, std::int32_t row) const;
  void place_effort(const mineaction::Snapshot& snapshot);
  void place_finds(const mineaction::Snapshot& snapshot);

  geo::Grid grid_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
  std::vector<Tile> tiles_;
  std::vector<std::uint64_t> searched_;
  std::vector<std::int64_t> find_cells_;
  std::int64_t finds_placed_ = 0;
};

/// How strongly records claim finds, by cell: each find is explained once.
struct Claims {
  std::unordered_map<std::uint64_t, float> all;  ///< sum over records, may exceed 1
  /// What is left for a record that claims `own` of a cell itself: its part of the claims, or what others leave.
  float left(std::uint64_t cell, const std::unordered_map<std::uint64_t, float>& own) const;
};

/// Finds and effort of a neighbourhood, summed along rows: what lies under a run of cells is two look-ups.
class Neighbourhood {
 public:
  /// Cells [column, column + columns) x [row, row + rows) of the image's grid. Finds count by what `claims` leave of
  /// them to a record whose own claims are `own`; null = in full.
  Neighbourhood(const SearchImage& image, std::int32_t column, std::int32_t row, std::int32_t columns,
                std::int32_t rows, const Claims* claims, const std::unordered_map<std::uint64_t, float>& own);

  bool searched() const { return searched_; }
  struct Sums {
    float finds = 0;
    float effort = 0;
  };
  /// Sums over columns [from, to) of a row, all relative to the neighbourhood.
  Sums run(std::int32_t row, std::int32_t from, std::int32_t to) const {
    const std::size_t line = static_cast<std::size_t>(row) * (static_cast<std::size_t>(columns_) + 1);
    const Sums& a = sums_[line + static_cast<std::size_t>(from)];
    const Sums& b = sums_[line + static_cast<std::size_t>(to)];
    return {b.finds - a.finds, b.effort - a.effort};
  }

 private:
  std::int32_t columns_;
  std::vector<Sums> sums_;
  bool searched_ = false;
};

/// The cells of an outline as runs along rows, relative to the column and row of its north-western corner cell.
struct Template {
  struct Run {
    std::int32_t row, from, to;
    std::uint8_t block = 0;
  };
  std::int32_t column = 0;  ///< of the grid
  std::int32_t row = 0;
  std::int32_t columns = 0;
  std::int32_t rows = 0;
  std::int64_t cells = 0;
  std::vector<Run> runs;
};
/// Cuts the runs into blocks, `along` the longer axis times two across it, each axis into parts of equal number of
/// cells.
Template in_blocks(const Template& shape, std::size_t along);
/// REQUIRES: polygons.
Template template_of(const geo::Grid& grid, const geo::PlanarGeometry& geometry);

}  // namespace firmground::evidence
