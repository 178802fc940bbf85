#pragma once
#include <array>
#include <cstddef>
#include <span>

namespace firmground::estimate {

/// A sum of rows of numbers, each with its weight.
struct RowSum {
  static constexpr std::size_t kMost = 512;
  std::array<const float*, kMost> row;
  std::array<float, kMost> weight;
  std::size_t count = 0;
  void add(const float* from, float w) {
    row[count] = from;
    weight[count++] = w;
  }
};

constexpr std::size_t kRowLanes = 8;

/// The next multiple of kRowLanes.
constexpr std::size_t in_lanes(std::size_t columns) {
  return (columns + kRowLanes - 1) / kRowLanes * kRowLanes;
}

/// Its squared length.  `columns`: a multiple of kRowLanes.
double squared_length(const RowSum& rows, std::size_t columns);
/// Adds it, row after row.
void add_rows(const RowSum& rows, std::span<float> to);

}  // namespace firmground::estimate
