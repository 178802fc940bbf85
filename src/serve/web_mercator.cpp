#include "serve/web_mercator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace firmground::serve {
namespace {

constexpr double kMaxLatitude = 85.05112877980659;
constexpr double kLongestEdge_m = 2000;
constexpr double kEquator_m = 2 * std::numbers::pi * 6378137.0;

}  // namespace

void WorldBox::include(WorldXy p) {
  min_x = std::min(min_x, p.x);
  min_y = std::min(min_y, p.y);
  max_x = std::max(max_x, p.x);
  max_y = std::max(max_y, p.y);
}

void WorldBox::include(const WorldBox& other) {
  min_x = std::min(min_x, other.min_x);
  min_y = std::min(min_y, other.min_y);
  max_x = std::max(max_x, other.max_x);
  max_y = std::max(max_y, other.max_y);
}

WorldBox TileId::box() const {
  const double s = size();
  return {x * s, y * s, (x + 1.0) * s, (y + 1.0) * s};
}

WorldXy to_world(geo::LonLat p) {
  const double latitude = std::clamp(p.lat, -kMaxLatitude, kMaxLatitude) * std::numbers::pi / 180;
  return {(p.lon + 180) / 360, 0.5 - std::asinh(std::tan(latitude)) / (2 * std::numbers::pi)};
}

geo::LonLat to_lon_lat(WorldXy p) {
  return {p.x * 360 - 180, std::atan(std::sinh((0.5 - p.y) * 2 * std::numbers::pi)) * 180 / std::numbers::pi};
}

double metres_per_world(double world_y) {
  return kEquator_m / std::cosh((0.5 - world_y) * 2 * std::numbers::pi);
}

std::vector<WorldXy> to_world(const std::vector<geo::Xy>& line, bool closed, const geo::Crs& crs) {
  std::vector<geo::Xy> dense;
  dense.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    dense.push_back(line[i]);
    if (i + 1 == line.size() && !closed) {
      break;
    }
    const geo::Xy a = line[i];
    const geo::Xy b = line[(i + 1) % line.size()];
    const double pieces = std::ceil(std::hypot(b.x - a.x, b.y - a.y) / kLongestEdge_m);
    for (double k = 1; k < pieces; ++k) {
      dense.push_back({a.x + (b.x - a.x) * k / pieces, a.y + (b.y - a.y) * k / pieces});
    }
  }
  std::vector<geo::LonLat> lon_lat(dense.size());
  crs.to_lon_lat(dense, lon_lat);
  std::vector<WorldXy> world;
  world.reserve(lon_lat.size());
  for (const geo::LonLat p : lon_lat) {
    world.push_back(to_world(p));
  }
  return world;
}

}  // namespace firmground::serve
