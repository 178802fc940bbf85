#include "serve/nearby.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "serve/served_records.h"

namespace firmground::serve {
namespace {

constexpr double kFirstSearch_m = 250;

}  // namespace

std::vector<Near> within(const Edition& edition, const VectorLayer& layer, const Spot& spot, double radius_m) {
  const WorldXy middle = to_world(spot.lon_lat);
  WorldBox box;
  box.include(middle);
  // One per cent more than the sphere says: the ellipsoid and the projection's scale differ from it by less.
  box = box.grown(1.01 * radius_m / metres_per_world(middle.y));
  std::vector<std::uint32_t> hits = layer.shapes_in(box);
  const std::vector<std::uint32_t> points = layer.points_in(box);
  hits.insert(hits.end(), points.begin(), points.end());
  std::vector<Near> found;
  for (const std::uint32_t hit : hits) {
    const std::size_t position = layer.features()[hit].record;
    const double distance = geo::distance(geometry_of(edition.snapshot(), layer.name(), position), spot.xy);
    if (distance <= radius_m) {
      found.push_back({position, distance});
    }
  }
  std::sort(found.begin(), found.end(), [](const Near& a, const Near& b) {
    return std::tie(a.distance_m, a.position) < std::tie(b.distance_m, b.position);
  });
  const auto same = [](const Near& a, const Near& b) { return a.position == b.position; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  return found;
}

std::optional<Near> nearest(const Edition& edition, const VectorLayer* layer, const Spot& spot, double limit_m) {
  for (double radius = kFirstSearch_m; layer != nullptr; radius = std::min(2 * radius, limit_m)) {
    const std::vector<Near> found = within(edition, *layer, spot, radius);
    if (!found.empty()) {
      return found.front();
    }
    if (radius >= limit_m) {
      break;
    }
  }
  return std::nullopt;
}

base::Result<Spot> spot_of(const Edition& edition, const Request& request) {
  Spot spot;
  FG_TRY(spot.lon_lat.lon, number_parameter(request, "lon", -180, 180));
  FG_TRY(spot.lon_lat.lat, number_parameter(request, "lat", -85, 85));
  spot.xy = edition.crs().to_programme(spot.lon_lat);
  if (!std::isfinite(spot.xy.x) || !std::isfinite(spot.xy.y)) {
    return base::fail("serve.point_outside",
                      {{"lon", fmt::format("{}", spot.lon_lat.lon)}, {"lat", fmt::format("{}", spot.lon_lat.lat)}});
  }
  return spot;
}

}  // namespace firmground::serve
