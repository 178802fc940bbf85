#include "estimate/blocks_since.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "estimate/class_parts.h"
#include "estimate/differences.h"
#include "estimate/report_evidence.h"

namespace firmground::estimate {

namespace {

bool searched_in(const std::vector<evidence::SearchedCell>& searched, std::uint32_t cell) {
  const auto at = std::lower_bound(searched.begin(), searched.end(), cell,
                                   [](const evidence::SearchedCell& s, std::uint32_t c) { return s.cell < c; });
  return at != searched.end() && at->cell == cell;
}

/// Wide squares whose blocks may be others, ascending; counts reports.
std::vector<std::uint32_t> squares_to_lay_out(const ClassState& kept, const evidence::Observations& now,
                                              const WideSquares& wide, BlocksSince& since) {
  const auto which = static_cast<std::size_t>(kept.ordnance_class);
  const double reach_m = short_reach_m(now.grid);
  std::vector<std::uint32_t> squares;
  each_difference(
      kept.seen, now.searched[which], [](const auto&, const auto&) { return true; },
      [&](std::uint32_t cell) { wide.add_around(cell, reach_m, squares); });
  each_difference(
      kept.reports, kept_reports(now.reports[which]),
      [](const KeptReport& a, const KeptReport& b) { return a.vague == b.vague; },
      [&](std::uint32_t cell) {
        wide.add_around(cell, reach_m, squares);
        since.reports += searched_in(kept.seen, cell) || searched_in(now.searched[which], cell) ? 0 : 1;
      });
  std::sort(squares.begin(), squares.end());
  squares.erase(std::unique(squares.begin(), squares.end()), squares.end());
  return squares;
}

/// The short field has nodes round searched cells, and round those of blocks where people met an item.
bool carries(const evidence::SearchedCell&) {
  return true;
}
bool carries(const KeptBlock& block) {
  return block.met != 0;
}

/// Cells that carry the field in `list` and not in `other`.  REQUIRES: ascending cells.
template <typename OfCell>
void add_carriers_of_one(const std::vector<OfCell>& list, const std::vector<OfCell>& other,
                         std::vector<std::uint32_t>& cells) {
  auto there = other.begin();
  for (const OfCell& one : list) {
    while (there != other.end() && there->cell < one.cell) {
      ++there;
    }
    bool found = false;
    for (auto same = there; same != other.end() && same->cell == one.cell; ++same) {
      found = found || carries(*same);
    }
    if (carries(one) && !found) {
      cells.push_back(one.cell);
    }
  }
}

template <typename Visit>
void each_within(const geo::Grid& grid, std::uint32_t cell, double reach_m, Visit visit) {
  const auto reach = static_cast<std::int32_t>(reach_m / grid.cell_m);
  const auto column = static_cast<std::int32_t>(cell % static_cast<std::uint32_t>(grid.columns));
  const auto row = static_cast<std::int32_t>(cell / static_cast<std::uint32_t>(grid.columns));
  for (std::int32_t r = std::max(0, row - reach); r <= std::min(grid.rows - 1, row + reach); ++r) {
    for (std::int32_t c = std::max(0, column - reach); c <= std::min(grid.columns - 1, column + reach); ++c) {
      if (std::hypot(c - column, r - row) * grid.cell_m <= reach_m) {
        visit(c, r);
      }
    }
  }
}

template <typename Visit>
void each_corner(const Lattice& lattice, std::int32_t step, std::int32_t column, std::int32_t row, Visit visit) {
  const std::int32_t c = column / step;
  const std::int32_t r = row / step;
  for (const std::size_t at :
       {lattice.at(c, r), lattice.at(c + 1, r), lattice.at(c, r + 1), lattice.at(c + 1, r + 1)}) {
    visit(at);
  }
}

}  // namespace

BlocksSince blocks_since(const ClassState& kept, const evidence::Observations& now) {
  BlocksSince since;
  const WideSquares wide(now.grid);
  const std::vector<std::uint32_t> squares = squares_to_lay_out(kept, now, wide, since);
  if (squares.empty() || kept.learnt.meeting_rate.empty()) {
    since.now = kept.blocks;
    return since;
  }
  std::vector<KeptBlock> were;
  for (const KeptBlock& block : kept.blocks) {
    (std::binary_search(squares.begin(), squares.end(), wide.of(block.cell)) ? were : since.now).push_back(block);
  }
  const auto which = static_cast<std::size_t>(kept.ordnance_class);
  const MeetingRate rate(now, kept.learnt.effects, kept.learnt.meeting_rate);
  std::vector<KeptBlock> are;
  for (const std::uint32_t square : squares) {
    for (const Observation& block : wide.blocks(now, which, short_reach_m(now.grid), square)) {
      are.push_back({block.cell, rate.of(block), 0, block.found ? 1U : 0U});
    }
  }
  std::sort(are.begin(), are.end(), in_order);
  std::vector<KeptBlock> differ;
  std::set_symmetric_difference(were.begin(), were.end(), are.begin(), are.end(), std::back_inserter(differ), in_order);
  for (const KeptBlock& block : differ) {
    since.changed.push_back(block.cell);
    if (block.met != 0) {
      since.met_otherwise.push_back(block.cell);
    }
  }
  // Those of then come first where both have a block, and with them their weight.
  std::vector<KeptBlock> stay;
  std::set_intersection(were.begin(), were.end(), are.begin(), are.end(), std::back_inserter(stay), in_order);
  std::vector<KeptBlock> there;
  std::set_union(stay.begin(), stay.end(), are.begin(), are.end(), std::back_inserter(there), in_order);
  const auto middle = since.now.insert(since.now.end(), there.begin(), there.end());
  std::inplace_merge(since.now.begin(), middle, since.now.end(), in_order);
  return since;
}

Lattice lattice_since(const Lattice& kept, const ClassState& state, const std::vector<evidence::SearchedCell>& searched,
                      const std::vector<KeptBlock>& blocks, const geo::Grid& grid) {
  const double reach_m = short_reach_m(grid);
  const std::int32_t step = state.step_cells;
  std::vector<std::uint32_t> came;
  std::vector<std::uint32_t> went;
  add_carriers_of_one(searched, state.seen, came);
  add_carriers_of_one(blocks, state.blocks, came);
  add_carriers_of_one(state.seen, searched, went);
  add_carriers_of_one(state.blocks, blocks, went);

  Lattice result = kept;
  for (const std::uint32_t cell : came) {
    each_within(grid, cell, reach_m, [&](std::int32_t column, std::int32_t row) {
      each_corner(result, step, column, row,
                  [&](std::size_t at) { result.node[at] = result.node[at] < 0 ? result.active++ : result.node[at]; });
    });
  }
  if (went.empty()) {
    return result;
  }
  // Nodes round what went stay where something else carries them.
  std::vector<std::uint8_t> beside(grid.size(), 0);
  for (const std::uint32_t cell : went) {
    each_within(grid, cell, 2 * reach_m + 4 * step * grid.cell_m,
                [&](std::int32_t column, std::int32_t row) { beside[grid.index(column, row)] = 1; });
  }
  std::vector<std::uint8_t> carried(result.node.size(), 0);
  const auto carry = [&](const auto& list) {
    for (const auto& one : list) {
      if (carries(one) && beside[one.cell] != 0) {
        each_within(grid, one.cell, reach_m, [&](std::int32_t column, std::int32_t row) {
          each_corner(result, step, column, row, [&](std::size_t at) { carried[at] = 1; });
        });
      }
    }
  };
  carry(searched);
  carry(blocks);
  for (const std::uint32_t cell : went) {
    each_within(grid, cell, reach_m, [&](std::int32_t column, std::int32_t row) {
      each_corner(result, step, column, row,
                  [&](std::size_t at) { result.node[at] = carried[at] != 0 ? result.node[at] : -1; });
    });
  }
  return result;
}

}  // namespace firmground::estimate
