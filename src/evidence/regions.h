#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "evidence/observations.h"

namespace firmground::evidence {

/// A rectangle of cells of the country's grid.
struct Region {
  std::int32_t first_column = 0;
  std::int32_t first_row = 0;
  std::int32_t columns = 0;
  std::int32_t rows = 0;

  bool has(std::int32_t column, std::int32_t row) const {
    return column >= first_column && column < first_column + columns && row >= first_row && row < first_row + rows;
  }
  /// The same rectangle by the cells of a window of the grid.  REQUIRES: it lies in the window.
  Region within(const Region& window) const {
    return {first_column - window.first_column, first_row - window.first_row, columns, rows};
  }
  std::size_t size() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
  friend bool operator==(const Region&, const Region&) = default;
};

/// Cuts the country into `count` rectangles that cover its grid once, with about as much work in each (cells to be
/// estimated, and searched cells several times as much): recursive bisection across the longer side (Berger & Bokhari
/// 1987).  REQUIRES: 1 <= count <= 4096.  Cost: O(cells log count).
/// `together`: no cell of a map of that many cells per side (geo::Grid::in_larger_cells) is cut.
std::vector<Region> cut_into_regions(const Observations& country, std::size_t count, std::int32_t together = 1);

/// The cells of a map of the country, `together` times as wide, that a region reaches.
Region in_larger_cells(const Region& region, const geo::Grid& country, std::int32_t together);

/// The region with `cells` more on each side, where there is ground.
Region grown(const Region& region, const geo::Grid& country, std::int32_t cells);

/// The window's cell at a cell of the country; nothing outside it.
std::optional<std::uint32_t> cell_in(const Region& window, const geo::Grid& country, std::uint32_t cell);
/// And back.
std::uint32_t cell_of_country(const Region& window, const geo::Grid& country, std::uint32_t of_window);

/// A cell of a window, in another window that holds it.
std::uint32_t cell_in_part(const Region& window, const Region& part, std::uint32_t of_window);

/// Values by cell of a grid -> those of a rectangle of it.
template <typename T>
std::vector<T> values_in(const std::vector<T>& values, const geo::Grid& grid, const Region& part) {
  std::vector<T> result;
  result.reserve(part.size());
  for (std::int32_t row = part.first_row; row < part.first_row + part.rows; ++row) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(grid.index(part.first_column, row));
    result.insert(result.end(), begin, begin + part.columns);
  }
  return result;
}
/// And back, into `values`.
template <typename T>
void put_values(const std::vector<T>& of_part, const geo::Grid& grid, const Region& part, std::vector<T>& values) {
  for (std::int32_t row = 0; row < part.rows; ++row) {
    std::copy_n(of_part.begin() + static_cast<std::ptrdiff_t>(row) * part.columns, part.columns,
                values.begin() + static_cast<std::ptrdiff_t>(grid.index(part.first_column, part.first_row + row)));
  }
}

/// Calls visit(entry, cell of the window) with those of a list that lie in the window.  REQUIRES: ascending cells.
/// Cost: O(entries there + rows log entries).
template <typename Entry, typename Visit>
void each_entry_in(const std::vector<Entry>& list, const geo::Grid& country, const Region& window, Visit visit) {
  auto at = list.begin();
  for (std::int32_t row = 0; row < window.rows; ++row) {
    const auto first = static_cast<std::uint32_t>(country.index(window.first_column, window.first_row + row));
    const auto begins = static_cast<std::uint32_t>(row) * static_cast<std::uint32_t>(window.columns);
    at = std::lower_bound(at, list.end(), first, [](const Entry& e, std::uint32_t cell) { return e.cell < cell; });
    for (; at != list.end() && at->cell - first < static_cast<std::uint32_t>(window.columns); ++at) {
      visit(*at, begins + at->cell - first);
    }
  }
}
/// Those of a list that lie in the window, by its cells.  REQUIRES: ascending cells.
template <typename Entry>
std::vector<Entry> entries_in(const std::vector<Entry>& list, const geo::Grid& country, const Region& window) {
  std::vector<Entry> result;
  each_entry_in(list, country, window, [&](Entry entry, std::uint32_t cell) {
    entry.cell = cell;
    result.push_back(entry);
  });
  return result;
}

/// Entries of a window by its cells, added to those of a part that holds it.  REQUIRES: they are cells of the window.
template <typename Entry>
void add_entries(const std::vector<Entry>& of_window, const Region& window, const Region& part,
                 std::vector<Entry>& of_part) {
  for (Entry entry : of_window) {
    entry.cell = cell_in_part(window, part, entry.cell);
    of_part.push_back(entry);
  }
}
/// Ascending cells; those of one cell stay in their order.
template <typename Entry>
void put_in_order(std::vector<Entry>& list) {
  std::stable_sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) { return a.cell < b.cell; });
}

geo::Grid grid_of(const Region& region, const geo::Grid& country);

/// One flag per cell of the window's grid: whether it lies in `own`.
std::vector<std::uint8_t> flags_of(const Region& own, const Region& window);

/// Of finds of the country, those of a window; its others are `beyond`.
KindFinds finds_in(const KindFinds& finds, const geo::Grid& country, const Region& window);

/// The observations of a window of the country, on the window's grid, without covariates.  Cost: O(cells of the window
/// + searched cells + record shares).
Observations observations_in(const Observations& country, const Region& window);
/// A covariate of the whole grid, of the window alone.
CovariateField field_in(const CovariateField& field, const geo::Grid& country, const Region& window);
/// A covariate of the whole grid, of these cells alone (ascending).
CovariateField field_at(const CovariateField& field, std::shared_ptr<const std::vector<std::uint32_t>> cells);

}  // namespace firmground::evidence
