#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "estimate/prediction.h"
#include "geo/raster.h"

/// Maps in larger cells than the ground is modelled in (docs/methods/hazard-field.md, "Cells of the map").
namespace firmground::estimate {

/// Which modelled cells each cell of the map takes together: `together` times as many per side, or fewer at the edges.
class MapCells {
 public:
  /// REQUIRES: together >= 1; `modelled` is the grid of the observations.
  MapCells(const geo::Grid& modelled, std::int32_t together);

  const geo::Grid& grid() const { return grid_; }
  /// The map's cell that holds a modelled one.
  std::uint32_t of(std::uint32_t modelled) const;
  /// Rows of modelled cells, in runs that no row of the map's cells is cut by: where a run begins.  The last entry is
  /// the number of rows.
  std::vector<std::size_t> runs(std::size_t about_rows) const;
  /// Whether a row of the map's cells ends with this row of modelled ones.
  bool ends_row(std::size_t modelled_row) const {
    return (static_cast<std::int32_t>(modelled_row) + before_row_ + 1) % together_ == 0;
  }
  /// One flag per cell of the map: whether it holds a flagged modelled one.
  std::vector<std::uint8_t> holding(const std::vector<std::uint8_t>& flags) const;
  /// Flags all modelled cells of each cell of the map that holds a flagged one.
  void flag_whole(std::vector<std::uint8_t>& flags) const;

 private:
  geo::Grid modelled_;
  geo::Grid grid_;
  std::int32_t together_;
  std::int32_t before_column_;  ///< columns of the map's first cell that lie before the modelled grid
  std::int32_t before_row_;
};

/// How alike the parts of a map's cell are (eq. 69): P(any) over what it would be, were its modelled cells independent.
/// Of one cell a hundred draws hardly tell; of all cells with about that chance and evidence they do.
class Likeness {
 public:
  /// One cell: its chance as if independent and its evidence; the same chance as draws have it, and the chance that
  /// draws have together.
  void add(double independent, double evidence, double independent_drawn, double drawn);
  void add(const Likeness& other);
  double at(double independent, double evidence) const;
  /// All that it knows, to be added up or kept.
  std::span<double> sums() { return sums_; }
  std::span<const double> sums() const { return sums_; }

 private:
  static constexpr std::size_t kChances = 18;  ///< knots in the logit of the chance
  static constexpr std::size_t kEvidence = 6;
  struct Place;
  static Place place(double independent, double evidence);
  std::array<double, 2 * kChances * kEvidence> sums_{};  ///< drawn, then independent_drawn, by knot
};

/// What cells of a map are made of, before it is known how alike their parts are.
struct MapParts {
  std::vector<float> independent;    ///< by cell of the map: P(any) as if its parts were independent; 0: nothing added
  std::vector<float> likeliest;      ///< P(any) of its likeliest part
  Likeness alike;                    ///< of these cells
  std::optional<geo::Raster> kinds;  ///< of the modelled cells, where a map of kinds is drawn
};

/// Adds up the modelled cells of one row of the map's cells after the other.
class MapRow {
 public:
  MapRow(const MapCells& cells, std::size_t draws);

  /// `at`: the cell's place in the predictions; `weighed`: they were, by what is known of an area as a whole: how alike
  /// parts are is learned elsewhere; `in_raster`: its place in the raster of modelled cells.  REQUIRES: all cells since
  /// the last write() lie in one row of the map's.
  void add(std::uint32_t modelled, std::size_t at, const std::vector<ClassPrediction>& classes, bool weighed,
           const geo::Raster& of_modelled, std::size_t in_raster);
  /// The cells added: all bands of `map` but P(any), and their parts; `alike` apart, that rows may be written at the
  /// same time.  Begins anew.
  void write(geo::Raster& map, MapParts& parts, Likeness& alike);

 private:
  struct Cell {
    std::vector<double> items;  ///< per draw
    std::vector<double> none;   ///< per draw, P(no item)
    double log_none = 0;        ///< of the means, as if independent
    double log_none_drawn = 0;  ///< the same of the draws' means
    double expected = 0;
    double likeliest = 0;
    double evidence = 0;
    double weight = 0;
    bool any = false;
    bool weighed = false;
  };
  const MapCells& cells_;
  std::size_t draws_;
  std::vector<Cell> row_;
  std::uint32_t first_ = 0;  ///< the map's cell at the row's beginning
};

/// P(any) of the cells that `parts` knows, and where `kinds` is given its bands of theirs.
void tell_chances(const MapCells& cells, const MapParts& parts, const Likeness& alike, geo::Raster& map,
                  geo::Raster* kinds);

}  // namespace firmground::estimate
