#include "evidence/confirmed_areas.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "evidence/effort.h"

namespace firmground::evidence {

namespace {

constexpr float kCovered = 0.5F;  ///< share of a cell from which on an area is of the cell
constexpr std::int16_t kNoYear = std::numeric_limits<std::int16_t>::max();

/// Of each cell the first year that a CHA which covers it was reported in; not known: as if always. kNoYear: none does.
std::vector<std::int16_t> years_reported(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                         const std::optional<mineaction::Date>& until) {
  std::vector<std::int16_t> first(grid.size(), kNoYear);
  for (const mineaction::HazardousArea& hazard : snapshot.hazards) {
    const auto& day = hazard.reported_on;
    if (hazard.type != mineaction::HazardType::confirmed || (until && day && day->last_day() > until->last_day())) {
      continue;
    }
    const auto year = static_cast<std::int16_t>(day ? day->year() : 0);
    for (const geo::CellShare& cell : geo::cover(grid, hazard.geometry)) {
      first[cell.cell] = cell.share >= kCovered ? std::min(first[cell.cell], year) : first[cell.cell];
    }
  }
  return first;
}

std::vector<float> distance_to_those_until(std::int16_t year, const geo::Grid& grid,
                                           const std::vector<std::int16_t>& reported) {
  std::vector<std::uint8_t> mask(grid.size());
  std::transform(reported.begin(), reported.end(), mask.begin(),
                 [year](std::int16_t first) { return static_cast<std::uint8_t>(first <= year ? 1 : 0); });
  return geo::distance_transform(grid, mask);
}

SearchedBefore searched_before(std::int16_t latest, const std::vector<std::int16_t>& searched) {
  SearchedBefore before{latest, {}};
  for (std::uint32_t cell = 0; cell < searched.size(); ++cell) {
    if (searched[cell] > 0 && searched[cell] < latest) {
      before.cells.push_back({cell, searched[cell]});
    }
  }
  return before;
}

/// The year in which the last CHA was reported that covers any cell; -1: none does.
std::int16_t last_reported(const std::vector<std::int16_t>& reported) {
  std::int16_t latest = -1;
  for (const std::int16_t year : reported) {
    latest = year == kNoYear ? latest : std::max(latest, year);
  }
  return latest;
}

/// Of a window of the country the first year that a CHA was reported in, and metres to the nearest.
struct ConfirmedNear {
  Region window;
  geo::Grid grid;
  std::vector<std::int16_t> reported;
  std::vector<float> away;
};

/// Of the window round these ascending cells of the country that holds the nearest CHA of each.  REQUIRES: any cell,
/// any CHA.
ConfirmedNear confirmed_near(const mineaction::Snapshot& snapshot, const geo::Grid& country,
                             const std::optional<mineaction::Date>& until, std::int16_t latest,
                             const std::vector<std::uint32_t>& cells) {
  const auto columns = static_cast<std::uint32_t>(country.columns);
  Region round{static_cast<std::int32_t>(cells.front() % columns), static_cast<std::int32_t>(cells.front() / columns),
               1, 1};
  for (const std::uint32_t cell : cells) {
    const auto column = static_cast<std::int32_t>(cell % columns);
    const auto last = std::max(round.first_column + round.columns, column + 1);
    round.first_column = std::min(round.first_column, column);
    round.columns = last - round.first_column;
    round.rows = static_cast<std::int32_t>(cell / columns) + 1 - round.first_row;
  }
  for (std::int32_t beside = 32;; beside *= 2) {
    ConfirmedNear near;
    near.window = grown(round, country, beside);
    near.grid = grid_of(near.window, country);
    near.reported = years_reported(snapshot, near.grid, until);
    near.away = distance_to_those_until(latest, near.grid, near.reported);
    const bool holds = std::all_of(cells.begin(), cells.end(), [&](std::uint32_t cell) {
      return static_cast<double>(near.away[*cell_in(near.window, country, cell)]) <= beside * country.cell_m;
    });
    if (holds || near.window.size() == country.size()) {
      return near;
    }
  }
}

}  // namespace

void measure_again(const mineaction::Snapshot& snapshot, const Region& part, const geo::Grid& country,
                   const std::optional<mineaction::Date>& until, const std::vector<SearchedIn>& searched,
                   CovariateField& field) {
  const std::int16_t latest = field.searched_before->latest;
  std::vector<std::uint32_t> cells;
  cells.reserve(searched.size());
  for (const SearchedIn& one : searched) {
    cells.push_back(cell_of_country(part, country, one.cell));
  }
  const ConfirmedNear near = confirmed_near(snapshot, country, until, latest, cells);
  std::map<std::int32_t, std::vector<float>> away_until;
  SearchedBefore before{latest, {}};
  auto old = field.searched_before->cells.begin();
  const auto keep_before = [&](std::uint32_t cell) {
    for (; old != field.searched_before->cells.end() && old->cell < cell; ++old) {
      before.cells.push_back(*old);
    }
  };
  for (std::size_t i = 0; i < searched.size(); ++i) {
    const auto [cell, year] = searched[i];
    const std::uint32_t in_window = *cell_in(near.window, country, cells[i]);
    float value = near.away[in_window];
    keep_before(cell);
    if (old != field.searched_before->cells.end() && old->cell == cell) {
      ++old;
    }
    if (year > 0 && year < latest) {
      before.cells.push_back(searched[i]);
      std::vector<float>& known = away_until[year];
      if (known.empty()) {
        known = distance_to_those_until(static_cast<std::int16_t>(year), near.grid, near.reported);
      }
      value = value < known[in_window] ? std::numeric_limits<float>::quiet_NaN() : value;
    }
    float& is = field.value[cell];
    if (is != value && !(std::isnan(is) && std::isnan(value))) {
      field.was.emplace_back(cell, std::exchange(is, value));
    }
  }
  keep_before(std::numeric_limits<std::uint32_t>::max());
  field.searched_before = std::make_shared<const SearchedBefore>(std::move(before));
}

std::vector<std::int16_t> years_searched(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                         const std::vector<std::uint8_t>& processed,
                                         const std::optional<mineaction::Date>& until) {
  std::vector<std::int16_t> last(grid.size(), 0);
  for (const mineaction::LandRelease& release : snapshot.land_releases) {
    if (!looks_into_the_ground(release) || (until && release.completed_on.last_day() > until->last_day())) {
      continue;
    }
    const auto year = static_cast<std::int16_t>(release.completed_on.year());
    for (const geo::CellShare& cell : geo::cover(grid, release.geometry)) {
      last[cell.cell] = processed[cell.cell] != 0 ? std::max(last[cell.cell], year) : last[cell.cell];
    }
  }
  return last;
}

std::optional<CovariateField> confirmed_areas(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                              const std::vector<std::uint8_t>& processed,
                                              const std::optional<mineaction::Date>& until) {
  const std::vector<std::int16_t> reported = years_reported(snapshot, grid, until);
  const std::int16_t latest = last_reported(reported);
  if (latest < 0) {
    return std::nullopt;
  }
  CovariateField field{
      "distance to confirmed hazardous areas", "m", distance_to_those_until(latest, grid, reported), false, {}};
  auto before =
      std::make_shared<const SearchedBefore>(searched_before(latest, years_searched(snapshot, grid, processed, until)));
  std::set<std::int16_t> years;
  for (const SearchedIn& searched : before->cells) {
    years.insert(static_cast<std::int16_t>(searched.year));
  }
  for (const std::int16_t year : years) {
    const std::vector<float> known = distance_to_those_until(year, grid, reported);
    for (const SearchedIn& searched : before->cells) {
      if (searched.year == year && field.value[searched.cell] < known[searched.cell]) {
        field.value[searched.cell] = std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  field.searched_before = std::move(before);
  return field;
}

bool searched_as_before(const SearchedBefore& before, const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                        const std::vector<std::uint8_t>& processed, const std::optional<mineaction::Date>& until) {
  return before == searched_before(before.latest, years_searched(snapshot, grid, processed, until));
}

}  // namespace firmground::evidence
