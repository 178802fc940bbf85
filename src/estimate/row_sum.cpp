#include "estimate/row_sum.h"

#include <cstring>

#include "base/wide_vectors.h"

namespace firmground::estimate {

namespace {

using Lanes [[gnu::vector_size(kRowLanes * sizeof(float))]] = float;

/// Adds columns [first, first + vectors x kRowLanes) of the rows: as many sums as are under way at once.
template <std::size_t vectors>
[[gnu::always_inline]] inline void add_columns(const RowSum& rows, std::size_t first, Lanes (&sum)[vectors]) {
  for (std::size_t k = 0; k < rows.count; ++k) {
    const float* from = rows.row[k] + first;
    const float w = rows.weight[k];
    for (std::size_t v = 0; v < vectors; ++v) {
      Lanes value;
      std::memcpy(&value, from + v * kRowLanes, sizeof value);
      sum[v] += w * value;
    }
  }
}

template <std::size_t vectors>
[[gnu::always_inline]] inline void add_squares(const RowSum& rows, std::size_t first, Lanes& squares) {
  Lanes sum[vectors] = {};
  add_columns(rows, first, sum);
  for (std::size_t v = 0; v < vectors; ++v) {
    squares += sum[v] * sum[v];
  }
}

template <std::size_t vectors>
[[gnu::always_inline]] inline void add_to(const RowSum& rows, std::size_t first, std::span<float> to) {
  Lanes sum[vectors];
  std::memcpy(sum, to.data() + first, sizeof sum);
  add_columns(rows, first, sum);
  std::memcpy(to.data() + first, sum, sizeof sum);
}

constexpr std::size_t kAtOnce = 4;  ///< vectors: hide how long an addition takes
constexpr std::size_t kStretch = kAtOnce * kRowLanes;

}  // namespace

FG_WIDE_VECTORS double squared_length(const RowSum& rows, std::size_t columns) {
  Lanes squares = {};
  std::size_t first = 0;
  for (; first + kStretch <= columns; first += kStretch) {
    add_squares<kAtOnce>(rows, first, squares);
  }
  for (; first < columns; first += kRowLanes) {
    add_squares<1>(rows, first, squares);
  }
  double result = 0;
  for (std::size_t l = 0; l < kRowLanes; ++l) {
    result += static_cast<double>(squares[l]);
  }
  return result;
}

FG_WIDE_VECTORS void add_rows(const RowSum& rows, std::span<float> to) {
  std::size_t first = 0;
  for (; first + kStretch <= to.size(); first += kStretch) {
    add_to<kAtOnce>(rows, first, to);
  }
  for (; first + kRowLanes <= to.size(); first += kRowLanes) {
    add_to<1>(rows, first, to);
  }
  for (; first < to.size(); ++first) {
    for (std::size_t k = 0; k < rows.count; ++k) {
      to[first] += rows.weight[k] * rows.row[k][first];
    }
  }
}

}  // namespace firmground::estimate
