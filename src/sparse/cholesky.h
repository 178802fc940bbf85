#pragma once
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "sparse/symmetric_matrix.h"

namespace firmground::sparse {

/// Supernodal sparse Cholesky A = P^T L L^T P (CHOLMOD: Chen, Davis, Hager, Rajamanickam 2008) with METIS ordering,
/// analysed once per pattern and factorised many times, and the selected inverse on the factor's pattern (Takahashi
/// 1973; Erisman & Tinney 1975). One BLAS thread, whatever the machine: the same bytes on any number; run several
/// factorisations beside each other instead. Subtrees of the elimination tree are solved and inverted on several
/// threads (base::parallel_for). Not copyable; one object must not be used from two threads at once, const members may
/// be.
class Cholesky {
 public:
  /// Symbolic analysis of the pattern.  Cost: METIS, about 0.8 s per 100,000 lattice nodes of a 13-point stencil;
  /// nothing where the same pattern was among the last eight.
  explicit Cholesky(const SymmetricMatrix& pattern);
  Cholesky(Cholesky&&) noexcept;
  Cholesky& operator=(Cholesky&&) noexcept;
  ~Cholesky();

  /// Numeric factorisation.  REQUIRES: the pattern analysed.  Cost: O(n^1.5) on a planar lattice.
  /// Errors: sparse.not_positive_definite (names the row of the matrix as given).
  base::Result<void> factorise(const SymmetricMatrix& matrix);

  Index size() const;
  Index factor_entries() const;
  /// Multiplications and additions that factorise() and selected_inverse() take.
  struct Operations {
    double factorise = 0;
    double invert = 0;
  };
  Operations operations() const;
  double log_determinant() const;
  /// Solves A X = B in place; B is n x columns, column by column.
  void solve(std::span<double> b, Index columns = 1) const;
  /// The same for many right-hand sides; B is n x columns, row by row.  Cost: as solve(), but rows are read and written
  /// whole, and so in half the time for dozens of columns.
  void solve_rows(std::span<double> b, Index columns) const;
  /// x = P^T L^-T z: with z standard normal, x has precision A.  In place, n x columns.
  void sample(std::span<double> z, Index columns = 1) const;
  /// Entries of A^-1 at the entries of `pattern` (lower triangle, in its order).
  /// REQUIRES: pattern is contained in the analysed pattern, and the same in every call: where its entries lie is
  /// looked up once.  Cost: about twice a factorisation.
  std::vector<double> selected_inverse(const SymmetricMatrix& pattern) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firmground::sparse
