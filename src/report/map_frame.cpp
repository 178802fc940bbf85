#include "report/map_frame.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace firmground::report {

namespace {

constexpr double kTolerance = 0.33;  // points: finer than a printer's dot
constexpr double kSmallest = 1.0;    // points: what still can be seen

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

std::vector<Point> MapFrame::thinned(const std::vector<geo::Xy>& vertices) const {
  std::vector<Point> points;
  for (const geo::Xy& vertex : vertices) {
    const Point p = at(vertex);
    if (points.empty() || std::hypot(p.x - points.back().x, p.y - points.back().y) >= kTolerance) {
      points.push_back(p);
    }
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
  std::vector<Point> points = thinned(ring);
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
  const std::vector<Point> points = thinned(line);
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
