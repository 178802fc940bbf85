#pragma once
#include "estimate/lattice_field.h"
#include "sparse/cholesky.h"

namespace firmground::estimate {

/// log|a^2 I + L| and the trace of its inverse: what the field's log determinant and its slope need.
struct FieldDeterminant {
  sparse::SymmetricMatrix matrix;
  sparse::Cholesky factor;
  explicit FieldDeterminant(const FieldPrecision& field) : matrix(field.laplacian), factor(field.laplacian) {}

  /// Errors: sparse.*.  `slope`: whether the slope is wanted too.
  base::Result<LogDeterminant> at(const FieldPrecision& field, double spacing_m, double range_m, double sd, bool slope);
};

}  // namespace firmground::estimate
