#include "estimate/own_determinant.h"

#include <algorithm>

namespace firmground::estimate {

OwnDeterminant::OwnDeterminant(const sparse::SymmetricMatrix& pattern, const std::vector<NodeOwner>& owner)
    : earlier_(part_of(pattern, owner, NodeOwner::earlier_region)),
      up_to_own_(part_of(pattern, owner, NodeOwner::own)) {}

OwnDeterminant::Part OwnDeterminant::part_of(const sparse::SymmetricMatrix& pattern,
                                             const std::vector<NodeOwner>& owner, NodeOwner last) {
  Part part;
  part.all = std::all_of(owner.begin(), owner.end(), [&](NodeOwner o) { return o <= last; });
  if (part.all) {
    return part;
  }
  std::vector<sparse::Index> place(owner.size(), -1);
  for (std::size_t node = 0; node < owner.size(); ++node) {
    place[node] = owner[node] <= last ? part.matrix.n++ : -1;
  }
  part.matrix.column_begin.push_back(0);
  for (std::size_t j = 0; j < owner.size(); ++j) {
    if (place[j] < 0) {
      continue;
    }
    for (auto k = static_cast<std::size_t>(pattern.column_begin[j]);
         k < static_cast<std::size_t>(pattern.column_begin[j + 1]); ++k) {
      const sparse::Index row = place[static_cast<std::size_t>(pattern.row[k])];
      if (row >= 0) {
        part.matrix.row.push_back(row);
        part.from.push_back(k);
      }
    }
    part.matrix.column_begin.push_back(static_cast<sparse::Index>(part.from.size()));
  }
  part.matrix.value.assign(part.from.size(), 0.0);
  if (part.matrix.n > 0) {
    part.factor.emplace(part.matrix);
  }
  return part;
}

base::Result<double> OwnDeterminant::determinant(Part& part, const sparse::SymmetricMatrix& matrix, double of_all) {
  if (part.all || !part.factor) {
    return part.all ? of_all : 0.0;
  }
  std::transform(part.from.begin(), part.from.end(), part.matrix.value.begin(),
                 [&](std::size_t k) { return matrix.value[k]; });
  FG_TRY_VOID(part.factor->factorise(part.matrix));
  return part.factor->log_determinant();
}

base::Result<double> OwnDeterminant::of(const sparse::SymmetricMatrix& matrix, double of_all) {
  FG_TRY(const double up_to_own, determinant(up_to_own_, matrix, of_all));
  FG_TRY(const double earlier, determinant(earlier_, matrix, of_all));
  return up_to_own - earlier;
}

}  // namespace firmground::estimate
