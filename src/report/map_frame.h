#pragma once
#include <optional>
#include <vector>

#include "geo/geometry.h"
#include "report/picture.h"

namespace firmground::report {

/// Puts ground on paper: one scale, north up, cut at the frame.
class MapFrame {
 public:
  /// The extent is centred in the rectangle (0, 0) to (width, height).  REQUIRES: !extent.empty().
  MapFrame(const geo::Box& extent, double width, double height);

  Point at(geo::Xy p) const { return {(p.x - left_m_) * scale_, (top_m_ - p.y) * scale_}; }
  bool shows(geo::Xy p) const { return seen_.contains(p); }
  double width() const { return width_; }
  double height() const { return height_; }
  double points_per_metre() const { return scale_; }

  /// Adds the polygons' rings, simplified to a quarter of a point; a ring too small to draw becomes a square of one
  /// point.
  void add_polygons(const geo::PlanarGeometry& geometry, Shape& shape) const;
  void add_lines(const geo::PlanarGeometry& geometry, Shape& shape) const;

 private:
  std::vector<Point> on_paper(const std::vector<geo::Xy>& vertices) const;
  void add_ring(const std::vector<geo::Xy>& ring, bool is_hole, Shape& shape) const;
  void add_line(const std::vector<geo::Xy>& line, Shape& shape) const;

  double width_, height_, scale_, left_m_, top_m_;
  geo::Box seen_;
};

/// The part of a closed outline inside the rectangle (0, 0) to (width, height) (Sutherland and Hodgman 1974).
std::vector<Point> clipped(const std::vector<Point>& outline, double width, double height);

}  // namespace firmground::report
