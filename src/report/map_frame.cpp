#include "report/map_frame.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace firmground::report {

namespace {

constexpr double kTolerance = 0.25;  // points: finer than a printer's dot
constexpr double kGrain = 0.05;      // points: coordinates are rounded to it, which keeps documents small
constexpr double kSmallest = 1.0;    // points: what still can be seen

double distance_to(const Point& p, const Point& a, const Point& b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = std::hypot(dx, dy);
  return length == 0 ? std::hypot(p.x - a.x, p.y - a.y) : std::abs(dx * (p.y - a.y) - dy * (p.x - a.x)) / length;
}

/// Marks the points of [first, last] that a line within the tolerance needs (Douglas and Peucker 1973).
void mark_needed(const std::vector<Point>& points, std::size_t first, std::size_t last, std::vector<bool>& needed) {
  std::size_t farthest = first;
  double most = kTolerance;
  for (std::size_t i = first + 1; i < last; ++i) {
    const double away = distance_to(points[i], points[first], points[last]);
    if (away > most) {
      most = away;
      farthest = i;
    }
  }
  if (farthest != first) {
    needed[farthest] = true;
    mark_needed(points, first, farthest, needed);
    mark_needed(points, farthest, last, needed);
  }
}

std::vector<Point> thinned_line(const std::vector<Point>& points) {
  if (points.size() < 3) {
    return points;
  }
  std::vector<bool> needed(points.size(), false);
  needed.front() = needed.back() = true;
  mark_needed(points, 0, points.size() - 1, needed);
  std::vector<Point> kept;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (needed[i]) {
      kept.push_back(points[i]);
    }
  }
  return kept;
}

/// A ring is cut where it begins and at the vertex farthest from there.
std::vector<Point> thinned_ring(const std::vector<Point>& ring) {
  std::vector<Point> closed = ring;
  closed.push_back(ring.front());
  std::size_t farthest = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const auto away = [&](std::size_t k) { return std::hypot(ring[k].x - ring[0].x, ring[k].y - ring[0].y); };
    farthest = away(i) > away(farthest) ? i : farthest;
  }
  std::vector<bool> needed(closed.size(), false);
  needed.front() = needed[farthest] = true;
  mark_needed(closed, 0, farthest, needed);
  mark_needed(closed, farthest, closed.size() - 1, needed);
  std::vector<Point> kept;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    if (needed[i]) {
      kept.push_back(ring[i]);
    }
  }
  return kept;
}

/// Keeps the side of one edge of the rectangle; `inside` is positive there.
template <typename Inside>
std::vector<Point> kept_side(const std::vector<Point>& outline, const Inside& inside) {
  std::vector<Point> kept;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point& a = outline[i];
    const Point& b = outline[(i + 1) % outline.size()];
    const double at_a = inside(a);
    const double at_b = inside(b);
    if (at_a >= 0) {
      kept.push_back(a);
    }
    if ((at_a >= 0) != (at_b >= 0)) {
      const double t = at_a / (at_a - at_b);
      kept.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
    }
  }
  return kept;
}

/// Cuts the segment to the rectangle (Liang and Barsky 1984); false when nothing of it is inside.
bool cut_to(double width, double height, Point& a, Point& b) {
  double from = 0;
  double to = 1;
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double directions[] = {-dx, dx, -dy, dy};
  const double rooms[] = {a.x, width - a.x, a.y, height - a.y};
  for (std::size_t side = 0; side < 4; ++side) {
    if (directions[side] == 0) {
      if (rooms[side] < 0) {
        return false;
      }
      continue;
    }
    const double t = rooms[side] / directions[side];
    (directions[side] < 0 ? from : to) = directions[side] < 0 ? std::max(from, t) : std::min(to, t);
  }
  if (from > to) {
    return false;
  }
  const Point start = a;
  a = {start.x + from * dx, start.y + from * dy};
  b = {start.x + to * dx, start.y + to * dy};
  return true;
}

}  // namespace

std::vector<Point> clipped(const std::vector<Point>& outline, double width, double height) {
  std::vector<Point> kept = kept_side(outline, [](const Point& p) { return p.x; });
  kept = kept_side(kept, [&](const Point& p) { return width - p.x; });
  kept = kept_side(kept, [](const Point& p) { return p.y; });
  return kept_side(kept, [&](const Point& p) { return height - p.y; });
}

MapFrame::MapFrame(const geo::Box& extent, double width, double height) : width_(width), height_(height) {
  FG_CHECK(!extent.empty());
  const double wide_m = std::max(1.0, extent.max_x - extent.min_x);
  const double high_m = std::max(1.0, extent.max_y - extent.min_y);
  scale_ = std::min(width / wide_m, height / high_m);
  left_m_ = (extent.min_x + extent.max_x) / 2 - width / scale_ / 2;
  top_m_ = (extent.min_y + extent.max_y) / 2 + height / scale_ / 2;
  seen_ = {left_m_, top_m_ - height / scale_, left_m_ + width / scale_, top_m_};
}

std::vector<Point> MapFrame::on_paper(const std::vector<geo::Xy>& vertices) const {
  std::vector<Point> points;
  points.reserve(vertices.size());
  for (const geo::Xy& vertex : vertices) {
    const Point p = at(vertex);
    points.push_back({std::round(p.x / kGrain) * kGrain, std::round(p.y / kGrain) * kGrain});
  }
  return points;
}

void MapFrame::add_ring(const std::vector<geo::Xy>& ring, bool is_hole, Shape& shape) const {
  geo::Box box;
  for (const geo::Xy& vertex : ring) {
    box.include(vertex);
  }
  if (!box.intersects(seen_)) {
    return;
  }
  const double size = std::max(box.max_x - box.min_x, box.max_y - box.min_y) * scale_;
  if (size < kSmallest) {
    const Point centre = at({(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2});
    if (!is_hole && shows({(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2})) {
      shape.outlines.push_back(rectangle(centre.x - kSmallest / 2, centre.y - kSmallest / 2, kSmallest, kSmallest));
    }
    return;
  }
  std::vector<Point> points = thinned_ring(on_paper(ring));
  if (!(seen_.contains({box.min_x, box.min_y}) && seen_.contains({box.max_x, box.max_y}))) {
    points = clipped(points, width_, height_);
  }
  if (points.size() >= 3) {
    shape.outlines.push_back(std::move(points));
  } else if (points.size() == 2 && !is_hole) {
    // A sliver of a line's width: drawn as one, so that it does not vanish.
    shape.outlines.push_back(
        {points[0], points[1], {points[1].x + 0.3, points[1].y + 0.3}, {points[0].x + 0.3, points[0].y + 0.3}});
  }
}

void MapFrame::add_polygons(const geo::PlanarGeometry& geometry, Shape& shape) const {
  for (const geo::PlanarPolygon& polygon : geometry.polygons) {
    add_ring(polygon.outer, false, shape);
    for (const auto& hole : polygon.holes) {
      add_ring(hole, true, shape);
    }
  }
  for (const geo::Xy& point : geometry.points) {
    if (shows(point)) {
      const Point p = at(point);
      shape.outlines.push_back(rectangle(p.x - kSmallest, p.y - kSmallest, 2 * kSmallest, 2 * kSmallest));
    }
  }
}

void MapFrame::add_line(const std::vector<geo::Xy>& line, Shape& shape) const {
  const std::vector<Point> points = thinned_line(on_paper(line));
  std::vector<Point> part;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    Point a = points[i];
    Point b = points[i + 1];
    const bool seen = cut_to(width_, height_, a, b);
    const bool goes_on = seen && !part.empty() && part.back().x == a.x && part.back().y == a.y;
    if (!goes_on && part.size() >= 2) {
      shape.outlines.push_back(part);
    }
    if (!goes_on) {
      part.clear();
    }
    if (seen) {
      if (part.empty()) {
        part.push_back(a);
      }
      part.push_back(b);
    }
  }
  if (part.size() >= 2) {
    shape.outlines.push_back(std::move(part));
  }
}

void MapFrame::add_lines(const geo::PlanarGeometry& geometry, Shape& shape) const {
  for (const auto& line : geometry.lines) {
    add_line(line, shape);
  }
  for (const geo::PlanarPolygon& polygon : geometry.polygons) {
    std::vector<geo::Xy> ring = polygon.outer;
    if (!ring.empty()) {
      ring.push_back(ring.front());
      add_line(ring, shape);
    }
  }
}

}  // namespace firmground::report
