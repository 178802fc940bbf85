#include "evidence/row_chart.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace firmground::evidence {

using geo::Xy;

RowChart RowChart::arc(Xy middle, double heading, double curvature, double from_m, double to_m) {
  std::vector<Xy> line;
  const auto before = static_cast<int>(std::ceil(from_m / kStep_m));
  const auto after = static_cast<int>(std::ceil(to_m / kStep_m));
  for (int i = -before; i <= after; ++i) {
    const double s = i * kStep_m;
    const double half_turn = 0.5 * curvature * s;
    const double chord = std::abs(half_turn) < 1e-9 ? s : s * std::sin(half_turn) / half_turn;
    line.push_back(
        {middle.x + chord * std::cos(heading + half_turn), middle.y + chord * std::sin(heading + half_turn)});
  }
  return {line, -before * kStep_m};
}

RowChart::RowChart(const std::vector<Xy>& line, double first_s_m) : first_s_(first_s_m) {
  FG_CHECK(line.size() >= 2);
  points_.push_back(line.front());
  double left_m = kStep_m;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const double long_m = std::hypot(line[i + 1].x - line[i].x, line[i + 1].y - line[i].y);
    double at_m = 0;
    while (long_m - at_m >= left_m - 1e-9) {
      at_m += left_m;
      const double u = std::min(1.0, at_m / long_m);
      points_.push_back({std::lerp(line[i].x, line[i + 1].x, u), std::lerp(line[i].y, line[i + 1].y, u)});
      left_m = kStep_m;
    }
    left_m -= long_m - at_m;
  }
  FG_CHECK(points_.size() >= 2);
  set_directions();
}

void RowChart::set_directions() {
  const std::size_t last = points_.size() - 1;
  along_.resize(points_.size());
  for (std::size_t i = 0; i <= last; ++i) {
    const Xy a = points_[i > 0 ? i - 1 : 0];
    const Xy b = points_[std::min(last, i + 1)];
    const double chord_m = std::hypot(b.x - a.x, b.y - a.y);
    along_[i] = {(b.x - a.x) / chord_m, (b.y - a.y) / chord_m};
  }
}

RowChart::Frame RowChart::frame(double s) const {
  const double t = (s - first_s_) / kStep_m;
  const auto last = static_cast<double>(points_.size() - 1);
  const double inside = std::clamp(t, 0.0, last);
  const auto i = std::min(static_cast<std::size_t>(inside), points_.size() - 2);
  const double u = inside - static_cast<double>(i);
  Frame f{{std::lerp(points_[i].x, points_[i + 1].x, u), std::lerp(points_[i].y, points_[i + 1].y, u)},
          {std::lerp(along_[i].x, along_[i + 1].x, u), std::lerp(along_[i].y, along_[i + 1].y, u)}};
  const double length = std::hypot(f.along.x, f.along.y);
  f.along = {f.along.x / length, f.along.y / length};
  const double beyond_m = (t - inside) * kStep_m;
  f.point = {f.point.x + beyond_m * f.along.x, f.point.y + beyond_m * f.along.y};
  return f;
}

RowChart::Local RowChart::local(Xy p) const {
  constexpr std::size_t kStride = 8;
  const auto away = [&](std::size_t i) { return std::hypot(p.x - points_[i].x, p.y - points_[i].y); };
  std::size_t nearest = 0;
  for (std::size_t i = 0; i < points_.size(); i += kStride) {
    nearest = away(i) < away(nearest) ? i : nearest;
  }
  const std::size_t from = nearest > kStride ? nearest - kStride : 0;
  for (std::size_t i = from; i < std::min(points_.size(), nearest + kStride + 1); ++i) {
    nearest = away(i) < away(nearest) ? i : nearest;
  }
  double s = first_s_ + kStep_m * static_cast<double>(nearest);
  Frame f = frame(s);
  constexpr int kRefinements = 4;  // each shrinks the error by n x curvature: to millimetres
  for (int round = 0; round < kRefinements; ++round) {
    s += (p.x - f.point.x) * f.along.x + (p.y - f.point.y) * f.along.y;
    f = frame(s);
  }
  return {s, (p.y - f.point.y) * f.along.x - (p.x - f.point.x) * f.along.y};
}

Xy RowChart::at(double s, double n) const {
  const Frame f = frame(s);
  return {f.point.x - n * f.along.y, f.point.y + n * f.along.x};
}

double RowChart::heading(double s) const {
  const Frame f = frame(s);
  return std::atan2(f.along.y, f.along.x);
}

}  // namespace firmground::evidence
