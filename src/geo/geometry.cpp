#include "geo/geometry.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace firmground::geo {

namespace {

// Sums are taken relative to a vertex of the ring: programme coordinates are millions of metres, and the products of
// two of them would leave only decimetres of a hectare.
struct RingMoments {
  double area = 0;
  Xy weighted;  // area times centroid, relative to the origin given
};

RingMoments moments(const std::vector<Xy>& ring, Xy origin) {
  RingMoments sum;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Xy& p = ring[i];
    const Xy& q = ring[(i + 1) % ring.size()];
    const double px = p.x - origin.x;
    const double py = p.y - origin.y;
    const double qx = q.x - origin.x;
    const double qy = q.y - origin.y;
    const double cross = px * qy - qx * py;
    sum.area += cross / 2;
    sum.weighted.x += cross * (px + qx) / 6;
    sum.weighted.y += cross * (py + qy) / 6;
  }
  return sum;
}

Xy mean_of(const std::vector<Xy>& points, Xy origin) {
  Xy sum;
  for (const Xy& p : points) {
    sum.x += p.x - origin.x;
    sum.y += p.y - origin.y;
  }
  const auto n = static_cast<double>(points.size());
  return {origin.x + sum.x / n, origin.y + sum.y / n};
}

bool inside_ring(const std::vector<Xy>& ring, Xy point) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Xy& a = ring[i];
    const Xy& b = ring[j];
    if ((a.y > point.y) != (b.y > point.y) && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x) {
      inside = !inside;
    }
  }
  return inside;
}

double distance_to_segment(Xy p, Xy a, Xy b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  const double along = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - (a.x + along * dx), p.y - (a.y + along * dy));
}

double distance_to_path(const std::vector<Xy>& path, bool closed, Xy point) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool last = i + 1 == path.size();
    if (last && !closed && path.size() > 1) {
      break;
    }
    nearest = std::min(nearest, distance_to_segment(point, path[i], path[last ? 0 : i + 1]));
  }
  return nearest;
}

// Area-weighted centroid; false when the polygons have no area.
bool centroid_of_polygons(const PlanarGeometry& geometry, Xy origin, Xy& out) {
  RingMoments total;
  const auto add = [&](const std::vector<Xy>& ring, double sign) {
    const RingMoments m = moments(ring, origin);
    const double s = m.area < 0 ? -sign : sign;  // whatever way the ring was drawn
    total.area += s * m.area;
    total.weighted.x += s * m.weighted.x;
    total.weighted.y += s * m.weighted.y;
  };
  for (const PlanarPolygon& polygon : geometry.polygons) {
    add(polygon.outer, 1);
    for (const auto& hole : polygon.holes) {
      add(hole, -1);
    }
  }
  if (!(total.area > 0)) {
    return false;
  }
  out = {origin.x + total.weighted.x / total.area, origin.y + total.weighted.y / total.area};
  return true;
}

// Length-weighted centroid; false when the lines have no length.
bool centroid_of_lines(const std::vector<std::vector<Xy>>& lines, Xy origin, Xy& out) {
  double length = 0;
  Xy weighted;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      const double piece = std::hypot(line[i + 1].x - line[i].x, line[i + 1].y - line[i].y);
      length += piece;
      weighted.x += piece * ((line[i].x - origin.x) + (line[i + 1].x - origin.x)) / 2;
      weighted.y += piece * ((line[i].y - origin.y) + (line[i + 1].y - origin.y)) / 2;
    }
  }
  if (!(length > 0)) {
    return false;
  }
  out = {origin.x + weighted.x / length, origin.y + weighted.y / length};
  return true;
}

template <typename Visit>
void for_each_ring(const PlanarPolygon& polygon, const Visit& visit) {
  visit(polygon.outer);
  std::for_each(polygon.holes.begin(), polygon.holes.end(), visit);
}

std::vector<Xy> all_vertices(const PlanarGeometry& geometry) {
  std::vector<Xy> all = geometry.points;
  for (const auto& line : geometry.lines) {
    all.insert(all.end(), line.begin(), line.end());
  }
  for (const PlanarPolygon& polygon : geometry.polygons) {
    all.insert(all.end(), polygon.outer.begin(), polygon.outer.end());
  }
  return all;
}

}  // namespace

void Box::include(Xy p) {
  min_x = std::min(min_x, p.x);
  min_y = std::min(min_y, p.y);
  max_x = std::max(max_x, p.x);
  max_y = std::max(max_y, p.y);
}

void Box::include(const Box& other) {
  min_x = std::min(min_x, other.min_x);
  min_y = std::min(min_y, other.min_y);
  max_x = std::max(max_x, other.max_x);
  max_y = std::max(max_y, other.max_y);
}

Box bounds(const PlanarPolygon& polygon) {
  Box box;
  for (const Xy& p : polygon.outer) {
    box.include(p);
  }
  return box;
}

Box bounds(const PlanarGeometry& geometry) {
  Box box;
  for (const Xy& p : geometry.points) {
    box.include(p);
  }
  for (const auto& line : geometry.lines) {
    for (const Xy& p : line) {
      box.include(p);
    }
  }
  for (const PlanarPolygon& polygon : geometry.polygons) {
    box.include(bounds(polygon));
  }
  return box;
}

double planar_ring_area(const std::vector<Xy>& ring) {
  return ring.empty() ? 0 : moments(ring, ring.front()).area;
}

Xy centroid(const PlanarGeometry& geometry) {
  FG_CHECK(!geometry.empty());
  const std::vector<Xy> vertices = all_vertices(geometry);
  FG_CHECK(!vertices.empty());
  const Xy origin = vertices.front();
  Xy centre;
  if (centroid_of_polygons(geometry, origin, centre) || centroid_of_lines(geometry.lines, origin, centre)) {
    return centre;
  }
  return mean_of(vertices, origin);
}

bool contains(const PlanarPolygon& polygon, Xy point) {
  if (polygon.outer.empty() || !inside_ring(polygon.outer, point)) {
    return false;
  }
  return std::none_of(polygon.holes.begin(), polygon.holes.end(),
                      [&](const std::vector<Xy>& hole) { return !hole.empty() && inside_ring(hole, point); });
}

bool contains(const PlanarGeometry& geometry, Xy point) {
  return std::any_of(geometry.polygons.begin(), geometry.polygons.end(),
                     [&](const PlanarPolygon& polygon) { return contains(polygon, point); });
}

Xy interior_point(const PlanarPolygon& polygon) {
  // Halfway between the vertices next above and below the middle: no vertex lies on the line, so every crossing is
  // clean.
  const Box box = bounds(polygon);
  FG_CHECK(!box.empty());
  const double middle = (box.min_y + box.max_y) / 2;
  double below = box.min_y;
  double above = box.max_y;
  for_each_ring(polygon, [&](const std::vector<Xy>& ring) {
    for (const Xy& p : ring) {
      (p.y <= middle ? below : above) = p.y <= middle ? std::max(below, p.y) : std::min(above, p.y);
    }
  });
  const double y = (below + above) / 2;
  std::vector<double> crossings;
  for_each_ring(polygon, [&](const std::vector<Xy>& ring) {
    for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      if ((ring[i].y > y) != (ring[j].y > y)) {
        crossings.push_back(ring[i].x + (y - ring[i].y) * (ring[j].x - ring[i].x) / (ring[j].y - ring[i].y));
      }
    }
  });
  std::sort(crossings.begin(), crossings.end());
  Xy best{(box.min_x + box.max_x) / 2, y};
  double widest = -1;
  for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
    if (crossings[i + 1] - crossings[i] > widest) {
      widest = crossings[i + 1] - crossings[i];
      best.x = (crossings[i] + crossings[i + 1]) / 2;
    }
  }
  return best;
}

double distance(const PlanarGeometry& geometry, Xy point) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const Xy& p : geometry.points) {
    nearest = std::min(nearest, std::hypot(p.x - point.x, p.y - point.y));
  }
  for (const auto& line : geometry.lines) {
    nearest = std::min(nearest, distance_to_path(line, false, point));
  }
  for (const PlanarPolygon& polygon : geometry.polygons) {
    if (contains(polygon, point)) {
      return 0;
    }
    nearest = std::min(nearest, distance_to_path(polygon.outer, true, point));
    for (const auto& hole : polygon.holes) {
      nearest = std::min(nearest, distance_to_path(hole, true, point));
    }
  }
  return nearest;
}

}  // namespace firmground::geo
