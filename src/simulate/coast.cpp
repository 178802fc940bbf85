#include "simulate/coast.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/area.h"
#include "simulate/noise.h"

namespace firmground::simulate {

namespace {

// Open Caspian Sea, more than 60 km from any shore for the largest island: nothing drawn here can be taken for a real
// place.
constexpr geo::Xy kCentre{548000, 4622000};
constexpr double kEastWestSqueeze = 0.93;
constexpr int kHarmonics = 48;

/// Radius by angle: harmonics that fall off as a power, so that bays have bays.
std::vector<double> irregular_radii(std::uint64_t seed, std::size_t vertices) {
  base::Random random = stream(seed, Stream::coast);
  std::vector<double> radii(vertices, 1.0);
  for (int k = 2; k <= kHarmonics; ++k) {
    const double height = 0.17 * std::pow(k, -1.15);
    const double a = random.normal() * height;
    const double b = random.normal() * height;
    for (std::size_t i = 0; i < vertices; ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(vertices);
      radii[i] += a * std::cos(k * angle) + b * std::sin(k * angle);
    }
  }
  for (double& radius : radii) {
    radius = std::clamp(radius, 0.6, 1.38);  // keeps the island in its frame and star-shaped
  }
  return radii;
}

}  // namespace

Coast::Coast(std::uint64_t seed, double area_m2, const geo::Crs& crs) {
  const double mean_radius_m = std::sqrt(area_m2 / std::numbers::pi);
  const auto vertices = static_cast<std::size_t>(std::clamp(mean_radius_m * 2 * std::numbers::pi / 150, 360.0, 1800.0));
  const std::vector<double> radii = irregular_radii(seed, vertices);
  double scale_m = mean_radius_m;
  for (int round = 0; round < 6; ++round) {
    ring_.clear();
    for (std::size_t i = 0; i < vertices; ++i) {
      const double angle =
          -std::numbers::pi + 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(vertices);
      const double radius = radii[i] * scale_m;
      ring_.push_back({kCentre.x + kEastWestSqueeze * radius * std::cos(angle),
                       kCentre.y + radius * std::sin(angle) / kEastWestSqueeze});
    }
    scale_m *= std::sqrt(area_m2 / geo::ellipsoidal_area_m2(land(), crs));
  }
  for (const geo::Xy& p : ring_) {
    angles_.push_back(std::atan2(p.y - kCentre.y, p.x - kCentre.x));
  }
  // atan2 of the first vertex may be +pi or -pi by a rounding: it opens the list.
  angles_.front() = -std::numbers::pi;
}

geo::Xy Coast::centre() const {
  return kCentre;
}

geo::PlanarGeometry Coast::land() const {
  geo::PlanarGeometry land;
  land.polygons.push_back({ring_, {}});
  return land;
}

double Coast::inland_m(geo::Xy point) const {
  const double dx = point.x - kCentre.x;
  const double dy = point.y - kCentre.y;
  const double distance_m = std::hypot(dx, dy);
  if (distance_m < 1) {
    return std::hypot(ring_[0].x - kCentre.x, ring_[0].y - kCentre.y);
  }
  const auto after = std::upper_bound(angles_.begin(), angles_.end(), std::atan2(dy, dx));
  const std::size_t j = after == angles_.end() ? 0 : static_cast<std::size_t>(after - angles_.begin());
  const geo::Xy& a = ring_[(j + ring_.size() - 1) % ring_.size()];
  const geo::Xy& b = ring_[j];
  // The ray centre + t (dx, dy) meets the edge a-b where the cross product with the edge vanishes.
  const double ex = b.x - a.x;
  const double ey = b.y - a.y;
  const double t = ((a.x - kCentre.x) * ey - (a.y - kCentre.y) * ex) / (dx * ey - dy * ex);
  return (t - 1) * distance_m;
}

}  // namespace firmground::simulate
