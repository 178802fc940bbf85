#pragma once
#include <string_view>
#include <vector>

#include "geo/written_crs.h"
#include "geo/written_position.h"

namespace firmground::evidence {

/// How the position of a record may have been miswritten or misplotted (schema/hypotheses.toml, `written`).
struct WrittenSlip {
  enum class Digits : std::uint8_t {
    right,
    transposed,  ///< two neighbouring digits exchanged
    padded,      ///< a grid reference of few digits was filled up with zeros in front
    cut          ///< the last digits of a grid reference are lost: it names a square
  };
  Digits digits = Digits::right;
  double grid_distances = 1;  ///< true distance from the lines of the kilometre grid, per written one; 1 = as written
  bool any() const { return digits != Digits::right || grid_distances != 1; }
};

/// The positions that may have been meant by one as written, if the slip was made: none when it cannot have been, or
/// would move it by less than 60 m or (transposed digits) more than 4 km. Of digits that were cut it is the middle of
/// the square, and `within_m` half its side.  Cost: reads the text once for every digit.
std::vector<geo::WrittenPosition> meant_by(const WrittenSlip& slip, const geo::WrittenCrs& crs, std::string_view text);

}  // namespace firmground::evidence
