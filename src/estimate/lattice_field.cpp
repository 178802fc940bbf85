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

struct Edge {
  std::int32_t to = -1;
  double weight = 0;
};

/// Weights of a node's edges to the east, south, south-east and south-west for a diffusion of determinant 1 with
/// eigenvalue `ratio` along; none is negative up to a ratio of 1 + sqrt(2).
std::array<double, 4> edge_weights(geo::Xy along) {
  const double ratio = std::hypot(along.x, along.y);
  const double x = along.x / ratio;
  const double y = along.y / ratio;
  const double east = ratio * x * x + y * y / ratio;
  const double north = ratio * y * y + x * x / ratio;
  const double both = (ratio - 1 / ratio) * x * y;  // > 0: from south-west to north-east
  return {std::max(0.0, east - std::abs(both)), std::max(0.0, north - std::abs(both)), std::max(0.0, -both),
          std::max(0.0, both)};
}

/// Active neighbours of each node, up to eight.
std::vector<std::vector<Edge>> neighbours(const Lattice& lattice, const std::vector<geo::Xy>& along) {
  std::vector<std::vector<Edge>> result(static_cast<std::size_t>(lattice.active));
  constexpr std::array<std::array<std::int32_t, 2>, 4> kTo = {{{1, 0}, {0, 1}, {1, 1}, {-1, 1}}};
  for (std::int32_t row = 0; row < lattice.rows; ++row) {
    for (std::int32_t column = 0; column < lattice.columns; ++column) {
      const std::int32_t node = lattice.node[lattice.at(column, row)];
      if (node < 0) {
        continue;
      }
      for (std::size_t e = 0; e < (along.empty() ? 2U : 4U); ++e) {
        const std::int32_t c = column + kTo[e][0];
        const std::int32_t r = row + kTo[e][1];
        const std::int32_t other =
            c >= 0 && c < lattice.columns && r < lattice.rows ? lattice.node[lattice.at(c, r)] : -1;
        if (other < 0) {
          continue;
        }
        const double weight = along.empty() ? 1.0
                                            : 0.5 * (edge_weights(along[static_cast<std::size_t>(node)])[e] +
                                                     edge_weights(along[static_cast<std::size_t>(other)])[e]);
        result[static_cast<std::size_t>(node)].push_back({other, weight});
        result[static_cast<std::size_t>(other)].push_back({node, weight});
      }
    }
  }
  return result;
}

}  // namespace

FieldPrecision field_precision(const Lattice& lattice, const std::vector<geo::Xy>& along) {
  const auto next_to = neighbours(lattice, along);
  const auto n = static_cast<sparse::Index>(lattice.active);
  std::vector<sparse::Entry> once;
  std::vector<sparse::Entry> twice;
  std::vector<double> degree(next_to.size(), 0);
  for (std::size_t i = 0; i < next_to.size(); ++i) {
    for (const Edge& edge : next_to[i]) {
      const std::int32_t j = edge.to;
      degree[i] += edge.weight;
      if (static_cast<std::size_t>(j) < i) {
        once.push_back({static_cast<sparse::Index>(i), j});
        twice.push_back({static_cast<sparse::Index>(i), j});
      }
      for (const Edge& further : next_to[static_cast<std::size_t>(j)]) {
        if (static_cast<std::size_t>(further.to) < i) {
          twice.push_back({static_cast<sparse::Index>(i), further.to});
        }
      }
    }
  }
  FieldPrecision field;
  field.laplacian = sparse::pattern_of(n, std::move(once));
  field.pattern = sparse::pattern_of(n, std::move(twice));
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
    for (const Edge& edge : next_to[i]) {
      const auto neighbour = static_cast<std::size_t>(edge.to);
      add(field.pattern, i, neighbour, -(degree[i] + degree[neighbour]) * edge.weight);
      if (neighbour < i) {
        add(field.laplacian, i, neighbour, -edge.weight);
        field.laplacian_on_pattern[static_cast<std::size_t>(
            field.pattern.place(static_cast<sparse::Index>(i), edge.to))] = -edge.weight;
      }
      for (const Edge& further : next_to[neighbour]) {
        add(field.pattern, i, static_cast<std::size_t>(further.to), edge.weight * further.weight);
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
  std::array<double, kSteps> twice_cosine{};
  for (int i = 0; i < kSteps; ++i) {
    twice_cosine[static_cast<std::size_t>(i)] = 2 * std::cos(M_PI * (i + 0.5) / kSteps);
  }
  double sum = 0;
  for (const double along : twice_cosine) {
    const double x = 2 - along;
    for (const double across : twice_cosine) {
      const double l = x + 2 - across;
      const double root = (a2 + l) / a;
      sum += 1 / (root * root);
    }
  }
  return 4 * M_PI * sd * sd * sum / (kSteps * kSteps);
}

}  // namespace firmground::estimate
