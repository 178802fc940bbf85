#include "estimate/border_share.h"

#include <algorithm>

namespace firmground::estimate {

void BorderShare::set(const sparse::DenseMatrix& spread_by_node, const sparse::DenseCholesky& schur,
                      std::vector<double>& scratch) {
  nodes_ = spread_by_node.columns;
  const std::size_t p = spread_by_node.rows;
  wide_ = in_lanes(p);
  scratch = spread_by_node.value;
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
