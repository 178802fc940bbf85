#pragma once
#include <array>
#include <cstddef>
#include <vector>

#include "evidence/item_kinds.h"

namespace firmground::estimate {

/// What the finds of a whole country teach of the kinds of a class (docs/methods/hazard-field.md, eq. 37-39): with it,
/// other finds give other shares without learning anew.
struct LearntKinds {
  static constexpr std::size_t kScales = 5;
  using Parts = std::array<double, evidence::kMostKindsOfClass>;

  bool told = false;                        ///< some find states its kind: without, all that follows says nothing
  std::vector<std::vector<double>> ground;  ///< coefficients, of each kind but the last, among it and those after it
  double ridge = 0;                         ///< of these
  std::array<double, kScales> strength{};   ///< finest first
  double record_worth = 0;
  double cell_concentration = 0.5;
  double fact_concentration = 0.5;  ///< by which a cell's finds are worth so many facts: that of the round before
  std::array<double, 3> alike{};    ///< correlation of the kinds of two items of a patch; of two patches of a square
  Parts excess{};                   ///< items beyond the first of a cell, relative to those of all kinds
  Parts cells_of_patch{};           ///< cells with items of a patch that holds any
  double facts = 0;                 ///< how many the shares over the whole country rest on
};

}  // namespace firmground::estimate
