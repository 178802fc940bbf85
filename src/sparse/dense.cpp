#include "sparse/dense.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "sparse/blas.h"

namespace firmground::sparse {

void subtract_product_transposed(const DenseMatrix& a, const DenseMatrix& b, DenseMatrix& c) {
  FG_CHECK(a.columns == b.columns && c.rows == a.rows && c.columns == b.rows);
  if (a.columns == 0 || c.rows == 0 || c.columns == 0) {
    return;
  }
  set_up_blas();
  cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, static_cast<int>(c.rows), static_cast<int>(c.columns),
              static_cast<int>(a.columns), -1, a.value.data(), static_cast<int>(a.rows), b.value.data(),
              static_cast<int>(b.rows), 1, c.value.data(), static_cast<int>(c.rows));
}

/// Tile by tile: what is read along rows and written along columns stays near the processor.
DenseMatrix transposed(const DenseMatrix& a) {
  constexpr std::size_t kTile = 32;
  DenseMatrix result(a.columns, a.rows);
  for (std::size_t first = 0; first < a.rows; first += kTile) {
    const std::size_t last = std::min(a.rows, first + kTile);
    for (std::size_t j = 0; j < a.columns; ++j) {
      for (std::size_t i = first; i < last; ++i) {
        result(j, i) = a(i, j);
      }
    }
  }
  return result;
}

DenseCholesky::DenseCholesky(DenseMatrix a) : l_(std::move(a)) {
  FG_CHECK(l_.rows == l_.columns);
  const std::size_t n = l_.rows;
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::abs(l_(i, i)));
  }
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      const double factor = l_(j, k);
      for (std::size_t i = j; i < n; ++i) {
        l_(i, j) -= factor * l_(i, k);
      }
    }
    const double pivot = std::sqrt(std::max(l_(j, j), 1e-10 * largest + 1e-300));
    for (std::size_t i = j; i < n; ++i) {
      l_(i, j) /= pivot;
    }
    l_(j, j) = pivot;
  }
}

double DenseCholesky::log_determinant() const {
  double sum = 0;
  for (std::size_t i = 0; i < l_.rows; ++i) {
    sum += 2 * std::log(l_(i, i));
  }
  return sum;
}

void DenseCholesky::solve_lower(std::span<double> b, std::size_t columns) const {
  FG_CHECK(b.size() == l_.rows * columns);
  if (b.empty()) {
    return;
  }
  set_up_blas();
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, static_cast<int>(l_.rows),
              static_cast<int>(columns), 1, l_.value.data(), static_cast<int>(l_.rows), b.data(),
              static_cast<int>(l_.rows));
}

void DenseCholesky::solve_upper(std::span<double> b) const {
  FG_CHECK(b.size() == l_.rows);
  for (std::size_t i = l_.rows; i-- > 0;) {
    for (std::size_t k = i + 1; k < l_.rows; ++k) {
      b[i] -= l_(k, i) * b[k];
    }
    b[i] /= l_(i, i);
  }
}

void DenseCholesky::solve(std::span<double> b) const {
  solve_lower(b);
  solve_upper(b);
}

DenseMatrix DenseCholesky::inverse() const {
  DenseMatrix result(l_.rows, l_.rows);
  for (std::size_t j = 0; j < l_.rows; ++j) {
    result(j, j) = 1;
    solve(std::span(result.value).subspan(j * l_.rows, l_.rows));
  }
  return result;
}

DenseMatrix DenseCholesky::inverse_of_lower() const {
  DenseMatrix result(l_.rows, l_.rows);
  for (std::size_t j = 0; j < l_.rows; ++j) {
    result(j, j) = 1;
  }
  solve_lower(result.value, l_.rows);
  return result;
}

}  // namespace firmground::sparse
