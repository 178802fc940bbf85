#pragma once
#include <cstdint>
#include <vector>

#include "estimate/estimate_state.h"
#include "estimate/lattice_field.h"
#include "evidence/observations.h"

/// What became, since a whole estimate, of the ground that nobody searched (docs/methods/hazard-field.md, eq. 50, 67).
namespace firmground::estimate {

struct BlocksSince {
  std::vector<KeptBlock> now;          ///< in the order of ClassState::blocks; weight 0: the whole estimate had it not
  std::vector<std::uint32_t> changed;  ///< cells of those that came, went, or say otherwise; ascending
  /// Of these, where people met an item in one of the two; ascending.
  std::vector<std::uint32_t> met_otherwise;
  /// Cells that nobody searched, then or now, where people met an item in one of the two alone.
  std::int64_t reports = 0;
};

/// Blocks of one class as they are now, at the rate (50) that the whole estimate learned.  Where it learned none there
/// are no blocks, but the reports are counted.
/// Cost: O(searched cells) for comparing; O(cells within reach) for each wide square near what changed.
BlocksSince blocks_since(const ClassState& kept, const evidence::Observations& now);

/// The short field's lattice over the country: with nodes round what was searched or reported since, without those that
/// lay only round what no longer is.  `kept`: as the whole estimate had it; a node >= 0 is there.
Lattice lattice_since(const Lattice& kept, const ClassState& state, const std::vector<evidence::SearchedCell>& searched,
                      const std::vector<KeptBlock>& blocks, const geo::Grid& grid);

}  // namespace firmground::estimate
