#include "estimate/lattice_field.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace firmground::estimate {

Lattice make_lattice(const geo::Grid& grid, std::int32_t cells_per_step, const std::vector<std::uint8_t>& wanted,
                     const geo::Grid& country) {
  const auto from_west = static_cast<std::int32_t>(grid.west - country.west);
  const auto from_north = static_cast<std::int32_t>(country.north - grid.north);
  const std::int32_t column_phase = from_west % cells_per_step;  // cells between the node before the grid and the grid
  const std::int32_t row_phase = from_north % cells_per_step;
  Lattice lattice;
  lattice.spacing_m = cells_per_step * grid.cell_m;
  lattice.first_column = from_west / cells_per_step;
  lattice.first_row = from_north / cells_per_step;
  lattice.west_m = country.west_m() + lattice.first_column * lattice.spacing_m;
  lattice.north_m = country.north_m() - lattice.first_row * lattice.spacing_m;
  lattice.columns = (grid.columns + column_phase + cells_per_step - 1) / cells_per_step + 1;
  lattice.rows = (grid.rows + row_phase + cells_per_step - 1) / cells_per_step + 1;
  lattice.node.assign(static_cast<std::size_t>(lattice.columns) * static_cast<std::size_t>(lattice.rows),
                      wanted.empty() ? 0 : -1);
  for (std::int32_t row = 0; row < grid.rows && !wanted.empty(); ++row) {
    for (std::int32_t column = 0; column < grid.columns; ++column) {
      if (wanted[grid.index(column, row)] == 0) {
        continue;
      }
      const std::int32_t c = (column + column_phase) / cells_per_step;
      const std::int32_t r = (row + row_phase) / cells_per_step;
      for (const std::size_t corner :
           {lattice.at(c, r), lattice.at(c + 1, r), lattice.at(c, r + 1), lattice.at(c + 1, r + 1)}) {
        lattice.node[corner] = 0;
      }
    }
  }
  for (std::int32_t& node : lattice.node) {
    node = node < 0 ? -1 : lattice.active++;
  }
  return lattice;
}

LatticePlace place_in(const Lattice& lattice, geo::Xy point) {
  const double u =
      std::clamp((point.x - lattice.west_m) / lattice.spacing_m, 0.0, static_cast<double>(lattice.columns - 1) - 1e-9);
  const double v =
      std::clamp((lattice.north_m - point.y) / lattice.spacing_m, 0.0, static_cast<double>(lattice.rows - 1) - 1e-9);
  LatticePlace place;
  place.column = static_cast<std::int32_t>(u);
  place.row = static_cast<std::int32_t>(v);
  const auto s = static_cast<float>(u - place.column);
  const auto t = static_cast<float>(v - place.row);
  place.weight[0] = (1 - s) * (1 - t);
  place.weight[1] = s * (1 - t);
  place.weight[2] = (1 - s) * t;
  place.weight[3] = s * t;
  return place;
}

namespace {

/// Active neighbours of each node, up to four.
std::vector<std::array<std::int32_t, 4>> neighbours(const Lattice& lattice) {
  std::vector<std::array<std::int32_t, 4>> result(static_cast<std::size_t>(lattice.active), {-1, -1, -1, -1});
  for (std::int32_t row = 0; row < lattice.rows; ++row) {
    for (std::int32_t column = 0; column < lattice.columns; ++column) {
      const std::int32_t node = lattice.node[lattice.at(column, row)];
      if (node < 0) {
        continue;
      }
      auto& mine = result[static_cast<std::size_t>(node)];
      mine[0] = row > 0 ? lattice.node[lattice.at(column, row - 1)] : -1;
      mine[1] = column > 0 ? lattice.node[lattice.at(column - 1, row)] : -1;
      mine[2] = column + 1 < lattice.columns ? lattice.node[lattice.at(column + 1, row)] : -1;
      mine[3] = row + 1 < lattice.rows ? lattice.node[lattice.at(column, row + 1)] : -1;
    }
  }
  return result;
}

}  // namespace

FieldPrecision field_precision(const Lattice& lattice) {
  const auto next_to = neighbours(lattice);
  const auto n = static_cast<sparse::Index>(lattice.active);
  std::vector<sparse::Entry> five;
  std::vector<sparse::Entry> thirteen;
  std::vector<double> degree(next_to.size(), 0);
  for (std::size_t i = 0; i < next_to.size(); ++i) {
    for (const std::int32_t j : next_to[i]) {
      if (j < 0) {
        continue;
      }
      degree[i] += 1;
      if (static_cast<std::size_t>(j) < i) {
        five.push_back({static_cast<sparse::Index>(i), j});
        thirteen.push_back({static_cast<sparse::Index>(i), j});
      }
      for (const std::int32_t k : next_to[static_cast<std::size_t>(j)]) {
        if (k >= 0 && static_cast<std::size_t>(k) < i) {
          thirteen.push_back({static_cast<sparse::Index>(i), k});
        }
      }
    }
  }
  FieldPrecision field;
  field.laplacian = sparse::pattern_of(n, std::move(five));
  field.pattern = sparse::pattern_of(n, std::move(thirteen));
  field.laplacian_on_pattern.assign(field.pattern.value.size(), 0);
  const auto add = [](sparse::SymmetricMatrix& matrix, std::size_t i, std::size_t j, double value) {
    if (i >= j) {
      matrix.value[static_cast<std::size_t>(
          matrix.place(static_cast<sparse::Index>(i), static_cast<sparse::Index>(j)))] += value;
    }
  };
  for (std::size_t i = 0; i < next_to.size(); ++i) {
    add(field.laplacian, i, i, degree[i]);
    // L^2 = D^2 - D N - N D + N N, with N the neighbour matrix.
    add(field.pattern, i, i, degree[i] * degree[i]);
    field.laplacian_on_pattern[static_cast<std::size_t>(
        field.pattern.place(static_cast<sparse::Index>(i), static_cast<sparse::Index>(i)))] = degree[i];
    for (const std::int32_t j : next_to[i]) {
      if (j < 0) {
        continue;
      }
      const auto neighbour = static_cast<std::size_t>(j);
      add(field.pattern, i, neighbour, -(degree[i] + degree[neighbour]));
      if (neighbour < i) {
        add(field.laplacian, i, neighbour, -1);
        field.laplacian_on_pattern[static_cast<std::size_t>(field.pattern.place(static_cast<sparse::Index>(i), j))] =
            -1;
      }
      for (const std::int32_t k : next_to[neighbour]) {
        if (k >= 0) {
          add(field.pattern, i, static_cast<std::size_t>(k), 1);
        }
      }
    }
  }
  return field;
}

namespace {

double a_squared(double spacing_m, double range_m) {
  return 8 * spacing_m * spacing_m / (range_m * range_m);
}

void combine(const FieldPrecision& field, double identity, double once, double twice, std::vector<double>& values) {
  const sparse::SymmetricMatrix& p = field.pattern;
  values.resize(p.value.size());
  for (std::size_t j = 0; j < static_cast<std::size_t>(p.n); ++j) {
    for (auto k = static_cast<std::size_t>(p.column_begin[j]); k < static_cast<std::size_t>(p.column_begin[j + 1]);
         ++k) {
      const double diagonal = p.row[k] == static_cast<sparse::Index>(j) ? identity : 0.0;
      values[k] = diagonal + once * field.laplacian_on_pattern[k] + twice * p.value[k];
    }
  }
}

}  // namespace

void precision_values(const FieldPrecision& field, double spacing_m, double range_m, double sd,
                      std::vector<double>& values) {
  const double a2 = a_squared(spacing_m, range_m);
  const double scale = 1 / (4 * M_PI * sd * sd);
  combine(field, scale * a2, 2 * scale, scale / a2, values);
}

void precision_range_slope(const FieldPrecision& field, double spacing_m, double range_m, double sd,
                           std::vector<double>& values) {
  const double a2 = a_squared(spacing_m, range_m);
  const double scale = 1 / (4 * M_PI * sd * sd);
  combine(field, -2 * scale * a2, 0, 2 * scale / a2, values);
}

double interior_variance(double spacing_m, double range_m, double sd) {
  const double a2 = a_squared(spacing_m, range_m);
  const double a = std::sqrt(a2);
  constexpr int kSteps = 512;
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double x = 2 - 2 * std::cos(M_PI * (i + 0.5) / kSteps);
    for (int j = 0; j < kSteps; ++j) {
      const double l = x + 2 - 2 * std::cos(M_PI * (j + 0.5) / kSteps);
      const double root = (a2 + l) / a;
      sum += 1 / (root * root);
    }
  }
  return 4 * M_PI * sd * sd * sum / (kSteps * kSteps);
}

}  // namespace firmground::estimate
