#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace firmground::sparse {

using Index = std::int64_t;

/// A symmetric sparse matrix by its lower triangle, compressed by columns: rows ascending in each column, the diagonal
/// always there.
struct SymmetricMatrix {
  Index n = 0;
  std::vector<Index> column_begin;  ///< n + 1
  std::vector<Index> row;           ///< of each stored entry, >= its column
  std::vector<double> value;

  Index entries() const { return static_cast<Index>(row.size()); }
  /// Place of the entry (i, j), i >= j; -1 when it is not stored.  Cost: O(log entries of the column).
  Index place(Index i, Index j) const;
  /// y = A x.
  void multiply(std::span<const double> x, std::span<double> y) const;
};

/// One entry (i, j) of the lower triangle (i >= j) to be assembled.
struct Entry {
  Index row;
  Index column;
};

/// The pattern that holds all the entries (duplicates welcome) and the diagonal, values zero.  Cost: O(entries log
/// entries).
SymmetricMatrix pattern_of(Index n, std::vector<Entry> entries);

}  // namespace firmground::sparse
