#include "evidence/effort.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

namespace firmground::evidence {

double default_detection(mineaction::Method method, mineaction::Outcome outcome, OrdnanceClass ordnance_class) {
  using mineaction::Method;
  const bool mines = ordnance_class == OrdnanceClass::mines;
  switch (method) {
    case Method::nts: return 0;
    case Method::technical_survey: return 0.60;
    case Method::manual: return 0.95;
    case Method::mechanical: return mines ? 0.80 : 0.60;
    case Method::animal: return 0.90;
    case Method::bac: return mines ? 0.40 : 0.92;
    case Method::eod: return 0.90;
    case Method::unknown: break;
  }
  switch (outcome) {
    case mineaction::Outcome::cancelled: return 0;
    case mineaction::Outcome::reduced: return 0.60;
    case mineaction::Outcome::cleared: break;
  }
  return mines ? 0.85 : 0.80;
}

bool looks_into_the_ground(const mineaction::LandRelease& release) {
  return std::any_of(kOrdnanceClasses.begin(), kOrdnanceClasses.end(), [&](OrdnanceClass ordnance_class) {
    return default_detection(release.method, release.outcome, ordnance_class) > 0;
  });
}

namespace {

constexpr double kPlaced = 150;  ///< metres: a report known no better is vague

struct Effort {
  float share = 0;     ///< summed over releases, may exceed 1
  float weighted = 0;  ///< sum of share x detection
};

bool counts(const std::optional<mineaction::Date>& date, const ObserveOptions& options) {
  if (!options.from && !options.until) {
    return true;
  }
  if (!date) {
    return false;  // a report of the past may hold only what is known to be of that time
  }
  return (!options.until || date->last_day() <= options.until->last_day()) &&
         (!options.from || date->first_day() >= options.from->first_day());
}

/// Effort is of all years until the last day asked for: what was searched stays searched.
bool was_released(const mineaction::LandRelease& release, const ObserveOptions& options) {
  return counts(release.completed_on, {.cell_m = 0, .mode = Mode::effort, .from = {}, .until = options.until});
}

/// Effort per class on every touched cell.
std::array<std::vector<Effort>, 2> effort_of(const mineaction::Snapshot& snapshot, const ObserveOptions& options,
                                             const geo::Grid& grid) {
  std::array<std::vector<Effort>, 2> effort;
  for (auto& of_class : effort) {
    of_class.resize(grid.size());
  }
  for (const mineaction::LandRelease& release : snapshot.land_releases) {
    if (!was_released(release, options)) {
      continue;
    }
    const std::array<double, 2> detection = {default_detection(release.method, release.outcome, OrdnanceClass::mines),
                                             default_detection(release.method, release.outcome, OrdnanceClass::erw)};
    if (detection[0] <= 0 && detection[1] <= 0) {
      continue;
    }
    const auto coverage = static_cast<float>(release.coverage.value_or(1.0));
    for (const geo::CellShare& touched : geo::cover(grid, release.geometry)) {
      for (std::size_t k = 0; k < 2; ++k) {
        Effort& cell = effort[k][touched.cell];
        cell.share += touched.share * coverage;
        cell.weighted += touched.share * coverage * static_cast<float>(detection[k]);
      }
    }
  }
  return effort;
}

/// A find a few metres off the edge of its release belongs to the searched cell beside it.
std::int64_t searched_cell_near(const geo::Grid& grid, const std::vector<Effort>& effort, geo::Xy position) {
  const std::int32_t column = grid.column_of(position.x);
  const std::int32_t row = grid.row_of(position.y);
  std::int64_t best = -1;
  double best_distance = 0.6 * grid.cell_m;
  for (std::int32_t r = row - 1; r <= row + 1; ++r) {
    for (std::int32_t c = column - 1; c <= column + 1; ++c) {
      if (!grid.has(c, r) || effort[grid.index(c, r)].share <= 0) {
        continue;
      }
      if (c == column && r == row) {
        return static_cast<std::int64_t>(grid.index(c, r));
      }
      const geo::Xy centre = grid.centre(c, r);
      const double away = std::max(
          {0.0, std::abs(position.x - centre.x) - grid.cell_m / 2, std::abs(position.y - centre.y) - grid.cell_m / 2});
      if (away < best_distance && away <= 10.0) {
        best_distance = away;
        best = static_cast<std::int64_t>(grid.index(c, r));
      }
    }
  }
  return best;
}

/// One report for each cell and year.
std::vector<Report> added_up(std::vector<Report> reports) {
  const auto key = [](const Report& r) { return std::tuple(r.cell, r.year, r.vague); };
  std::sort(reports.begin(), reports.end(), [&](const Report& a, const Report& b) { return key(a) < key(b); });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (kept > 0 && key(reports[kept - 1]) == key(reports[i])) {
      reports[kept - 1].count += reports[i].count;
    } else {
      reports[kept++] = reports[i];
    }
  }
  reports.resize(kept);
  return reports;
}

/// Cells inside the area of interest with any effort, and what was found in them.
void list_searched(const std::vector<Effort>& effort, const std::unordered_map<std::uint32_t, std::uint32_t>& found,
                   const std::vector<std::uint8_t>& inside, std::vector<SearchedCell>& searched) {
  for (std::size_t i = 0; i < effort.size(); ++i) {
    const Effort& cell = effort[i];
    if (cell.weighted <= 0 || inside[i] == 0) {
      continue;
    }
    const double times = std::max(1.0F, cell.share);
    const double mean = std::min(0.995F, cell.weighted / cell.share);
    const auto there = found.find(static_cast<std::uint32_t>(i));
    searched.push_back({static_cast<std::uint32_t>(i), std::min(1.0F, cell.share),
                        static_cast<float>(1 - std::pow(1 - mean, times)), there == found.end() ? 0 : there->second});
  }
}

/// Finds of each class by cell, while they are collected.
class KindTally {
 public:
  void add(std::size_t ordnance_class, std::int64_t cell, mineaction::Device device, std::uint32_t count) {
    if (cell < 0 || count == 0) {
      return;
    }
    const std::optional<ItemKind> kind = kind_of(device);
    auto& at = kind ? stated_ : unstated_;
    auto& counts = at[ordnance_class][static_cast<std::uint32_t>(cell)];
    counts[kind ? static_cast<std::size_t>(*kind) - first_kind(kOrdnanceClasses[ordnance_class]) : 0] += count;
  }
  /// Those of the cells that `counts` says yes to.
  template <typename Counts>
  KindFinds of(std::size_t ordnance_class, const Counts& counts) const {
    KindFinds result;
    for (const auto& [cell, count] : stated_[ordnance_class]) {
      if (counts(cell)) {
        result.cells.push_back({cell, count});
        result.stated += result.cells.back().all();
      }
    }
    for (const auto& [cell, count] : unstated_[ordnance_class]) {
      result.unstated += counts(cell) ? count[0] : 0;
    }
    return result;
  }

 private:
  using ByCell = std::map<std::uint32_t, std::array<std::uint32_t, kMostKindsOfClass>>;
  std::array<ByCell, 2> stated_;
  std::array<ByCell, 2> unstated_;
};

}  // namespace

bool any_search(const mineaction::Snapshot& snapshot, const ObserveOptions& options) {
  return std::any_of(snapshot.land_releases.begin(), snapshot.land_releases.end(), [&](const auto& release) {
    return was_released(release, options) && looks_into_the_ground(release) && !release.geometry.polygons.empty();
  });
}

void place_effort(const mineaction::Snapshot& snapshot, const ObserveOptions& options, Observations& result) {
  const geo::Grid& grid = result.grid;
  const auto effort = effort_of(snapshot, options, grid);
  result.processed.assign(grid.size(), 0);
  bool any_effort = false;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const bool searched = effort[0][i].weighted > 0 || effort[1][i].weighted > 0;
    result.processed[i] = searched ? 1 : 0;
    any_effort = any_effort || searched;
  }
  result.mode = options.mode == Mode::presence_only || (options.mode == Mode::automatic && !any_effort)
                    ? "presence-only"
                    : "effort";
  const bool presence_only = result.mode == "presence-only";

  std::array<std::unordered_map<std::uint32_t, std::uint32_t>, 2> found;
  std::array<std::vector<Report>, 2> reported;
  KindTally kinds;
  const auto report = [&](mineaction::Device device, geo::Xy position, std::uint32_t count,
                          const std::optional<mineaction::Date>& day, bool vague) {
    const auto k = static_cast<std::size_t>(class_of(device));
    const std::int64_t cell = grid.cell_of(position);
    if (cell >= 0 && result.inside[static_cast<std::size_t>(cell)] != 0) {
      reported[k].push_back(
          {static_cast<std::uint32_t>(cell), count, static_cast<std::int16_t>(day ? day->year() : 0), vague});
      if (presence_only) {
        kinds.add(k, cell, device, count);
      }
    }
  };
  for (const mineaction::Find& find : snapshot.finds) {
    if (!counts(find.found_on, options)) {
      continue;
    }
    const auto k = static_cast<std::size_t>(class_of(find.device));
    const auto count = static_cast<std::uint32_t>(std::max<std::int64_t>(find.count, 0));
    const std::int64_t cell = presence_only ? -1 : searched_cell_near(grid, effort[k], find.position);
    if (cell >= 0) {
      found[k][static_cast<std::uint32_t>(cell)] += count;
      kinds.add(k, cell, find.device, count);
    } else {
      report(find.device, find.position, count, find.found_on, false);
    }
  }
  for (const mineaction::Accident& accident : snapshot.accidents) {
    // A place known to a few cells only says that a person met an item there.
    const bool placed =
        accident.position && accident.precision_m.value_or(grid.cell_m) <= std::max(4 * grid.cell_m, 500.0);
    if (placed && counts(accident.occurred_on, options) &&
        (presence_only || grid.cell_of(*accident.position) < 0 ||
         result.processed[static_cast<std::size_t>(grid.cell_of(*accident.position))] == 0)) {
      report(accident.device, *accident.position, 1, accident.occurred_on,
             accident.precision_m.value_or(grid.cell_m) > kPlaced);
    }
  }

  for (std::size_t k = 0; k < 2; ++k) {
    result.reports[k] = added_up(std::move(reported[k]));
    result.kinds[k] = kinds.of(k, [&](std::uint32_t cell) {
      return presence_only || (effort[k][cell].weighted > 0 && result.inside[cell] != 0);
    });
    if (presence_only) {
      continue;
    }
    list_searched(effort[k], found[k], result.inside, result.searched[k]);
  }
}

}  // namespace firmground::evidence
