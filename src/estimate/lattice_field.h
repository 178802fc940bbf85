#pragma once
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "geo/grid.h"
#include "sparse/symmetric_matrix.h"

namespace firmground::estimate {

/// Nodes of a square lattice that carry a latent field; only the active ones have an index.
struct Lattice {
  double spacing_m = 0;
  double west_m = 0;   ///< x of node column 0
  double north_m = 0;  ///< y of node row 0
  std::int32_t columns = 0;
  std::int32_t rows = 0;
  std::int32_t first_column = 0;  ///< of the lattice over the whole country, of which this may be a part
  std::int32_t first_row = 0;
  std::vector<std::int32_t> node;  ///< columns x rows: active index, or -1
  std::int32_t active = 0;

  std::size_t at(std::int32_t column, std::int32_t row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column);
  }
};

/// A lattice over the grid's extent with nodes every `cells_per_step` cells; all nodes active when `wanted` is empty,
/// else the corners of the squares that hold a wanted cell.  Its nodes lie where those of the lattice over `country`
/// do, of which the grid is all or a part.
Lattice make_lattice(const geo::Grid& grid, std::int32_t cells_per_step, const std::vector<std::uint8_t>& wanted,
                     const geo::Grid& country);

/// Where a point lies in a lattice: the square by its north-western node, and bilinear weights in the order nw, ne, sw,
/// se.
struct LatticePlace {
  std::int32_t column = 0;
  std::int32_t row = 0;
  float weight[4] = {0, 0, 0, 0};
};
LatticePlace place_in(const Lattice& lattice, geo::Xy point);

/// Matern field (nu = 1) as a Gaussian Markov random field on a lattice (Lindgren, Rue & Lindstrom 2011,
/// section 2.2.1): Q = (a^2 I + 2 L + L^2 / a^2) / (4 pi sd^2), a^2 = 8 spacing^2 / range^2, L the graph Laplacian of
/// the active nodes (eq. 5).
struct FieldPrecision {
  sparse::SymmetricMatrix laplacian;         ///< L, 5-point
  sparse::SymmetricMatrix pattern;           ///< of Q, 13-point; values hold L^2
  std::vector<double> laplacian_on_pattern;  ///< L spread over `pattern`
};
/// `along`: of each active node a vector whose direction the field is stretched along and whose length is the ratio of
/// its range along and across, 1 to 2.4; empty: the same in all directions.
FieldPrecision field_precision(const Lattice& lattice, const std::vector<geo::Xy>& along = {});

/// Q on field.pattern.
void precision_values(const FieldPrecision& field, double spacing_m, double range_m, double sd,
                      std::vector<double>& values);
/// dQ / d log(range) on field.pattern.  (dQ / d log(sd) = -2 Q.)
void precision_range_slope(const FieldPrecision& field, double spacing_m, double range_m, double sd,
                           std::vector<double>& values);

struct LogDeterminant {
  double value = 0;        ///< log |Q|
  double range_slope = 0;  ///< d value / d log(range);  d value / d log(sd) = -2 n
};

/// Variance of the field far from any edge, which a coarse lattice makes differ from sd^2 (spectral sum over the unit
/// torus).
double interior_variance(double spacing_m, double range_m, double sd);

}  // namespace firmground::estimate
