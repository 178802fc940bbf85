#include "estimate/border_share.h"

#include <algorithm>

#include "base/parallel.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kBlock = 1024;  ///< nodes that one thread takes at a time

}  // namespace

void BorderShare::set(const sparse::DenseMatrix& spread_by_node, const sparse::DenseCholesky& schur) {
  nodes_ = spread_by_node.columns;
  const std::size_t p = spread_by_node.rows;
  wide_ = in_lanes(p);
  const sparse::DenseMatrix inverse = schur.inverse_of_lower();
  rows_.resize((nodes_ + p) * wide_);
  const auto put = [&](const double* from, std::size_t row) {
    float* to = rows_.data() + row * wide_;
    std::fill(std::copy_n(from, p, to), to + wide_, 0.0F);
  };
  base::parallel_for(nodes_, kBlock, [&](std::size_t begin, std::size_t end) {
    std::vector<double> rows(spread_by_node.value.begin() + static_cast<std::ptrdiff_t>(begin * p),
                             spread_by_node.value.begin() + static_cast<std::ptrdiff_t>(end * p));
    schur.solve_lower(rows, end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      put(rows.data() + (i - begin) * p, i);
    }
  });
  for (std::size_t j = 0; j < p; ++j) {
    put(inverse.value.data() + j * p, nodes_ + j);
  }
}

}  // namespace firmground::estimate
