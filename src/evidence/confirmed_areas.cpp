#include "evidence/confirmed_areas.h"

#include <algorithm>
#include <limits>
#include <set>

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

}  // namespace

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
