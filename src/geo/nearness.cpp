#include "geo/nearness.h"

#include <algorithm>
#include <cmath>

namespace firmground::geo {

namespace {

struct Edge {
  Xy from;
  Xy to;
  Box box;
};

Edge edge_between(Xy from, Xy to) {
  return {from, to, {std::min(from.x, to.x), std::min(from.y, to.y), std::max(from.x, to.x), std::max(from.y, to.y)}};
}

double cross(Xy a, Xy b, Xy c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

double squared_distance(Xy p, const Edge& e) {
  const Xy along{e.to.x - e.from.x, e.to.y - e.from.y};
  const double length2 = along.x * along.x + along.y * along.y;
  const double t = length2 > 0 ? ((p.x - e.from.x) * along.x + (p.y - e.from.y) * along.y) / length2 : 0;
  const double u = std::clamp(t, 0.0, 1.0);
  const double dx = p.x - e.from.x - u * along.x;
  const double dy = p.y - e.from.y - u * along.y;
  return dx * dx + dy * dy;
}

bool are_near(const Edge& a, const Edge& b, double metres) {
  if (!a.box.grown(metres).intersects(b.box)) {
    return false;
  }
  const bool crossing = (cross(a.from, a.to, b.from) > 0) != (cross(a.from, a.to, b.to) > 0) &&
                        (cross(b.from, b.to, a.from) > 0) != (cross(b.from, b.to, a.to) > 0);
  return crossing || std::min({squared_distance(a.from, b), squared_distance(a.to, b), squared_distance(b.from, a),
                               squared_distance(b.to, a)}) <= metres * metres;
}

void append_edges_in(const std::vector<Xy>& ring, const Box& box, std::vector<Edge>& edges) {
  if (ring.empty()) {
    return;
  }
  Xy from = ring.back();
  for (const Xy& to : ring) {
    const Edge edge = edge_between(from, to);
    if (edge.box.intersects(box)) {
      edges.push_back(edge);
    }
    from = to;
  }
}

std::vector<Edge> edges_in(const PlanarGeometry& geometry, const Box& box) {
  std::vector<Edge> edges;
  for (const PlanarPolygon& polygon : geometry.polygons) {
    append_edges_in(polygon.outer, box, edges);
    for (const auto& hole : polygon.holes) {
      append_edges_in(hole, box, edges);
    }
  }
  return edges;
}

// Of grounds whose rims are apart, one part may still lie in the other as a whole.
bool holds_a_part_of(const PlanarGeometry& whole, const PlanarGeometry& parts) {
  return std::any_of(parts.polygons.begin(), parts.polygons.end(), [&](const PlanarPolygon& part) {
    return !part.outer.empty() && contains(whole, part.outer.front());
  });
}

}  // namespace

bool ground_is_near(const PlanarGeometry& a, const PlanarGeometry& b, double metres) {
  const Box box_a = bounds(a).grown(metres);
  const Box box_b = bounds(b).grown(metres);
  const Box common{std::max(box_a.min_x, box_b.min_x), std::max(box_a.min_y, box_b.min_y),
                   std::min(box_a.max_x, box_b.max_x), std::min(box_a.max_y, box_b.max_y)};
  if (common.empty()) {
    return false;
  }
  const std::vector<Edge> edges_a = edges_in(a, common);
  const std::vector<Edge> edges_b = edges_in(b, common);
  for (const Edge& p : edges_a) {
    for (const Edge& q : edges_b) {
      if (are_near(p, q, metres)) {
        return true;
      }
    }
  }
  return holds_a_part_of(a, b) || holds_a_part_of(b, a);
}

bool is_clearly_simple(const std::vector<Xy>& ring) {
  constexpr std::size_t kMostCorners = 256;
  constexpr double kApart_m = 1e-6;  // a thousand times the rounding of coordinates of 10,000 km
  constexpr double kTurned = 1e-9;   // of the product of two lengths: their sine
  const std::size_t n = ring.size();
  if (n < 3 || n > kMostCorners) {
    return false;
  }
  std::vector<Edge> edges;
  edges.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    edges.push_back(edge_between(ring[i], ring[(i + 1) % n]));
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Edge& next = edges[(i + 1) % n];
    const Xy u{edges[i].to.x - edges[i].from.x, edges[i].to.y - edges[i].from.y};
    const Xy v{next.to.x - next.from.x, next.to.y - next.from.y};
    const double lengths = std::hypot(u.x, u.y) * std::hypot(v.x, v.y);
    const bool onward = u.x * v.x + u.y * v.y > 0;
    if (!(lengths > kApart_m * kApart_m) || (!onward && !(std::abs(u.x * v.y - u.y * v.x) > kTurned * lengths))) {
      return false;
    }
    for (std::size_t j = i + 2; j < n; ++j) {
      if (!(i == 0 && j == n - 1) && are_near(edges[i], edges[j], kApart_m)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace firmground::geo
