#include "simulate/lattice.h"

#include <algorithm>

#include "base/check.h"

namespace firmground::simulate {

namespace {

/// A parcel edge with the parcel on its left. 0 east, 1 north, 2 west, 3 south.
struct Edge {
  std::uint32_t from;
  std::uint32_t to;
  std::uint8_t heading;
  bool walked = false;
};

bool inside(const std::array<geo::Xy, 4>& corners, geo::Xy p) {
  bool odd = false;
  for (std::size_t i = 0, j = 3; i < 4; j = i++) {
    const geo::Xy& a = corners[i];
    const geo::Xy& b = corners[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) {
      odd = !odd;
    }
  }
  return odd;
}

std::vector<Edge> boundary_edges(const geo::Grid& grid, std::span<const std::uint32_t> parcels) {
  const auto wide = static_cast<std::uint32_t>(grid.columns);
  const auto has = [&](std::int64_t column, std::int64_t row) {
    return column >= 0 && column < grid.columns && row >= 0 && row < grid.rows &&
           std::binary_search(parcels.begin(), parcels.end(), static_cast<std::uint32_t>(row * grid.columns + column));
  };
  std::vector<Edge> edges;
  for (const std::uint32_t parcel : parcels) {
    const std::uint32_t column = parcel % wide;
    const std::uint32_t row = parcel / wide;
    const std::uint32_t north_west = row * (wide + 1) + column;
    const std::uint32_t south_west = north_west + wide + 1;
    const auto c = static_cast<std::int64_t>(column);
    const auto r = static_cast<std::int64_t>(row);
    if (!has(c, r + 1)) {
      edges.push_back({south_west, south_west + 1, 0});
    }
    if (!has(c + 1, r)) {
      edges.push_back({south_west + 1, north_west + 1, 1});
    }
    if (!has(c, r - 1)) {
      edges.push_back({north_west + 1, north_west, 2});
    }
    if (!has(c - 1, r)) {
      edges.push_back({north_west, south_west, 3});
    }
  }
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.from != b.from ? a.from < b.from : a.heading < b.heading; });
  return edges;
}

/// Where two parcels touch at a corner only, turning right keeps the outer ring outside and makes the enclosed ground a
/// hole of its own: rings touch at points but never cross (OGC Simple Features).
Edge& next_edge(std::vector<Edge>& edges, const Edge& edge) {
  auto next = std::lower_bound(edges.begin(), edges.end(), edge.to,
                               [](const Edge& e, std::uint32_t vertex) { return e.from < vertex; });
  FG_CHECK(next != edges.end() && next->from == edge.to);
  const auto second = next + 1;
  const bool fork = second != edges.end() && second->from == edge.to;
  const auto right = static_cast<std::uint8_t>((edge.heading + 3) % 4);
  return fork && second->heading == right ? *second : *next;
}

/// Parcels that hang together by edges; parcels that meet at a corner only are apart.
std::vector<std::vector<std::uint32_t>> connected_pieces(const geo::Grid& grid,
                                                         std::span<const std::uint32_t> parcels) {
  const auto wide = static_cast<std::uint32_t>(grid.columns);
  std::vector<std::uint8_t> seen(parcels.size(), 0);
  std::vector<std::vector<std::uint32_t>> pieces;
  for (std::size_t i = 0; i < parcels.size(); ++i) {
    if (seen[i] != 0) {
      continue;
    }
    seen[i] = 1;
    std::vector<std::uint32_t> piece{parcels[i]};
    for (std::size_t at = 0; at < piece.size(); ++at) {
      const std::uint32_t parcel = piece[at];
      const std::uint32_t column = parcel % wide;
      const std::array<std::uint32_t, 4> next = {column > 0 ? parcel - 1 : parcel,
                                                 column + 1 < wide ? parcel + 1 : parcel, parcel - wide, parcel + wide};
      for (const std::uint32_t neighbour : next) {
        const auto found = std::lower_bound(parcels.begin(), parcels.end(), neighbour);
        const auto place = static_cast<std::size_t>(found - parcels.begin());
        if (found != parcels.end() && *found == neighbour && seen[place] == 0) {
          seen[place] = 1;
          piece.push_back(neighbour);
        }
      }
    }
    std::sort(piece.begin(), piece.end());
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace

Lattice::Lattice(const geo::Grid& grid, const Noise& noise, double play) : grid_(grid) {
  FG_CHECK(play < 0.4);
  const double cell = grid.cell_m;
  corners_.reserve(static_cast<std::size_t>(grid.columns + 1) * static_cast<std::size_t>(grid.rows + 1));
  for (std::int32_t row = 0; row <= grid.rows; ++row) {
    for (std::int32_t column = 0; column <= grid.columns; ++column) {
      const geo::Xy p{grid.west_m() + column * cell, grid.north_m() - row * cell};
      // Mostly a smooth bend, so that edges look surveyed rather than shaken.
      const std::int64_t i = grid.west + column;
      const std::int64_t j = grid.north - row;
      const double dx = 0.7 * noise.at(p, 3.3 * cell) + 0.3 * (2 * noise.lattice_value(i, j) - 1);
      const double dy = 0.7 * noise.at({p.x + 5e5, p.y}, 3.3 * cell) + 0.3 * (2 * noise.lattice_value(j, i + 7919) - 1);
      corners_.push_back({p.x + play * cell * dx, p.y + play * cell * dy});
    }
  }
}

std::array<geo::Xy, 4> Lattice::corners(std::uint32_t parcel) const {
  const auto wide = static_cast<std::uint32_t>(grid_.columns);
  const std::uint32_t north_west = parcel / wide * (wide + 1) + parcel % wide;
  const std::uint32_t south_west = north_west + wide + 1;
  return {corners_[south_west], corners_[south_west + 1], corners_[north_west + 1], corners_[north_west]};
}

geo::Xy Lattice::centre(std::uint32_t parcel) const {
  const auto c = corners(parcel);
  return {(c[0].x + c[1].x + c[2].x + c[3].x) / 4, (c[0].y + c[1].y + c[2].y + c[3].y) / 4};
}

double Lattice::area_m2(std::uint32_t parcel) const {
  const auto c = corners(parcel);
  // Half the cross product of the diagonals.
  return 0.5 * ((c[2].x - c[0].x) * (c[3].y - c[1].y) - (c[3].x - c[1].x) * (c[2].y - c[0].y));
}

std::int64_t Lattice::parcel_of(geo::Xy point) const {
  const std::int32_t column = grid_.column_of(point.x);
  const std::int32_t row = grid_.row_of(point.y);
  constexpr std::array<std::array<std::int32_t, 2>, 9> kNear = {
      {{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}}};
  for (const auto& [dc, dr] : kNear) {
    if (grid_.has(column + dc, row + dr)) {
      const auto parcel = static_cast<std::uint32_t>(grid_.index(column + dc, row + dr));
      if (inside(corners(parcel), point)) {
        return parcel;
      }
    }
  }
  return -1;
}

geo::PlanarGeometry Lattice::outline(std::span<const std::uint32_t> parcels) const {
  geo::PlanarGeometry ground;
  for (const std::vector<std::uint32_t>& piece : connected_pieces(grid_, parcels)) {
    ground.polygons.push_back(ring_around(piece));
  }
  return ground;
}

/// REQUIRES: the parcels are connected by edges.
geo::PlanarPolygon Lattice::ring_around(std::span<const std::uint32_t> parcels) const {
  std::vector<Edge> edges = boundary_edges(grid_, parcels);
  geo::PlanarPolygon polygon;
  for (Edge& start : edges) {
    if (start.walked) {
      continue;
    }
    std::vector<geo::Xy> ring;
    for (Edge* edge = &start; !edge->walked; edge = &next_edge(edges, *edge)) {
      edge->walked = true;
      ring.push_back(corners_[edge->from]);
    }
    if (geo::planar_ring_area(ring) > 0) {
      polygon.outer = std::move(ring);
    } else {
      polygon.holes.push_back(std::move(ring));
    }
  }
  return polygon;
}

}  // namespace firmground::simulate
