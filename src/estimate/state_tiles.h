#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "estimate/estimate_state.h"
#include "evidence/regions.h"

/// How a state is kept: what all ground shares by itself, and what is known by cell and by node in square tiles, so
/// that an update reads those near what changed.  Binary, of this version of the layout alone, in the machine's byte
/// order.
namespace firmground::estimate {

/// The country in squares, row by row from its north-western corner; those at its edges may be smaller.
class Tiles {
 public:
  Tiles(const geo::Grid& country, std::int32_t side);

  std::size_t count() const { return along_ * down_; }
  evidence::Region at(std::size_t number) const;
  /// The smallest part of whole tiles that holds these cells of the country.
  evidence::Region holding(const evidence::Region& cells) const;
  /// Those that a part has any cell of, row by row.
  std::vector<std::size_t> of(const evidence::Region& part) const;

 private:
  geo::Grid country_;
  std::int32_t side_;
  std::size_t along_;
  std::size_t down_;
};

/// Sides of tiles are whole multiples of squares of nodes, of blocks that nobody searched and of so many cells as one
/// of the map takes together, of which the country's first may be cut: 64 cells or the next multiple, at most the
/// country.
Tiles tiles_of(const EstimateState& state);

struct StateBytes {
  std::string shared;
  std::vector<std::string> tiles;
};

/// What all ground shares.
std::string shared_to_bytes(const EstimateState& state);
/// Draws are rounded to a 30,000th of a node's largest deviation.  Same state, same bytes.  Size: a nation's (2 x
/// 64,000 nodes, 100 draws, a million searched cells) takes some 70 MB.  REQUIRES: `state` is of all the country.
StateBytes to_bytes(const EstimateState& state);

/// What all ground shares: the state of all the country without anything by cell or node.
/// Errors: estimate.state_unreadable.
base::Result<EstimateState> parse_shared_state(std::string_view shared);
/// With a part of the country, which may be all of it.  `tiles`: those of tiles_of(shared).of(part), in their order.
/// REQUIRES: the part is made of whole tiles.  Errors: estimate.state_unreadable.  Cost: O(bytes).
base::Result<EstimateState> with_tiles(EstimateState shared, const evidence::Region& part,
                                       const std::vector<std::string_view>& tiles);
/// All of it.  Errors: estimate.state_unreadable.
base::Result<EstimateState> parse_estimate_state(const StateBytes& bytes);

}  // namespace firmground::estimate
