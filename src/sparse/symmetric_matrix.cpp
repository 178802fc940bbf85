#include "sparse/symmetric_matrix.h"

#include <algorithm>

#include "base/check.h"

namespace firmground::sparse {

Index SymmetricMatrix::place(Index i, Index j) const {
  const auto begin = row.begin() + column_begin[static_cast<std::size_t>(j)];
  const auto end = row.begin() + column_begin[static_cast<std::size_t>(j) + 1];
  const auto found = std::lower_bound(begin, end, i);
  return found != end && *found == i ? found - row.begin() : -1;
}

void SymmetricMatrix::multiply(std::span<const double> x, std::span<double> y) const {
  FG_CHECK(x.size() == static_cast<std::size_t>(n) && y.size() == x.size());
  std::fill(y.begin(), y.end(), 0.0);
  for (std::size_t j = 0; j < x.size(); ++j) {
    for (auto k = static_cast<std::size_t>(column_begin[j]); k < static_cast<std::size_t>(column_begin[j + 1]); ++k) {
      const auto i = static_cast<std::size_t>(row[k]);
      y[i] += value[k] * x[j];
      if (i != j) {
        y[j] += value[k] * x[i];
      }
    }
  }
}

SymmetricMatrix pattern_of(Index n, std::vector<Entry> entries) {
  for (Index i = 0; i < n; ++i) {
    entries.push_back({i, i});
  }
  // Bucket by column first: sorting short columns is much faster than sorting all entries.
  SymmetricMatrix matrix;
  matrix.n = n;
  matrix.column_begin.assign(static_cast<std::size_t>(n) + 1, 0);
  for (const Entry& e : entries) {
    FG_CHECK(e.row >= e.column && e.row < n);
    ++matrix.column_begin[static_cast<std::size_t>(e.column) + 1];
  }
  for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
    matrix.column_begin[j + 1] += matrix.column_begin[j];
  }
  std::vector<Index> next(matrix.column_begin.begin(), matrix.column_begin.end() - 1);
  std::vector<Index> rows(entries.size());
  for (const Entry& e : entries) {
    rows[static_cast<std::size_t>(next[static_cast<std::size_t>(e.column)]++)] = e.row;
  }
  Index kept = 0;
  for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
    const auto begin = rows.begin() + matrix.column_begin[j];
    const auto end = rows.begin() + next[j];
    std::sort(begin, end);
    const auto last = std::unique(begin, end);
    matrix.column_begin[j] = kept;
    kept = std::copy(begin, last, rows.begin() + kept) - rows.begin();
  }
  matrix.column_begin[static_cast<std::size_t>(n)] = kept;
  rows.resize(static_cast<std::size_t>(kept));
  matrix.row = std::move(rows);
  matrix.value.assign(matrix.row.size(), 0.0);
  return matrix;
}

}  // namespace firmground::sparse
