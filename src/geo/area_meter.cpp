#include <array>
#include <cmath>
#include <mutex>
#include <numbers>

#include "geo/area.h"

namespace firmground::geo {

namespace {

constexpr double kSquare_m = 16'000;
// A polygon is measured by the square of its middle as long as it stays within this distance of the square's middle.
constexpr double kReach_m = 12'000;
// Of the area; what area_scale() itself is good for is 1e-11.
constexpr double kLargestMisfit = 2e-10;
constexpr int kNodes = 6;
constexpr int kDegree = 3;

using Chebyshev = std::array<double, kDegree + 1>;

Chebyshev chebyshev(double u) {
  return {1, u, 2 * u * u - 1, 4 * u * u * u - 3 * u};
}

}  // namespace

// The ratio m of ellipsoid to planar area about a middle, as a cubic in metres from it.
struct AreaMeter::Square {
  Xy middle;
  bool holds = false;
  // Of x^i y^j, i + j <= 3.
  double c00 = 0, c10 = 0, c01 = 0, c20 = 0, c11 = 0, c02 = 0, c30 = 0, c21 = 0, c12 = 0, c03 = 0;

  Square(Xy at, const Crs& crs) : middle(at) {
    fit(crs);
    holds = fits(crs);
  }

  double ratio(double x, double y) const {
    return c00 + x * (c10 + x * (c20 + x * c30) + y * (c11 + y * c12 + x * c21)) + y * (c01 + y * (c02 + y * c03));
  }

  // M with dM/dx = m: by Green's theorem the integral of m over a ring's ground is that of M dy along the ring.
  double swept(double x, double y) const {
    const double row0 = c00 + y * (c01 + y * (c02 + y * c03));
    const double row1 = c10 + y * (c11 + y * c12);
    const double row2 = c20 + y * c21;
    return x * (row0 + x * (row1 / 2 + x * (row2 / 3 + x * c30 / 4)));
  }

  double ring_m2(const std::vector<Xy>& ring) const {
    // Gauss-Legendre with three points: exact to the fifth degree, and M dy is of the fourth.
    static const double kOuter = std::sqrt(0.6) / 2;
    double sum = 0;
    Xy a{ring.back().x - middle.x, ring.back().y - middle.y};
    for (const Xy& p : ring) {
      const Xy b{p.x - middle.x, p.y - middle.y};
      const Xy half{(a.x + b.x) / 2, (a.y + b.y) / 2};
      const Xy along{b.x - a.x, b.y - a.y};
      const double before = swept(half.x - kOuter * along.x, half.y - kOuter * along.y);
      const double after = swept(half.x + kOuter * along.x, half.y + kOuter * along.y);
      sum += along.y * (5 * (before + after) + 8 * swept(half.x, half.y)) / 18;
      a = b;
    }
    return std::abs(sum);
  }

 private:
  // Chebyshev polynomials are orthogonal on their nodes, so that the best cubic needs no equations to be solved.
  void fit(const Crs& crs) {
    std::array<double, kNodes> node{};
    std::array<Chebyshev, kNodes> value{};
    for (int k = 0; k < kNodes; ++k) {
      node[static_cast<std::size_t>(k)] = std::cos((k + 0.5) * std::numbers::pi / kNodes);
      value[static_cast<std::size_t>(k)] = chebyshev(node[static_cast<std::size_t>(k)]);
    }
    std::array<Chebyshev, kDegree + 1> t{};
    for (std::size_t k = 0; k < kNodes; ++k) {
      for (std::size_t l = 0; l < kNodes; ++l) {
        const double m = area_scale({middle.x + kReach_m * node[k], middle.y + kReach_m * node[l]}, crs);
        for (std::size_t i = 0; i <= kDegree; ++i) {
          for (std::size_t j = 0; i + j <= kDegree; ++j) {
            t[i][j] += m * value[k][i] * value[l][j] * (i == 0 ? 1 : 2) * (j == 0 ? 1 : 2) / (kNodes * kNodes);
          }
        }
      }
    }
    constexpr double r = kReach_m;
    c00 = t[0][0] - t[2][0] - t[0][2];
    c10 = (t[1][0] - 3 * t[3][0] - t[1][2]) / r;
    c01 = (t[0][1] - 3 * t[0][3] - t[2][1]) / r;
    c20 = 2 * t[2][0] / (r * r);
    c11 = t[1][1] / (r * r);
    c02 = 2 * t[0][2] / (r * r);
    c30 = 4 * t[3][0] / (r * r * r);
    c21 = 2 * t[2][1] / (r * r * r);
    c12 = 2 * t[1][2] / (r * r * r);
    c03 = 4 * t[0][3] / (r * r * r);
  }

  // At places between the nodes, the corners among them.
  bool fits(const Crs& crs) const {
    for (const double x : {-1.0, -0.6, 0.0, 0.5, 1.0}) {
      for (const double y : {-1.0, -0.4, 0.1, 1.0}) {
        const double m = area_scale({middle.x + kReach_m * x, middle.y + kReach_m * y}, crs);
        if (!(std::abs(ratio(kReach_m * x, kReach_m * y) / m - 1) < kLargestMisfit)) {
          return false;
        }
      }
    }
    return true;
  }
};

AreaMeter::AreaMeter(Crs crs) : crs_(std::move(crs)), squares_(std::make_shared<Squares>()) {}

const AreaMeter::Square& AreaMeter::square_at(Xy point) const {
  const auto place = std::pair(static_cast<std::int64_t>(std::floor(point.x / kSquare_m)),
                               static_cast<std::int64_t>(std::floor(point.y / kSquare_m)));
  {
    const std::shared_lock lock(squares_->mutex);
    if (const auto found = squares_->by_place.find(place); found != squares_->by_place.end()) {
      return *found->second;
    }
  }
  const Xy middle{(static_cast<double>(place.first) + 0.5) * kSquare_m,
                  (static_cast<double>(place.second) + 0.5) * kSquare_m};
  auto made = std::make_unique<const Square>(middle, crs_);
  const std::unique_lock lock(squares_->mutex);
  return *squares_->by_place.try_emplace(place, std::move(made)).first->second;
}

double AreaMeter::area_m2(const PlanarPolygon& polygon) const {
  if (polygon.outer.size() < 3) {
    return ellipsoidal_area_m2(polygon, crs_);
  }
  const Box box = bounds(polygon);
  const Square& square = square_at({(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2});
  const Box reach = Box{square.middle.x, square.middle.y, square.middle.x, square.middle.y}.grown(kReach_m);
  if (!square.holds || !reach.contains({box.min_x, box.min_y}) || !reach.contains({box.max_x, box.max_y})) {
    return ellipsoidal_area_m2(polygon, crs_);
  }
  double area = square.ring_m2(polygon.outer);
  for (const auto& hole : polygon.holes) {
    if (hole.size() >= 3) {
      area -= square.ring_m2(hole);
    }
  }
  return area;
}

}  // namespace firmground::geo
