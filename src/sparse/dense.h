#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace firmground::sparse {

/// Small dense matrices, column by column: the border of covariate effects around a sparse system. One BLAS thread.
struct DenseMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> value;

  DenseMatrix() = default;
  DenseMatrix(std::size_t r, std::size_t c) : rows(r), columns(c), value(r * c, 0.0) {}
  double& operator()(std::size_t i, std::size_t j) { return value[j * rows + i]; }
  double operator()(std::size_t i, std::size_t j) const { return value[j * rows + i]; }
};

/// C -= A B^T.  Shapes: A p x n, B q x n, C p x q.
void subtract_product_transposed(const DenseMatrix& a, const DenseMatrix& b, DenseMatrix& c);
DenseMatrix transposed(const DenseMatrix& a);

/// Dense Cholesky of a symmetric positive definite matrix (lower triangle read).
class DenseCholesky {
 public:
  /// Adds `1e-10 x largest diagonal` where a pivot vanishes: a covariate without data must not stop the estimate.
  explicit DenseCholesky(DenseMatrix a);
  std::size_t size() const { return l_.rows; }
  double log_determinant() const;
  void solve(std::span<double> b) const;                                 ///< A x = b in place
  void solve_lower(std::span<double> b, std::size_t columns = 1) const;  ///< L x = b in place, size x columns
  void solve_upper(std::span<double> b) const;  ///< L^T x = b in place; of white noise: a draw with precision A
  DenseMatrix inverse() const;
  DenseMatrix inverse_of_lower() const;  ///< L^-1, lower triangular

 private:
  DenseMatrix l_;
};

}  // namespace firmground::sparse
