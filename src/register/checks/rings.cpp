#include "register/checks/rings.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace firmground::registry::checks {

namespace {

constexpr double kStepsPerDegree = 1e8;  ///< the register keeps coordinates to about a millimetre

struct Corner {
  std::int64_t lon = 0, lat = 0;
  friend auto operator<=>(const Corner&, const Corner&) = default;
};

std::vector<Corner> corners_of(const GeographicRing& ring) {
  std::vector<Corner> corners;
  corners.reserve(ring.size());
  for (const geo::LonLat& p : ring) {
    corners.push_back({std::llround(p.lon * kStepsPerDegree), std::llround(p.lat * kStepsPerDegree)});
  }
  return corners;
}

std::vector<Corner> from_smallest(std::vector<Corner> corners) {
  std::rotate(corners.begin(), std::min_element(corners.begin(), corners.end()), corners.end());
  return corners;
}

std::string joined(std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  std::string all;
  for (const std::string& key : keys) {
    all += key;
    all += '|';
  }
  return all;
}

}  // namespace

bool same_place(geo::LonLat a, geo::LonLat b, double tolerance_deg) {
  return std::abs(a.lon - b.lon) <= tolerance_deg && std::abs(a.lat - b.lat) <= tolerance_deg;
}

std::string corners_key(const GeographicRing& ring) {
  const std::vector<Corner> forward = from_smallest(corners_of(ring));
  std::vector<Corner> backward(forward.rbegin(), forward.rend());
  backward = from_smallest(std::move(backward));
  const std::vector<Corner>& one = std::min(forward, backward);
  std::string key(one.size() * sizeof(Corner), '\0');
  std::memcpy(key.data(), one.data(), key.size());
  return key;
}

std::string corners_key(const GeographicPolygon& polygon) {
  std::vector<std::string> holes;
  holes.reserve(polygon.holes.size());
  for (const auto& hole : polygon.holes) {
    holes.push_back(corners_key(hole));
  }
  return corners_key(polygon.outer) + "/" + joined(std::move(holes));
}

std::string corners_key(const geo::GeographicGeometry& geometry) {
  std::vector<std::string> parts;
  parts.reserve(geometry.polygons.size());
  for (const auto& polygon : geometry.polygons) {
    parts.push_back(corners_key(polygon));
  }
  return joined(std::move(parts));
}

std::size_t distinct_corners(const GeographicRing& ring) {
  std::vector<Corner> corners = corners_of(ring);
  std::sort(corners.begin(), corners.end());
  return static_cast<std::size_t>(std::unique(corners.begin(), corners.end()) - corners.begin());
}

Repeats repeats_of(const GeographicRing& ring, double tolerance_deg) {
  Repeats repeats;
  for (std::size_t i = 1; i < ring.size(); ++i) {
    repeats.neighbours += same_place(ring[i - 1], ring[i], tolerance_deg) ? 1 : 0;
  }
  const std::size_t n = ring.size();
  repeats.closing = n > 1 && same_place(ring[0], ring[n - 1], tolerance_deg);
  repeats.closing_pair =
      n > 4 && same_place(ring[0], ring[n - 2], tolerance_deg) && same_place(ring[1], ring[n - 1], tolerance_deg);
  return repeats;
}

GeographicRing without_repeats(const GeographicRing& ring) {
  GeographicRing clean = ring;
  clean.erase(std::unique(clean.begin(), clean.end()), clean.end());
  const std::size_t n = clean.size();
  if (n > 4 && clean[n - 2] == clean[0] && clean[n - 1] == clean[1]) {
    clean.resize(n - 2);
  }
  while (clean.size() > 1 && clean.front() == clean.back()) {
    clean.pop_back();
  }
  return clean;
}

geo::GeographicGeometry without_repeats(const geo::GeographicGeometry& geometry) {
  geo::GeographicGeometry clean = geometry;
  for (auto& polygon : clean.polygons) {
    polygon.outer = without_repeats(polygon.outer);
    for (auto& hole : polygon.holes) {
      hole = without_repeats(hole);
    }
  }
  return clean;
}

}  // namespace firmground::registry::checks
