#pragma once
#include <cstdint>
#include <vector>

#include "estimate/smooth_effects.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// The columns of a regression on covariates: an intercept, then the knots of the piecewise linear bases of some
/// effects.  Holds pointers: effects and fields outlive it.
class CovariateColumns {
 public:
  void add(const SmoothEffect& effect, const evidence::CovariateField& field) {
    parts_.push_back({&effect, &field, count_});
    count_ += effect.knots.size();
  }
  bool empty() const { return parts_.empty(); }
  std::size_t count() const { return count_; }
  /// Columns that a cell touches.
  std::size_t entries() const { return 1 + 2 * parts_.size(); }

  /// Calls add(column, weight) for each of them.
  template <typename Add>
  void visit(std::uint32_t cell, Add add) const {
    add(std::size_t{0}, 1.0);
    for (const Part& part : parts_) {
      const BasisPlace place = basis_place(*part.effect, part.field->at(cell));
      add(part.first + place.knot, static_cast<double>(place.left));
      // What searched polygons of a statement have in common would give away which cells were searched.
      add(part.first + place.knot + 1, part.effect->statements.empty() ? static_cast<double>(place.right) : 0.0);
    }
  }
  double sum(std::uint32_t cell, const std::vector<double>& beta) const {
    double result = 0;
    visit(cell, [&](std::size_t column, double weight) { result += weight * beta[column]; });
    return result;
  }

 private:
  struct Part {
    const SmoothEffect* effect;
    const evidence::CovariateField* field;
    std::size_t first;  ///< column
  };
  std::vector<Part> parts_;
  std::size_t count_ = 1;
};

}  // namespace firmground::estimate
