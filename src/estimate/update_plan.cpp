#include "estimate/update_plan.h"

#include <algorithm>
#include <cmath>

#include "estimate/class_parts.h"
#include "estimate/differences.h"
#include "estimate/map_cells.h"
#include "estimate/short_correlation.h"
#include "estimate/smooth_effects.h"
#include "estimate/state_part.h"
#include "evidence/covariates.h"
#include "evidence/regions.h"

namespace firmground::estimate {

namespace {

using Mask = std::vector<std::uint8_t>;

bool alike(const evidence::SearchedCell& a, const evidence::SearchedCell& b) {
  return a.share == b.share && a.detection == b.detection && a.found == b.found;
}

bool alike(const evidence::KindCount& a, const evidence::KindCount& b) {
  return a.count == b.count;
}

template <typename OfCell>
void mark_changed(const std::vector<OfCell>& before, const std::vector<OfCell>& now, Mask& changed) {
  each_difference(
      before, now, [](const OfCell& a, const OfCell& b) { return alike(a, b); },
      [&](std::uint32_t cell) { changed[cell] = 1; });
}

/// Flags cells of `reach` rows to either side, as many to the left and right as `beside` gives by row.
template <typename Beside>
void mark_rows(const geo::Grid& grid, std::uint32_t cell, std::int32_t reach, Beside beside, Mask& mask) {
  const auto column = static_cast<std::int32_t>(cell % static_cast<std::uint32_t>(grid.columns));
  const auto row = static_cast<std::int32_t>(cell / static_cast<std::uint32_t>(grid.columns));
  for (std::int32_t r = std::max(0, row - reach); r <= std::min(grid.rows - 1, row + reach); ++r) {
    const std::int32_t width = beside(r - row);
    const std::int32_t first = std::max(0, column - width);
    const auto count = std::min(grid.columns - 1, column + width) - first + 1;
    std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(grid.index(first, r)), count, std::uint8_t{1});
  }
}

/// Cells at most `reach` cells away.
void mark_around(const geo::Grid& grid, std::uint32_t cell, std::int32_t reach, Mask& mask) {
  const auto beside = [reach](std::int32_t rows) {
    return static_cast<std::int32_t>(std::sqrt(static_cast<double>(reach * reach - rows * rows)));
  };
  mark_rows(grid, cell, reach, beside, mask);
}

/// Cells at most `reach` columns and rows away.
void mark_square(const geo::Grid& grid, std::uint32_t cell, std::int32_t reach, Mask& mask) {
  mark_rows(grid, cell, reach, [reach](std::int32_t) { return reach; }, mask);
}

/// Blocks that nobody searched and that say something else, of all classes; and where one with a report came or went,
/// the ground that the short field now reaches, or no longer does.
void mark_blocks(const EstimateState& state, const evidence::Observations& now, std::int32_t range, UpdatePlan& plan) {
  for (const ClassState& of_class : state.classes) {
    const BlocksSince& since = plan.blocks.emplace_back(blocks_since(of_class, now));
    for (const std::uint32_t cell : since.changed) {  // of a block, which is a square round it
      mark_square(now.grid, cell, range, plan.wanted);
    }
    const auto reach = static_cast<std::int32_t>(short_reach_m(now.grid) / now.grid.cell_m) + 2 * of_class.step_cells;
    for (const std::uint32_t cell : since.met_otherwise) {
      mark_square(now.grid, cell, reach, plan.wanted);
    }
  }
}

/// Cells of which survey says something else, that were released otherwise, or of which another covariate says so
/// (CovariateField::was).  A cancellation came in: the cell is told anew, and by it those near by that the fit moves
/// with it.
Mask said_otherwise(const EstimateState& state, const evidence::Observations& now) {
  Mask otherwise(now.grid.size(), 0);
  for (const evidence::CovariateField& field : now.covariates) {
    const std::vector<float>* was = field.statements      ? &state.statements
                                    : field.tells_outcome ? &state.outcomes
                                                          : nullptr;
    for (std::uint32_t cell = 0; was != nullptr && cell < field.value.size(); ++cell) {
      otherwise[cell] |= evidence::same_value((*was)[cell], field.value[cell]) ? 0 : 1;
    }
    for (const auto& [cell, value] : field.was) {
      otherwise[cell] = 1;
    }
  }
  return otherwise;
}

/// Cells whose log intensity another share of land searched moves, and those about them that the short field moves with
/// them, each by more than is worth telling (eq. 73).
void mark_effort(const EstimateState& state, const evidence::Observations& now, std::int32_t range, UpdatePlan& plan) {
  constexpr double kWorthTelling = 0.002;  // of expected items
  plan.effort = evidence::share_searched_changes(state.grid, state.processed, now.processed);
  const auto effort = std::find_if(now.covariates.begin(), now.covariates.end(),
                                   [](const evidence::CovariateField& field) { return field.tells_effort; });
  if (plan.effort.empty() || effort == now.covariates.end()) {
    return;
  }
  for (const ClassState& of_class : state.classes) {
    const auto effect = std::find_if(of_class.learnt.effects.begin(), of_class.learnt.effects.end(),
                                     [&](const SmoothEffect& one) { return one.name == effort->name; });
    if (effect == of_class.learnt.effects.end()) {
      continue;
    }
    const ShortCorrelation correlation(of_class.learnt.hyper.log_short_range_m, state.grid.cell_m);
    const auto at = [&](float share) {
      return effect_at(*effect, basis_place(*effect, share), of_class.border.data());
    };
    for (const evidence::ShareChange& change : plan.effort) {
      const double moved = std::abs(at(change.now) - at(change.before));
      if (moved > kWorthTelling) {
        std::int32_t reach = 0;
        while (reach < range && moved * correlation.at(reach + 1) > kWorthTelling) {
          ++reach;
        }
        mark_around(now.grid, change.cell, reach, plan.wanted);
      }
    }
  }
}

/// An area that is confirmed is told whole: what becomes of one cell bears on all of it (eq. 70).  Gives whether any
/// cell was added.
bool add_whole_areas(UpdatePlan& plan) {
  bool added = false;
  for (const ConfirmedArea& area : plan.areas) {
    const auto wanted =
        std::count_if(area.cells.begin(), area.cells.end(), [&](std::uint32_t cell) { return plan.wanted[cell] != 0; });
    if (wanted > 0 && static_cast<std::size_t>(wanted) < area.cells.size()) {
      added = true;
      for (const std::uint32_t cell : area.cells) {
        plan.wanted[cell] = 1;
      }
    }
  }
  return added;
}

/// Areas in which an item was met, or no longer was: whatever reports are worth elsewhere, these are other areas.
void mark_areas_met(const EstimateState& state, const evidence::Observations& now, UpdatePlan& plan) {
  std::vector<std::uint32_t> otherwise;
  for (const ClassState& of_class : state.classes) {
    each_difference(
        of_class.reports, kept_reports(now.reports[static_cast<std::size_t>(of_class.ordnance_class)]),
        [](const KeptReport&, const KeptReport&) { return true; },
        [&](std::uint32_t cell) { otherwise.push_back(cell); });
  }
  for (const ConfirmedArea& area : plan.areas) {
    for (const std::uint32_t cell : otherwise) {
      if (std::binary_search(area.cells.begin(), area.cells.end(), cell)) {
        plan.wanted[cell] = 1;
      }
    }
  }
}

/// Polygons that touch what is predicted; small ones are predicted whole.
void add_small_polygons(const evidence::Observations& now, const PolygonsTouching& polygons, UpdatePlan& plan) {
  const Mask core = plan.wanted;
  for (auto& [place, polygon] : polygons(core)) {
    if (!touches(polygon, core)) {
      continue;
    }
    if (polygon.size() <= kLargePolygon) {
      plan.beyond = plan.beyond || polygon.beyond > 0;
      for (const geo::CellShare& touched : polygon.cells) {
        plan.wanted[touched.cell] |= now.inside[touched.cell];
      }
    }
    plan.places.push_back(place);
    plan.polygons.push_back(std::move(polygon));
  }
}

/// Whether what is to be told lies so near the edge of the state's part of the country that the fit would look beyond.
bool too_near_edge(const EstimateState& state, const Mask& wanted) {
  const evidence::Region part = part_in(state);
  const geo::Grid& grid = state.grid;
  evidence::Region box{grid.columns, grid.rows, 0, 0};  // columns and rows: the last ones
  for (std::int32_t row = 0; row < grid.rows; ++row) {
    for (std::int32_t column = 0; column < grid.columns; ++column) {
      if (wanted[grid.index(column, row)] != 0) {
        box = {std::min(box.first_column, column), std::min(box.first_row, row), std::max(box.columns, column),
               std::max(box.rows, row)};
      }
    }
  }
  const std::int32_t reach = window_reach(state);
  const geo::Grid& country = state.whole();
  return (part.first_column > 0 && box.first_column < reach) || (part.first_row > 0 && box.first_row < reach) ||
         (part.first_column + part.columns < country.columns && box.columns + reach >= grid.columns) ||
         (part.first_row + part.rows < country.rows && box.rows + reach >= grid.rows);
}

/// Whether a CHA of which any cell is to be told has cells beyond the state's part of the country: it is weighed as a
/// whole, in however many pieces it lies.
bool confirmed_beyond(const EstimateState& state, const evidence::Observations& now, const Mask& wanted) {
  for (const evidence::CovariateField& field : now.covariates) {
    if (!state.country || !field.confirmed) {
      continue;
    }
    const std::vector<std::uint32_t> here = cells_of_confirmed(*field.confirmed);
    for (const evidence::ConfirmedCell& one : *field.confirmed) {
      if (wanted[one.cell] != 0 &&
          (one.area >= state.confirmed.size() || state.confirmed[one.area] != here[one.area])) {
        return true;
      }
    }
  }
  return false;
}

/// Cells of the map are told whole.
void add_whole_cells(const evidence::Observations& now, std::int32_t together, UpdatePlan& plan) {
  MapCells(now.grid, together).flag_whole(plan.wanted);
  for (std::size_t cell = 0; cell < plan.wanted.size(); ++cell) {
    plan.wanted[cell] &= now.inside[cell];
  }
}

}  // namespace

UpdatePlan update_plan(const EstimateState& state, const evidence::Observations& now,
                       const std::vector<std::uint32_t>& also) {
  UpdatePlan plan;
  plan.changed.assign(now.grid.size(), 0);
  plan.wanted.assign(now.grid.size(), 0);
  for (const ClassState& of_class : state.classes) {
    const auto which = static_cast<std::size_t>(of_class.ordnance_class);
    mark_changed(of_class.seen, now.searched[which], plan.changed);
    if (of_class.learnt.kinds && of_class.learnt.kinds->told) {
      mark_changed(of_class.kinds_seen, now.kinds[which].cells, plan.changed);
    }
  }
  const Mask said = said_otherwise(state, now);
  const std::int32_t range = range_cells(state);
  for (std::uint32_t cell = 0; cell < plan.changed.size(); ++cell) {
    if (plan.changed[cell] != 0 || said[cell] != 0 || now.processed[cell] != state.processed[cell]) {
      mark_around(now.grid, cell, range, plan.wanted);
    }
  }
  mark_effort(state, now, range, plan);
  mark_blocks(state, now, range, plan);
  plan.areas = confirmed_areas_of(now);
  mark_areas_met(state, now, plan);
  add_whole_areas(plan);
  for (std::uint32_t cell = 0; cell < plan.wanted.size(); ++cell) {
    plan.wanted[cell] &= now.inside[cell];
  }
  for (const std::uint32_t cell : also) {
    plan.wanted[cell] = now.inside[cell];
  }
  add_whole_areas(plan);
  return plan;
}

void add_polygons(const EstimateState& state, const evidence::Observations& now, const PolygonsTouching& polygons,
                  UpdatePlan& plan) {
  add_small_polygons(now, polygons, plan);
  do {
    add_whole_cells(now, state.together, plan);
  } while (add_whole_areas(plan));
}

bool needs_wider(const EstimateState& state, const evidence::Observations& now, const UpdatePlan& plan) {
  const bool unwatched = state.country && !state.watched.empty() && state.watched_values.empty();
  return plan.beyond || unwatched || too_near_edge(state, plan.wanted) || confirmed_beyond(state, now, plan.wanted);
}

bool touches(const PolygonCells& polygon, const Mask& flags) {
  return std::any_of(polygon.cells.begin(), polygon.cells.end(),
                     [&](const geo::CellShare& touched) { return flags[touched.cell] != 0; });
}

}  // namespace firmground::estimate
