#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace firmground::estimate {

/// Some cells of a grid, numbered in ascending order: a bit for each cell of the grid and a count for each 64 (Jacobson
/// 1989), a twentieth of what a number for each cell takes.
class NumberedCells {
 public:
  explicit NumberedCells(std::size_t cells_of_grid) : word_((cells_of_grid + 63) / 64, 0) {}

  void add(std::uint32_t cell) { word_[cell / 64] |= bit(cell); }
  /// Call after the last add() and before number().
  void count() {
    before_.reserve(word_.size());
    for (const std::uint64_t word : word_) {
      before_.push_back(size_);
      size_ += static_cast<std::uint32_t>(std::popcount(word));
    }
  }
  bool has(std::uint32_t cell) const { return (word_[cell / 64] & bit(cell)) != 0; }
  /// How many come before it.  REQUIRES: has(cell).
  std::uint32_t number(std::uint32_t cell) const {
    FG_CHECK(!before_.empty());
    return before_[cell / 64] + static_cast<std::uint32_t>(std::popcount(word_[cell / 64] & (bit(cell) - 1)));
  }
  std::uint32_t size() const { return size_; }

 private:
  static std::uint64_t bit(std::uint32_t cell) { return std::uint64_t{1} << (cell % 64); }

  std::vector<std::uint64_t> word_;
  std::vector<std::uint32_t> before_;  ///< cells in earlier words
  std::uint32_t size_ = 0;
};

}  // namespace firmground::estimate
