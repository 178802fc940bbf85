#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "sparse/cholesky.h"
#include "sparse/symmetric_matrix.h"

namespace firmground::estimate {

/// Where a node of a region's window is counted.
enum class NodeOwner : std::uint8_t { earlier_region, own, later_region };

/// A region's part of the log determinant of a precision that overlapping regions hold in pieces (eq. 31): with the
/// regions in their order, log|H| = sum of log|H_earlier+own| - log|H_earlier|, and of what is earlier only the overlap
/// matters.
class OwnDeterminant {
 public:
  OwnDeterminant(const sparse::SymmetricMatrix& pattern, const std::vector<NodeOwner>& owner);
  /// `of_all`: log|H| of the whole window, known already.  Cost: two factorisations of parts of H.
  /// Errors: sparse.not_positive_definite.
  base::Result<double> of(const sparse::SymmetricMatrix& matrix, double of_all);

 private:
  /// The rows and columns up to an owner.
  struct Part {
    sparse::SymmetricMatrix matrix;
    std::vector<std::size_t> from;  ///< entry of the whole matrix, for each of its own
    std::optional<sparse::Cholesky> factor;
    bool all = false;
  };
  static Part part_of(const sparse::SymmetricMatrix& pattern, const std::vector<NodeOwner>& owner, NodeOwner last);
  static base::Result<double> determinant(Part& part, const sparse::SymmetricMatrix& matrix, double of_all);

  Part earlier_;
  Part up_to_own_;
};

}  // namespace firmground::estimate
