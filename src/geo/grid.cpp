#include "geo/grid.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/parallel.h"

namespace firmground::geo {

namespace {

// Below this share a cell counts as untouched: programme coordinates over cell sizes carry about 1e-10 of rounding, and
// 1e-7 of a 50 m cell is 2.5 cm2.
constexpr double kSmallestShare = 1e-7;

// Grid coordinates: u cells east of the western edge, v cells south of the northern edge.
struct Uv {
  double u;
  double v;
};

Uv grid_coordinates(const Grid& grid, Xy p) {
  return {p.x / grid.cell_m - static_cast<double>(grid.west), static_cast<double>(grid.north) - p.y / grid.cell_m};
}

std::int32_t clamp_to_int32(double value) {
  constexpr double kLimit = 2e9;  // far outside any grid, still exact in 32 bits
  return static_cast<std::int32_t>(std::clamp(value, -kLimit, kLimit));
}

// What an edge adds to a cell: `height` to every cell further east in the row, `share` to the cell itself.
struct EdgeCell {
  std::int32_t row;
  std::int32_t column;
  double height;
  double share;
};

// Collects the signed contributions of edges, as scan converters of outline fonts do it. A downward edge (v grows) of a
// ring has the ground to its east inside when the ring runs counter-clockwise in programme coordinates.
class EdgeAccumulator {
 public:
  EdgeAccumulator(std::int32_t columns, std::int32_t rows) : columns_(columns), rows_(rows) {}

  void add_ring(const Grid& grid, const std::vector<Xy>& ring, bool hole) {
    const double area = planar_ring_area(ring);
    if (area == 0 || !std::isfinite(area)) {
      return;
    }
    // The ring's own direction is taken out, so that a ring drawn the wrong way round still counts as what it is.
    const double sign = (area > 0) == hole ? -1 : 1;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      add_edge(grid_coordinates(grid, ring[i]), grid_coordinates(grid, ring[(i + 1) % ring.size()]), sign);
    }
  }

  std::vector<EdgeCell>& sorted() {
    std::stable_sort(cells_.begin(), cells_.end(), [](const EdgeCell& a, const EdgeCell& b) {
      return a.row != b.row ? a.row < b.row : a.column < b.column;
    });
    return cells_;
  }

 private:
  void add_edge(Uv a, Uv b, double sign) {
    if (a.v == b.v) {
      return;
    }
    if (a.v > b.v) {
      std::swap(a, b);
      sign = -sign;
    }
    const double top = std::max(a.v, 0.0);
    const double bottom = std::min(b.v, static_cast<double>(rows_));
    if (!(top < bottom)) {
      return;
    }
    const double slope = (b.u - a.u) / (b.v - a.v);
    const auto u_at = [&](double v) { return v == b.v ? b.u : a.u + (v - a.v) * slope; };
    const auto first_row = static_cast<std::int32_t>(std::floor(top));
    Uv from{u_at(top), top};
    for (std::int32_t row = first_row; row < rows_ && from.v < bottom; ++row) {
      const double v = std::min(static_cast<double>(row + 1), bottom);
      const Uv to{u_at(v), v};
      add_in_row(row, from, to, sign);
      from = to;
    }
  }

  // An edge within one row, clipped to the grid's columns: what lies west counts as standing on the western edge, what
  // lies east has no cell of the grid on its inner side.
  void add_in_row(std::int32_t row, Uv a, Uv b, double sign) {
    if (a.u > b.u) {
      std::swap(a, b);  // heights below use |dv| with the sign, so the direction within the row no longer matters
    }
    const double height = sign * std::abs(b.v - a.v);
    const auto width = static_cast<double>(columns_);
    if (a.u >= width) {
      return;
    }
    if (b.u <= 0) {
      cells_.push_back({row, 0, height, height});
      return;
    }
    const double per_u = b.u > a.u ? height / (b.u - a.u) : 0;
    double left = a.u;
    if (left < 0) {
      cells_.push_back({row, 0, -left * per_u, -left * per_u});
      left = 0;
    }
    const double right = std::min(b.u, width);
    add_in_columns(row, left, right, per_u, b.u > a.u ? per_u * (right - left) : height);
  }

  void add_in_columns(std::int32_t row, double left, double right, double per_u, double height) {
    const auto first = std::min(static_cast<std::int32_t>(std::floor(left)), columns_ - 1);
    if (right <= first + 1.0) {
      cells_.push_back({row, first, height, height * (first + 1 - (left + right) / 2)});
      return;
    }
    for (std::int32_t column = first; column < columns_ && left < right; ++column) {
      const double end = std::min(column + 1.0, right);
      const double piece = per_u * (end - left);
      cells_.push_back({row, column, piece, piece * (column + 1 - (left + end) / 2)});
      left = end;
    }
  }

  std::int32_t columns_;
  std::int32_t rows_;
  std::vector<EdgeCell> cells_;
};

class ShareWriter {
 public:
  explicit ShareWriter(const Grid& grid) : grid_(grid) {}

  void add(std::int32_t row, std::int32_t column, double share) {
    if (share > kSmallestShare) {
      shares_.push_back(
          {static_cast<std::uint32_t>(grid_.index(column, row)), static_cast<float>(std::min(share, 1.0))});
    }
  }
  void fill(std::int32_t row, std::int32_t begin, std::int32_t end, double share) {
    if (share > kSmallestShare) {
      for (std::int32_t column = begin; column < end; ++column) {
        add(row, column, share);
      }
    }
  }
  std::vector<CellShare> take() { return std::move(shares_); }

 private:
  const Grid& grid_;
  std::vector<CellShare> shares_;
};

// Where the centre line of a row crosses an edge.
struct Crossing {
  std::int32_t row;
  double u;
};

void add_crossings(const Grid& grid, const std::vector<Xy>& ring, std::vector<Crossing>& crossings) {
  for (std::size_t i = 0; i < ring.size(); ++i) {
    Uv a = grid_coordinates(grid, ring[i]);
    Uv b = grid_coordinates(grid, ring[(i + 1) % ring.size()]);
    if (a.v > b.v) {
      std::swap(a, b);
    }
    // Half open: a centre line through a vertex crosses exactly one of the two edges, and neighbours never both hold a
    // centre.
    const std::int32_t begin = std::max(0, clamp_to_int32(std::ceil(a.v - 0.5)));
    const std::int32_t end = std::min(grid.rows, clamp_to_int32(std::ceil(b.v - 0.5)));
    for (std::int32_t row = begin; row < end; ++row) {
      crossings.push_back({row, a.u + (row + 0.5 - a.v) * (b.u - a.u) / (b.v - a.v)});
    }
  }
}

void burn_segment(const Grid& grid, Xy from, Xy to, std::vector<std::uint8_t>& mask) {
  Uv a = grid_coordinates(grid, from);
  Uv b = grid_coordinates(grid, to);
  if (a.v > b.v) {
    std::swap(a, b);
  }
  const std::int32_t first_row = std::max(0, clamp_to_int32(std::floor(a.v)));
  const std::int32_t last_row = std::min(grid.rows - 1, clamp_to_int32(std::floor(b.v)));
  for (std::int32_t row = first_row; row <= last_row; ++row) {
    const double top = std::max(a.v, static_cast<double>(row));
    const double bottom = std::min(b.v, static_cast<double>(row + 1));
    const auto u_at = [&](double v) { return b.v > a.v ? a.u + (v - a.v) * (b.u - a.u) / (b.v - a.v) : a.u; };
    const double u0 = u_at(top);
    const double u1 = b.v > a.v ? u_at(bottom) : b.u;
    const std::int32_t first = std::max(0, clamp_to_int32(std::floor(std::min(u0, u1))));
    const std::int32_t last = std::min(grid.columns - 1, clamp_to_int32(std::floor(std::max(u0, u1))));
    for (std::int32_t column = first; column <= last; ++column) {
      mask[grid.index(column, row)] = 1;
    }
  }
}

void burn_path(const Grid& grid, const std::vector<Xy>& path, bool closed, std::vector<std::uint8_t>& mask) {
  const std::size_t segments = closed ? path.size() : std::max<std::size_t>(path.size(), 1) - 1;
  for (std::size_t i = 0; i < segments; ++i) {
    burn_segment(grid, path[i], path[(i + 1) % path.size()], mask);
  }
}

constexpr std::int32_t kNowhere = std::numeric_limits<std::int32_t>::max();

// Rows to the nearest marked cell of the same column, kNowhere when the column has none.
std::vector<std::int32_t> distances_in_columns(const Grid& grid, const std::vector<std::uint8_t>& mask) {
  std::vector<std::int32_t> rows_away(grid.size(), kNowhere);
  constexpr std::size_t kColumnsPerBlock = 256;
  base::parallel_for(static_cast<std::size_t>(grid.columns), kColumnsPerBlock, [&](std::size_t begin, std::size_t end) {
    const auto relax = [&](std::int32_t row, std::int32_t neighbour) {
      for (std::size_t c = begin; c < end; ++c) {
        const std::size_t here = grid.index(static_cast<std::int32_t>(c), row);
        const std::int32_t there = rows_away[grid.index(static_cast<std::int32_t>(c), neighbour)];
        if (there != kNowhere) {
          rows_away[here] = std::min(rows_away[here], there + 1);
        }
      }
    };
    for (std::int32_t row = 0; row < grid.rows; ++row) {
      for (std::size_t c = begin; c < end; ++c) {
        const std::size_t here = grid.index(static_cast<std::int32_t>(c), row);
        rows_away[here] = mask[here] != 0 ? 0 : kNowhere;
      }
      if (row > 0) {
        relax(row, row - 1);
      }
    }
    for (std::int32_t row = grid.rows - 2; row >= 0; --row) {
      relax(row, row + 1);
    }
  });
  return rows_away;
}

// Lower envelope of the parabolas rooted in one row (Felzenszwalb & Huttenlocher 2012, algorithm 1), in whole numbers:
// squared cell distances are integers, so nothing is rounded before the final square root.
void distances_in_row(const std::int32_t* rows_away, std::int32_t columns, double cell_m, float* out) {
  std::vector<std::int32_t> roots;
  std::vector<double> starts;  // where each parabola begins to be the lowest
  const auto height = [&](std::int32_t c) { return static_cast<double>(rows_away[c]) * rows_away[c]; };
  for (std::int32_t c = 0; c < columns; ++c) {
    if (rows_away[c] == kNowhere) {
      continue;
    }
    double start = -std::numeric_limits<double>::infinity();
    while (!roots.empty()) {
      const std::int32_t r = roots.back();
      start = ((height(c) + static_cast<double>(c) * c) - (height(r) + static_cast<double>(r) * r)) / (2.0 * (c - r));
      if (start > starts.back()) {
        break;
      }
      roots.pop_back();
      starts.pop_back();
      start = -std::numeric_limits<double>::infinity();
    }
    roots.push_back(c);
    starts.push_back(start);
  }
  std::size_t k = 0;
  for (std::int32_t c = 0; c < columns; ++c) {
    if (roots.empty()) {
      out[c] = std::numeric_limits<float>::infinity();
      continue;
    }
    while (k + 1 < roots.size() && starts[k + 1] < c) {
      ++k;
    }
    const double across = c - roots[k];
    out[c] = static_cast<float>(std::sqrt(across * across + height(roots[k])) * cell_m);
  }
}

}  // namespace

Grid Grid::covering(const Box& box, double cell_m) {
  FG_CHECK(cell_m > 0);
  Grid grid;
  grid.cell_m = cell_m;
  if (box.empty()) {
    return grid;
  }
  grid.west = static_cast<std::int64_t>(std::floor(box.min_x / cell_m));
  grid.north = static_cast<std::int64_t>(std::ceil(box.max_y / cell_m));
  const auto east = static_cast<std::int64_t>(std::ceil(box.max_x / cell_m));
  const auto south = static_cast<std::int64_t>(std::floor(box.min_y / cell_m));
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  FG_CHECK(east - grid.west < kMost && grid.north - south < kMost);
  // A box without width (a single point on a cell edge) still needs the cell it touches.
  grid.columns = static_cast<std::int32_t>(std::max<std::int64_t>(1, east - grid.west));
  grid.rows = static_cast<std::int32_t>(std::max<std::int64_t>(1, grid.north - south));
  return grid;
}

Grid Grid::in_larger_cells(std::int32_t together) const {
  FG_CHECK(together >= 1);
  const auto down = [together](std::int64_t edge) { return edge / together - (edge % together < 0 ? 1 : 0); };
  const auto up = [&](std::int64_t edge) { return -down(-edge); };
  const std::int64_t east = up(west + columns);
  const std::int64_t south = down(north - rows);
  return {cell_m * together, down(west), up(north), static_cast<std::int32_t>(east - down(west)),
          static_cast<std::int32_t>(up(north) - south)};
}

std::int32_t Grid::column_of(double x) const {
  return clamp_to_int32(std::floor(x / cell_m) - static_cast<double>(west));
}

std::int32_t Grid::row_of(double y) const {
  return clamp_to_int32(static_cast<double>(north) - 1 - std::floor(y / cell_m));
}

std::int64_t Grid::cell_of(Xy point) const {
  if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
    return -1;
  }
  const std::int32_t column = column_of(point.x);
  const std::int32_t row = row_of(point.y);
  return has(column, row) ? static_cast<std::int64_t>(index(column, row)) : -1;
}

std::vector<CellShare> cover(const Grid& grid, const PlanarGeometry& geometry) {
  EdgeAccumulator edges(grid.columns, grid.rows);
  if (grid.size() > 0) {
    for (const PlanarPolygon& polygon : geometry.polygons) {
      edges.add_ring(grid, polygon.outer, false);
      for (const auto& hole : polygon.holes) {
        edges.add_ring(grid, hole, true);
      }
    }
  }
  const std::vector<EdgeCell>& cells = edges.sorted();
  ShareWriter writer(grid);
  for (std::size_t i = 0; i < cells.size();) {
    const std::int32_t row = cells[i].row;
    double height = 0;  // share of every cell between the edges
    while (i < cells.size() && cells[i].row == row) {
      const std::int32_t column = cells[i].column;
      double share = height;
      for (; i < cells.size() && cells[i].row == row && cells[i].column == column; ++i) {
        share += cells[i].share;
        height += cells[i].height;
      }
      writer.add(row, column, share);
      const bool more = i < cells.size() && cells[i].row == row;
      writer.fill(row, column + 1, more ? cells[i].column : grid.columns, height);
    }
  }
  return writer.take();
}

std::vector<std::uint8_t> centres_inside(const Grid& grid, const PlanarGeometry& geometry) {
  std::vector<std::uint8_t> inside(grid.size(), 0);
  for (const PlanarPolygon& polygon : geometry.polygons) {
    std::vector<Crossing> crossings;
    add_crossings(grid, polygon.outer, crossings);
    for (const auto& hole : polygon.holes) {
      add_crossings(grid, hole, crossings);
    }
    std::sort(crossings.begin(), crossings.end(),
              [](const Crossing& a, const Crossing& b) { return a.row != b.row ? a.row < b.row : a.u < b.u; });
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const std::int32_t row = crossings[i].row;
      const std::int32_t begin = std::max(0, clamp_to_int32(std::ceil(crossings[i].u - 0.5)));
      const std::int32_t end = std::min(grid.columns, clamp_to_int32(std::ceil(crossings[i + 1].u - 0.5)));
      for (std::int32_t column = begin; column < end; ++column) {
        inside[grid.index(column, row)] = 1;
      }
    }
  }
  return inside;
}

std::vector<float> distance_transform(const Grid& grid, const std::vector<std::uint8_t>& mask) {
  FG_CHECK(mask.size() == grid.size());
  const std::vector<std::int32_t> rows_away = distances_in_columns(grid, mask);
  std::vector<float> metres(grid.size());
  constexpr std::size_t kRowsPerBlock = 16;
  base::parallel_for(static_cast<std::size_t>(grid.rows), kRowsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const std::size_t first = grid.index(0, static_cast<std::int32_t>(row));
      distances_in_row(rows_away.data() + first, grid.columns, grid.cell_m, metres.data() + first);
    }
  });
  return metres;
}

void burn_lines(const Grid& grid, const PlanarGeometry& geometry, std::vector<std::uint8_t>& mask) {
  FG_CHECK(mask.size() == grid.size());
  for (const Xy& point : geometry.points) {
    if (const std::int64_t cell = grid.cell_of(point); cell >= 0) {
      mask[static_cast<std::size_t>(cell)] = 1;
    }
  }
  for (const auto& line : geometry.lines) {
    burn_path(grid, line, false, mask);
  }
  for (const PlanarPolygon& polygon : geometry.polygons) {
    burn_path(grid, polygon.outer, true, mask);
    for (const auto& hole : polygon.holes) {
      burn_path(grid, hole, true, mask);
    }
  }
}

}  // namespace firmground::geo
