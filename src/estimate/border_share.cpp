#include "estimate/border_share.h"

#include <algorithm>

namespace firmground::estimate {

void BorderShare::set(const sparse::DenseMatrix& spread, const sparse::DenseCholesky& schur,
                      std::vector<double>& scratch) {
  nodes_ = spread.rows;
  const std::size_t p = spread.columns;
  wide_ = in_lanes(p);
  scratch.resize(nodes_ * p);
  sparse::each_tile(nodes_, p, [&](std::size_t i, std::size_t j) { scratch[i * p + j] = spread(i, j); });
  schur.solve_lower(scratch, nodes_);
  const sparse::DenseMatrix inverse = schur.inverse_of_lower();
  rows_.resize((nodes_ + p) * wide_);
  const auto put = [&](const double* from, std::size_t row) {
    float* to = rows_.data() + row * wide_;
    std::fill(std::copy_n(from, p, to), to + wide_, 0.0F);
  };
  for (std::size_t i = 0; i < nodes_; ++i) {
    put(scratch.data() + i * p, i);
  }
  for (std::size_t j = 0; j < p; ++j) {
    put(inverse.value.data() + j * p, nodes_ + j);
  }
}

}  // namespace firmground::estimate
