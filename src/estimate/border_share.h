#pragma once
#include <vector>

#include "estimate/row_sum.h"
#include "sparse/dense.h"

namespace firmground::estimate {

/// What the border's uncertainty adds to the variance of a predictor that touches border columns x and nodes a:
/// (x - V'a)' S^-1 (x - V'a) = |L^-1 x - sum of a_k L^-1 V'_k|^2, S = L L' the border's precision (eq. 17).  The
/// columns of L^-1 and the nodes' vectors serve all predictors.
class BorderShare {
 public:
  /// spread_by_node: V', border x nodes.  Cost: O(nodes border^2).
  void set(const sparse::DenseMatrix& spread_by_node, const sparse::DenseCholesky& schur);
  void touch_column(std::size_t column, float weight, RowSum& sum) const {
    sum.add(rows_.data() + (nodes_ + column) * wide_, weight);
  }
  void touch_node(std::size_t node, float weight, RowSum& sum) const { sum.add(rows_.data() + node * wide_, -weight); }
  /// Of the predictor that touches what was added.
  double variance(const RowSum& sum) const { return squared_length(sum, wide_); }

 private:
  std::size_t nodes_ = 0;
  std::size_t wide_ = 0;
  std::vector<float> rows_;  ///< of the nodes, then of the border's columns
};

}  // namespace firmground::estimate
