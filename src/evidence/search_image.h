#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
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
  explicit SearchImage(const mineaction::Snapshot& snapshot) : SearchImage(snapshot, {}) {}
  /// The same, of releases that touch any of `only` alone (empty = all), on the same grid.
  SearchImage(const mineaction::Snapshot& snapshot, std::span<const geo::Box> only);

  const geo::Grid& grid() const { return grid_; }
  bool empty() const { return tiles_.empty(); }
  std::int64_t finds() const { return finds_placed_; }

  struct Cell {
    float effort = 0;  ///< chance that a mine in the cell was found
    float share = 0;   ///< searched at all
    std::uint16_t finds = 0;
    std::uint16_t av_finds = 0;  ///< of them anti-vehicle mines
  };
  /// A cell by column and row of grid(), inside or outside it; all zero where nothing was searched.
  Cell at(std::int32_t column, std::int32_t row) const;

  /// The cell and, behind it in memory, those east of it up to the next multiple of kTile columns; null where nothing
  /// near was searched.
  const Cell* line(std::int32_t column, std::int32_t row) const { return find(column, row); }
  static constexpr std::int32_t kTile = 32;

  /// Searched cells, tile by tile: where templates are dropped at random.  Cost of one: a tile.
  std::size_t searched_cells() const { return searched_.empty() ? 0 : searched_.back().up_to; }
  std::uint64_t searched_cell(std::size_t i) const;
  geo::Xy centre(std::uint64_t cell) const;
  /// Finds in the order of the snapshot: the cell each was placed in, or -1.
  const std::vector<std::int64_t>& find_cells() const { return find_cells_; }

 private:
  struct Tile {
    std::vector<Cell> cells = std::vector<Cell>(static_cast<std::size_t>(kTile) * kTile);
  };
  struct SearchedTile {
    std::uint64_t key = 0;
    std::size_t up_to = 0;  ///< searched cells in it and in the tiles before it
  };
  Cell& touch(std::int32_t column, std::int32_t row);
  const Cell* find(std::int32_t column, std::int32_t row) const;
  void place_effort(const mineaction::Snapshot& snapshot, std::span<const geo::Box> only);
  void place_finds(const mineaction::Snapshot& snapshot);

  geo::Grid grid_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
  std::vector<Tile> tiles_;
  std::vector<SearchedTile> searched_;  ///< by key
  std::vector<std::int64_t> find_cells_;
  std::int64_t finds_placed_ = 0;
};

/// How strongly records claim finds, by cell: each find is explained once.
struct Claims {
  std::unordered_map<std::uint64_t, float> all;  ///< sum over records, may exceed 1
  /// What is left for a record that claims `own` of a cell itself: its part of the claims, or what others leave.
  float left(std::uint64_t cell, const std::unordered_map<std::uint64_t, float>& own) const;
};

/// Finds and effort of a neighbourhood, summed along rows: what lies under a run of cells is two look-ups, and under
/// the run moved east by 0, 2, 4 ... cells are neighbours in memory.
class Neighbourhood {
 public:
  /// Places of a run that are looked up at once, two cells apart.
  static constexpr std::size_t kLanes = 64;
  enum Channel : std::size_t { kEffort, kFinds, kAvFinds, kChannels };
  using Lanes = std::array<float, kLanes>;

  /// Cells [column, column + columns) x [row, row + rows) of the image's grid. Finds count by what `claims` leave of
  /// them to a record whose own claims are `own`; null = in full.
  Neighbourhood(const SearchImage& image, std::int32_t column, std::int32_t row, std::int32_t columns,
                std::int32_t rows, const Claims* claims, const std::unordered_map<std::uint64_t, float>& own);

  bool searched() const { return searched_; }
  bool found() const { return found_; }
  bool searched(std::int32_t row) const { return rows_[static_cast<std::size_t>(row)] >= Row::searched; }
  bool found(std::int32_t row) const { return rows_[static_cast<std::size_t>(row)] == Row::found; }
  /// Adds to `sums` what lies of a channel in columns [from + 2 i, to + 2 i) of a row, for every lane i < `lanes` (and
  /// some more, which hold nothing of use).  REQUIRES: lanes <= kLanes, something searched in the row, of finds
  /// something found.
  void add_run(Channel channel, std::int32_t row, std::int32_t from, std::int32_t to, std::size_t lanes,
               Lanes& sums) const;

 private:
  /// Sums over columns [0, k) of a row: even k first, then odd k, each of half() numbers.
  std::size_t half() const { return static_cast<std::size_t>(columns_) / 2 + 1 + kLanes; }
  std::size_t at(std::int32_t row, std::int32_t k, std::size_t channel) const {
    return ((static_cast<std::size_t>(row) * kChannels + channel) * 2 + static_cast<std::size_t>(k & 1)) * half() +
           static_cast<std::size_t>(k >> 1);
  }

  std::int32_t columns_;
  enum class Row : std::uint8_t { nothing, searched, found };
  void sum_row(const SearchImage& image, std::int32_t column, std::int32_t row, std::int32_t of_grid,
               const Claims* claims, const std::unordered_map<std::uint64_t, float>& own);
  std::unique_ptr<float[]> sums_;  ///< left as it is where a row holds nothing
  std::vector<Row> rows_;
  bool searched_ = false;
  bool found_ = false;
};

/// The cells of an outline as runs along rows, relative to the column and row of its north-western corner cell.
struct Template {
  struct Run {
    std::int32_t row, from, to;
    std::uint8_t part = 0;
  };
  std::int32_t column = 0;  ///< of the grid
  std::int32_t row = 0;
  std::int32_t columns = 0;
  std::int32_t rows = 0;
  std::int64_t cells = 0;
  std::vector<Run> runs;
};
/// Where in and round an outline a cell lies: the outline in four parts along its longer axis times two across, then
/// the ring round it: beyond either end, and beside it on either side.
inline constexpr std::size_t kInnerParts = 8;
inline constexpr std::size_t kParts = kInnerParts + 4;
/// REQUIRES: polygons.
Template template_of(const geo::Grid& grid, const geo::PlanarGeometry& geometry);
/// The runs of `inner` and of the ring `ring_m` wide round it, cut by part.
Template in_parts(const Template& inner, double ring_m);

}  // namespace firmground::evidence
