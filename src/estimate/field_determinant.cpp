#include "estimate/field_determinant.h"

#include <cmath>

namespace firmground::estimate {

base::Result<LogDeterminant> FieldDeterminant::at(const FieldPrecision& field, double spacing_m, double range_m,
                                                  double sd, bool slope) {
  const double a2 = 8 * spacing_m * spacing_m / (range_m * range_m);
  const auto n = static_cast<double>(matrix.n);
  sparse::SymmetricMatrix diagonal;
  diagonal.n = matrix.n;
  diagonal.column_begin.push_back(0);
  for (sparse::Index i = 0; i < matrix.n; ++i) {
    const sparse::Index at_diagonal = matrix.column_begin[static_cast<std::size_t>(i)];
    matrix.value[static_cast<std::size_t>(at_diagonal)] =
        field.laplacian.value[static_cast<std::size_t>(at_diagonal)] + a2;
    diagonal.row.push_back(i);
    diagonal.column_begin.push_back(i + 1);
  }
  FG_TRY_VOID(factor.factorise(matrix));
  LogDeterminant result;
  result.value = -n * std::log(4 * M_PI * sd * sd * a2) + 2 * factor.log_determinant();
  if (slope) {
    double trace = 0;
    for (const double v : factor.selected_inverse(diagonal)) {
      trace += v;
    }
    result.range_slope = 2 * n - 4 * a2 * trace;
  }
  return result;
}

}  // namespace firmground::estimate
