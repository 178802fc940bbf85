#include "estimate/row_sum.h"

#include "base/wide_vectors.h"

namespace firmground::estimate {

FG_WIDE_VECTORS double squared_length(const RowSum& rows, std::size_t columns) {
  std::array<float, kRowLanes> squares{};
  for (std::size_t first = 0; first < columns; first += kRowLanes) {
    std::array<float, kRowLanes> sum{};
    for (std::size_t k = 0; k < rows.count; ++k) {
      const float* from = rows.row[k] + first;
      const float w = rows.weight[k];
      for (std::size_t l = 0; l < kRowLanes; ++l) {
        sum[l] += w * from[l];
      }
    }
    for (std::size_t l = 0; l < kRowLanes; ++l) {
      squares[l] += sum[l] * sum[l];
    }
  }
  double result = 0;
  for (const float square : squares) {
    result += static_cast<double>(square);
  }
  return result;
}

FG_WIDE_VECTORS void add_rows(const RowSum& rows, std::span<float> to) {
  constexpr std::size_t kStretch = 4 * kRowLanes;  // stays in registers over all rows
  std::size_t first = 0;
  for (; first + kStretch <= to.size(); first += kStretch) {
    std::array<float, kStretch> sum;
    for (std::size_t l = 0; l < kStretch; ++l) {
      sum[l] = to[first + l];
    }
    for (std::size_t k = 0; k < rows.count; ++k) {
      const float* from = rows.row[k] + first;
      const float w = rows.weight[k];
      for (std::size_t l = 0; l < kStretch; ++l) {
        sum[l] += w * from[l];
      }
    }
    for (std::size_t l = 0; l < kStretch; ++l) {
      to[first + l] = sum[l];
    }
  }
  for (; first < to.size(); ++first) {
    for (std::size_t k = 0; k < rows.count; ++k) {
      to[first] += rows.weight[k] * rows.row[k][first];
    }
  }
}

}  // namespace firmground::estimate
