#pragma once
#include <vector>

#include "geo/geometry.h"

namespace firmground::evidence {

/// Coordinates along and across a bent line: s metres along it, n metres to its left.  Rows laid along the line have n
/// nearly constant.  docs/methods/row-patterns.md, eq. 1.
class RowChart {
 public:
  struct Local {
    double s = 0;
    double n = 0;
  };

  /// An arc through `middle` with the heading (radians, counter-clockwise from east) and curvature (1/m, to the left)
  /// there, from `from_m` before it to `to_m` after it; s = 0 in the middle.
  static RowChart arc(geo::Xy middle, double heading, double curvature, double from_m, double to_m);
  /// A line given by points, first to last; s = `first_s_m` at the first.  REQUIRES: two points kStep_m apart at least.
  RowChart(const std::vector<geo::Xy>& line, double first_s_m);

  /// The foot of the perpendicular from the point; ends are extended straight.  Cost: O(length).
  Local local(geo::Xy p) const;
  geo::Xy at(double s, double n) const;
  double heading(double s) const;
  double first_s() const { return first_s_; }
  double last_s() const { return first_s_ + kStep_m * static_cast<double>(points_.size() - 1); }

  static constexpr double kStep_m = 2;

 private:
  struct Frame {
    geo::Xy point, along;
  };
  Frame frame(double s) const;
  void set_directions();

  double first_s_ = 0;
  std::vector<geo::Xy> points_;  ///< every kStep_m
  std::vector<geo::Xy> along_;   ///< unit vectors
};

}  // namespace firmground::evidence
