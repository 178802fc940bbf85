#include "evidence/regions.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace firmground::evidence {

namespace {

/// What a searched cell costs (fit, draws), in cells of which only a map is drawn.
constexpr double kSearchedWork = 6;

/// Work in each cell, summed from the north-western corner: work of any rectangle in four look-ups.
class WorkTable {
 public:
  explicit WorkTable(const Observations& country)
      : columns_(static_cast<std::size_t>(country.grid.columns)),
        sum_((columns_ + 1) * (static_cast<std::size_t>(country.grid.rows) + 1), 0.0) {
    std::vector<float> work(country.inside.begin(), country.inside.end());
    for (const auto& searched : country.searched) {
      for (const SearchedCell& cell : searched) {
        work[cell.cell] += static_cast<float>(kSearchedWork);
      }
    }
    for (std::size_t cell = 0; cell < work.size(); ++cell) {
      const std::size_t at = (cell / columns_ + 1) * (columns_ + 1) + cell % columns_ + 1;
      sum_[at] = static_cast<double>(work[cell]) + sum_[at - 1] + sum_[at - columns_ - 1] - sum_[at - columns_ - 2];
    }
  }
  double of(const Region& r) const {
    const auto at = [&](std::int32_t column, std::int32_t row) {
      return sum_[static_cast<std::size_t>(row) * (columns_ + 1) + static_cast<std::size_t>(column)];
    };
    const std::int32_t east = r.first_column + r.columns;
    const std::int32_t south = r.first_row + r.rows;
    return at(east, south) - at(r.first_column, south) - at(east, r.first_row) + at(r.first_column, r.first_row);
  }

 private:
  std::size_t columns_;
  std::vector<double> sum_;
};

/// The first `cells` columns or rows of a region, across its longer side.
Region head_of(Region region, std::int32_t cells) {
  (region.columns >= region.rows ? region.columns : region.rows) = cells;
  return region;
}

Region tail_of(Region region, std::int32_t cells) {
  if (region.columns >= region.rows) {
    region.first_column += cells;
    region.columns -= cells;
  } else {
    region.first_row += cells;
    region.rows -= cells;
  }
  return region;
}

/// Cells before the first edge of a map's cell, across a region's longer side: `together` cells to a map's.
std::int32_t before_edge(const geo::Grid& country, const Region& region, std::int32_t together) {
  const std::int64_t edge =
      region.columns >= region.rows ? -(country.west + region.first_column) : country.north - region.first_row;
  return static_cast<std::int32_t>((edge % together + together) % together);
}

void cut(const WorkTable& work, const geo::Grid& country, std::int32_t together, const Region& region,
         std::size_t count, std::vector<Region>& result) {
  if (count == 1) {
    result.push_back(region);
    return;
  }
  const std::size_t in_head = count / 2;
  const double wanted = work.of(region) * static_cast<double>(in_head) / static_cast<double>(count);
  const std::int32_t length = std::max(region.columns, region.rows);
  std::int32_t low = 1;
  std::int32_t high = std::max(1, length - 1);
  while (low < high) {
    const std::int32_t middle = low + (high - low) / 2;
    if (work.of(head_of(region, middle)) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const std::int32_t before = before_edge(country, region, together);
  low = before + (std::max(low - before, 0) + together / 2) / together * together;
  low = std::clamp(low, 0, length);
  cut(work, country, together, head_of(region, low), in_head, result);
  cut(work, country, together, tail_of(region, low), count - in_head, result);
}

}  // namespace

std::vector<Region> cut_into_regions(const Observations& country, std::size_t count, std::int32_t together) {
  FG_CHECK(count >= 1 && count <= 4096);
  std::vector<Region> result;
  cut(WorkTable(country), country.grid, together, {0, 0, country.grid.columns, country.grid.rows}, count, result);
  return result;
}

Region in_larger_cells(const Region& region, const geo::Grid& country, std::int32_t together) {
  const geo::Grid of_map = country.in_larger_cells(together);
  const geo::Grid part = grid_of(region, country).in_larger_cells(together);
  return {static_cast<std::int32_t>(part.west - of_map.west), static_cast<std::int32_t>(of_map.north - part.north),
          part.columns, part.rows};
}

Region grown(const Region& region, const geo::Grid& country, std::int32_t cells) {
  Region result;
  result.first_column = std::max(0, region.first_column - cells);
  result.first_row = std::max(0, region.first_row - cells);
  result.columns = std::min(country.columns, region.first_column + region.columns + cells) - result.first_column;
  result.rows = std::min(country.rows, region.first_row + region.rows + cells) - result.first_row;
  return result;
}

geo::Grid grid_of(const Region& region, const geo::Grid& country) {
  return {country.cell_m, country.west + region.first_column, country.north - region.first_row, region.columns,
          region.rows};
}

std::vector<std::uint8_t> flags_of(const Region& own, const Region& window) {
  std::vector<std::uint8_t> flags;
  flags.reserve(window.size());
  for (std::int32_t row = 0; row < window.rows; ++row) {
    for (std::int32_t column = 0; column < window.columns; ++column) {
      flags.push_back(own.has(window.first_column + column, window.first_row + row) ? 1 : 0);
    }
  }
  return flags;
}

std::optional<std::uint32_t> cell_in(const Region& window, const geo::Grid& country, std::uint32_t cell) {
  const auto column = static_cast<std::int32_t>(cell % static_cast<std::uint32_t>(country.columns));
  const auto row = static_cast<std::int32_t>(cell / static_cast<std::uint32_t>(country.columns));
  if (!window.has(column, row)) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>((row - window.first_row) * window.columns + column - window.first_column);
}

std::uint32_t cell_in_part(const Region& window, const Region& part, std::uint32_t of_window) {
  const auto columns = static_cast<std::uint32_t>(window.columns);
  const std::uint32_t column =
      of_window % columns + static_cast<std::uint32_t>(window.first_column - part.first_column);
  const std::uint32_t row = of_window / columns + static_cast<std::uint32_t>(window.first_row - part.first_row);
  return row * static_cast<std::uint32_t>(part.columns) + column;
}

std::uint32_t cell_of_country(const Region& window, const geo::Grid& country, std::uint32_t of_window) {
  const auto columns = static_cast<std::uint32_t>(window.columns);
  return static_cast<std::uint32_t>(country.index(window.first_column + static_cast<std::int32_t>(of_window % columns),
                                                  window.first_row + static_cast<std::int32_t>(of_window / columns)));
}

KindFinds finds_in(const KindFinds& finds, const geo::Grid& country, const Region& window) {
  KindFinds result{entries_in(finds.cells, country, window), {}, finds.stated, finds.unstated};
  std::copy_if(finds.cells.begin(), finds.cells.end(), std::back_inserter(result.beyond),
               [&](const KindCount& found) { return !cell_in(window, country, found.cell); });
  return result;
}

Observations observations_in(const Observations& country, const Region& window) {
  Observations result;
  result.grid = grid_of(window, country.grid);
  result.country = country.grid;
  result.epsg = country.epsg;
  result.inside = values_in(country.inside, country.grid, window);
  result.processed = values_in(country.processed, country.grid, window);
  for (std::size_t k = 0; k < kOrdnanceClasses.size(); ++k) {
    result.searched[k] = entries_in(country.searched[k], country.grid, window);
    result.reports[k] = entries_in(country.reports[k], country.grid, window);
    result.kinds[k] = finds_in(country.kinds[k], country.grid, window);
  }
  if (country.records) {
    result.records = RecordFields{country.records->records, entries_in(country.records->shares, country.grid, window),
                                  country.records->as_recorded};
  }
  result.line = country.line;
  result.snapshot_hash = country.snapshot_hash;
  result.mode = country.mode;
  result.from = country.from;
  result.until = country.until;
  result.notes = country.notes;
  return result;
}

CovariateField field_in(const CovariateField& field, const geo::Grid& country, const Region& window) {
  CovariateField result{field.name,         field.unit, {},         field.categories,   field.labels,
                        field.tells_effort, field.use,  field.from, field.tells_people, field.tells_outcome};
  result.statements = field.statements;
  if (field.confirmed) {
    result.confirmed =
        std::make_shared<const std::vector<ConfirmedCell>>(entries_in(*field.confirmed, country, window));
  }
  result.value = values_in(field.value, country, window);
  return result;
}

CovariateField field_at(const CovariateField& field, std::shared_ptr<const std::vector<std::uint32_t>> cells) {
  CovariateField result{field.name,         field.unit, {},         field.categories,   field.labels,
                        field.tells_effort, field.use,  field.from, field.tells_people, field.tells_outcome};
  result.statements = field.statements;
  result.value.reserve(cells->size());
  for (const std::uint32_t cell : *cells) {
    result.value.push_back(field.value[cell]);
  }
  result.cells = std::move(cells);
  return result;
}

}  // namespace firmground::evidence
