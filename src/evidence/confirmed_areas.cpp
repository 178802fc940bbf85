#include "evidence/confirmed_areas.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "evidence/covariates.h"
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

/// Distances of cells that were searched before a nearer CHA was reported become unknown.
void forget_later(const std::vector<SearchedIn>& searched, const geo::Grid& grid,
                  const std::vector<std::int16_t>& reported, std::vector<float>& away) {
  std::set<std::int16_t> years;
  for (const SearchedIn& one : searched) {
    years.insert(static_cast<std::int16_t>(one.year));
  }
  for (const std::int16_t year : years) {
    const std::vector<float> known = distance_to_those_until(year, grid, reported);
    for (const SearchedIn& one : searched) {
      if (one.year == year && away[one.cell] < known[one.cell]) {
        away[one.cell] = std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
}

/// Of a window of the country the first year that a CHA was reported in, and metres to the nearest.
struct ConfirmedNear {
  Region window;
  geo::Grid grid;
  std::vector<std::int16_t> reported;
  std::vector<float> away;
};

/// Of the window round these ascending cells of a part that holds the nearest CHA of each.  REQUIRES: any cell, any
/// CHA.
ConfirmedNear confirmed_near(const mineaction::Snapshot& snapshot, const Region& part, const geo::Grid& country,
                             const std::optional<mineaction::Date>& until, std::int16_t latest,
                             const std::vector<SearchedIn>& cells) {
  const auto columns = static_cast<std::uint32_t>(part.columns);
  const auto [west, east] = std::minmax_element(
      cells.begin(), cells.end(),
      [&](const SearchedIn& a, const SearchedIn& b) { return a.cell % columns < b.cell % columns; });
  const std::uint32_t north = cells.front().cell / columns;
  const Region round{part.first_column + static_cast<std::int32_t>(west->cell % columns),
                     part.first_row + static_cast<std::int32_t>(north),
                     static_cast<std::int32_t>(east->cell % columns - west->cell % columns) + 1,
                     static_cast<std::int32_t>(cells.back().cell / columns - north) + 1};
  for (std::int32_t beside = 32;; beside *= 2) {
    ConfirmedNear near;
    near.window = grown(round, country, beside);
    near.grid = grid_of(near.window, country);
    near.reported = years_reported(snapshot, near.grid, until);
    near.away = distance_to_those_until(latest, near.grid, near.reported);
    const bool holds = std::all_of(cells.begin(), cells.end(), [&](const SearchedIn& one) {
      return static_cast<double>(near.away[cell_in_part(part, near.window, one.cell)]) <= beside * country.cell_m;
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
  const std::vector<SearchedIn>& old = field.searched_before->cells;
  SearchedBefore before{field.searched_before->latest, {}};
  std::copy_if(searched.begin(), searched.end(), std::back_inserter(before.cells),
               [&](const SearchedIn& one) { return one.year > 0 && one.year < before.latest; });
  ConfirmedNear near = confirmed_near(snapshot, part, country, until, before.latest, searched);
  std::vector<SearchedIn> of_window = before.cells;
  for (SearchedIn& one : of_window) {
    one.cell = cell_in_part(part, near.window, one.cell);
  }
  forget_later(of_window, near.grid, near.reported, near.away);
  for (const SearchedIn& one : searched) {
    const float value = near.away[cell_in_part(part, near.window, one.cell)];
    if (!same_value(field.value[one.cell], value)) {
      field.was.emplace_back(one.cell, std::exchange(field.value[one.cell], value));
    }
  }
  std::copy_if(old.begin(), old.end(), std::back_inserter(before.cells), [&](const SearchedIn& one) {
    return !std::binary_search(searched.begin(), searched.end(), one,
                               [](const SearchedIn& a, const SearchedIn& b) { return a.cell < b.cell; });
  });
  put_in_order(before.cells);
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
  forget_later(before->cells, grid, reported, field.value);
  field.searched_before = std::move(before);
  return field;
}

bool searched_as_before(const SearchedBefore& before, const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                        const std::vector<std::uint8_t>& processed, const std::optional<mineaction::Date>& until) {
  return before == searched_before(before.latest, years_searched(snapshot, grid, processed, until));
}

}  // namespace firmground::evidence
