#include <geodesic.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "geo/crs.h"
#include "geo/proj_thread.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

/// Whole degrees round the points that have a place; false when none has.
bool neighbourhood(std::span<const LonLat> points, ThreadProj::Neighbourhood& around) {
  Box box;
  for (const LonLat& p : points) {
    if (std::abs(p.lon) <= 360 && std::abs(p.lat) <= 90) {
      box.include(Xy{p.lon, p.lat});
    }
  }
  if (box.empty()) {
    return false;
  }
  around = {std::max(-180, static_cast<int>(std::floor(box.min_x))),
            std::max(-90, static_cast<int>(std::floor(box.min_y))),
            std::min(180, static_cast<int>(std::floor(box.max_x)) + 1),
            std::min(90, static_cast<int>(std::floor(box.max_y)) + 1)};
  return true;
}

const geod_geodesic& wgs84_ellipsoid() {
  static const geod_geodesic ellipsoid = [] {
    geod_geodesic made;
    geod_init(&made, 6378137.0, 1 / 298.257223563);
    return made;
  }();
  return ellipsoid;
}

Result<std::vector<LonLat>> degrees_on_own_datum(const std::string& crs, std::span<const Xy> points) {
  bool known = false;
  PJ* projection = thread_proj().projection(crs, known);
  if (!known) {
    return fail("geo.crs_unknown", {{"crs", crs}});
  }
  std::vector<LonLat> degrees;
  degrees.reserve(points.size());
  for (const Xy& p : points) {
    degrees.push_back({p.x, p.y});
  }
  if (projection != nullptr && !degrees.empty()) {
    transform_in_place(projection, PJ_FWD, &degrees[0].lon, &degrees[0].lat, degrees.size());
  }
  return degrees;
}

}  // namespace

std::string to_text(const DatumShift& operation) {
  return operation.id.empty() ? operation.name : operation.id + " " + operation.name;
}

Result<Placed> place(const std::string& crs, std::span<const Xy> points) {
  ThreadProj& proj = thread_proj();
  Placed placed;
  FG_TRY(placed.points, degrees_on_own_datum(crs, points));
  std::vector<LonLat>& out = placed.points;
  // Where the points are, to a degree, is known on their own datum already: it decides on the operation.
  ThreadProj::Neighbourhood around = {-180, -90, 180, 90};
  const bool somewhere = neighbourhood(out, around);
  const WayToWgs84* way = proj.way(crs, around);
  if (way == nullptr) {
    return fail("geo.crs_unknown", {{"crs", crs}});
  }
  if (way->datum && somewhere) {
    transform_in_place(way->datum.get(), PJ_FWD, &out[0].lon, &out[0].lat, out.size());
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isfinite(out[i].lon) || !std::isfinite(out[i].lat)) {
      return fail("geo.transform_failed",
                  {{"x", std::to_string(points[i].x)}, {"y", std::to_string(points[i].y)}, {"crs", crs}});
    }
  }
  placed.operation = way->operation;
  return placed;
}

Result<std::vector<DatumShift>> operations_for(const std::string& crs, std::span<const Xy> points) {
  FG_TRY(const auto degrees, degrees_on_own_datum(crs, points));
  ThreadProj::Neighbourhood around = {-180, -90, 180, 90};
  neighbourhood(degrees, around);
  return thread_proj().ranked(crs, around);
}

Result<std::vector<Xy>> numbers_in(const std::string& crs, std::span<const LonLat> points) {
  ThreadProj& proj = thread_proj();
  ThreadProj::Neighbourhood around = {-180, -90, 180, 90};
  const bool somewhere = neighbourhood(points, around);
  const WayToWgs84* way = proj.way(crs, around);
  if (way == nullptr) {
    return fail("geo.crs_unknown", {{"crs", crs}});
  }
  std::vector<LonLat> degrees(points.begin(), points.end());
  if (way->datum && somewhere) {
    transform_in_place(way->datum.get(), PJ_INV, &degrees[0].lon, &degrees[0].lat, degrees.size());
  }
  if (way->to_degrees && !degrees.empty()) {
    transform_in_place(way->to_degrees.get(), PJ_INV, &degrees[0].lon, &degrees[0].lat, degrees.size());
  }
  std::vector<Xy> numbers;
  numbers.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isfinite(degrees[i].lon) || !std::isfinite(degrees[i].lat)) {
      return fail("geo.transform_failed",
                  {{"x", std::to_string(points[i].lon)}, {"y", std::to_string(points[i].lat)}, {"crs", crs}});
    }
    numbers.push_back({degrees[i].lon, degrees[i].lat});
  }
  return numbers;
}

Result<std::vector<LonLat>> transform_to_lon_lat(const std::string& crs, std::span<const Xy> points) {
  FG_TRY(Placed placed, place(crs, points));
  return std::move(placed.points);
}

std::string crs_name(const std::string& crs) {
  const Pj object(proj_create(thread_proj().context(), crs.c_str()));
  return object && proj_is_crs(object.get()) != 0 ? proj_get_name(object.get()) : std::string();
}

bool is_geographic(const std::string& crs) {
  const Pj object(proj_create(thread_proj().context(), crs.c_str()));
  if (!object) {
    return false;
  }
  const PJ_TYPE type = proj_get_type(object.get());
  return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
}

LonLat geodesic_end(LonLat from, double azimuth_deg, double distance_m) {
  LonLat end;
  geod_direct(&wgs84_ellipsoid(), from.lat, from.lon, azimuth_deg, distance_m, &end.lat, &end.lon, nullptr);
  return end;
}

GeodesicLine geodesic_between(LonLat from, LonLat to) {
  GeodesicLine line;
  geod_inverse(&wgs84_ellipsoid(), from.lat, from.lon, to.lat, to.lon, &line.distance_m, &line.azimuth_deg, nullptr);
  line.azimuth_deg = std::fmod(line.azimuth_deg + 360, 360);
  return line;
}

}  // namespace firmground::geo
