#include "intake/position_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "geo/crs.h"
#include "intake/shape_check.h"

namespace firmground::intake {

using geo::LonLat;

namespace {

bool inside(const LonLatBox& box, const LonLat& p) {
  return p.lon >= box[0] && p.lat >= box[1] && p.lon <= box[2] && p.lat <= box[3];
}

LonLatBox grown(const LonLatBox& box, double share, double least_degrees) {
  const double x = std::max(share * (box[2] - box[0]), least_degrees);
  const double y = std::max(share * (box[3] - box[1]), least_degrees);
  return {box[0] - x, box[1] - y, box[2] + x, box[3] + y};
}

/// Border areas and rounding: up to a tenth of the country's size, and at least 5 km, outside is still at home.
LonLatBox home(const LonLatBox& extent) {
  return grown(extent, 0.1, 0.05);
}

bool is_degrees(const LonLat& p) {
  return std::abs(p.lon) <= 180 && std::abs(p.lat) <= 90;
}  // false for NaN

/// Calls f for every vertex until it returns false.
template <typename Function>
bool all_vertices(const geo::GeographicGeometry& geometry, Function f) {
  const auto all = [&](const std::vector<LonLat>& list) { return std::all_of(list.begin(), list.end(), f); };
  return all(geometry.points) && std::all_of(geometry.lines.begin(), geometry.lines.end(), all) &&
         std::all_of(geometry.polygons.begin(), geometry.polygons.end(), [&](const auto& polygon) {
           return all(polygon.outer) && std::all_of(polygon.holes.begin(), polygon.holes.end(), all);
         });
}

template <typename Predicate>
std::optional<LonLat> first_that_fails(const geo::GeographicGeometry& geometry, Predicate holds) {
  std::optional<LonLat> failed;
  all_vertices(geometry, [&](const LonLat& p) {
    if (!holds(p)) {
      failed = p;
    }
    return !failed;
  });
  return failed;
}

std::optional<LonLat> other_sign_inside(const LonLatBox& box, const LonLat& p) {
  for (const LonLat& other : {LonLat{-p.lon, p.lat}, LonLat{p.lon, -p.lat}, LonLat{-p.lon, -p.lat}}) {
    if (inside(box, other)) {
      return other;
    }
  }
  return std::nullopt;
}

void add(IssueList& issues, Severity severity, std::string_view error, const LonLat& p, std::string other = "") {
  const std::string place = place_text(p);
  issues.add(severity, error, "geometry", place, {{"place", place}, {"other", std::move(other)}});
}

/// Projected systems that surveyors of a country may have meant: UTM and Gauss-Krueger (six degrees, Pulkovo 1942) of
/// its zones.
std::vector<std::string> candidate_systems(const LonLatBox& extent) {
  std::vector<std::string> systems;
  const int west = static_cast<int>(std::floor((extent[0] + 180) / 6)) + 1;
  const int east = static_cast<int>(std::floor((extent[2] + 180) / 6)) + 1;
  const int hemisphere = extent[1] + extent[3] >= 0 ? 32600 : 32700;
  for (int zone = std::max(1, west - 1); zone <= std::min(60, east + 1); ++zone) {
    systems.push_back(fmt::format("EPSG:{}", hemisphere + zone));
    const int gauss_kruger = zone - 30;  // zone 1 of Gauss-Krueger begins at Greenwich
    if (gauss_kruger >= 2 && gauss_kruger <= 32) {
      systems.push_back(fmt::format("EPSG:{}", 28400 + gauss_kruger));
    }
  }
  return systems;
}

}  // namespace

bool PositionCheck::fits(const Reading& reading, const LonLatBox& extent, const LonLat& p) {
  const geo::Xy xy = reading.exchanged ? geo::Xy{p.lat, p.lon} : geo::Xy{p.lon, p.lat};
  const auto read = geo::transform_to_lon_lat(reading.crs, std::array{xy});
  return read && inside(home(extent), read->front());
}

std::optional<PositionCheck::Reading> PositionCheck::metres_reading(const LonLatBox& extent, const LonLat& p) {
  for (const std::string& crs : candidate_systems(extent)) {
    for (const bool exchanged : {false, true}) {
      if (fits({crs, exchanged}, extent, p)) {
        return Reading{crs, exchanged};
      }
    }
  }
  return std::nullopt;
}

bool PositionCheck::check_range(const geo::GeographicGeometry& geometry, IssueList& issues) {
  const auto wrong = first_that_fails(geometry, is_degrees);
  if (!wrong) {
    return true;
  }
  if (extent_ && inside(home(*extent_), {wrong->lat, wrong->lon})) {
    add(issues, Severity::refused, "intake.swapped_axes", *wrong);
    return false;
  }
  if (extent_ && std::isfinite(wrong->lon) && std::isfinite(wrong->lat) && searches_left_ > 0) {
    --searches_left_;
    if (!last_reading_ || !fits(*last_reading_, *extent_, *wrong)) {
      last_reading_ = metres_reading(*extent_, *wrong);
    }
    if (last_reading_) {
      const std::string place = place_text(*wrong);
      const std::string reading = last_reading_->crs + (last_reading_->exchanged ? " with the axes exchanged" : "");
      issues.add(Severity::refused, "intake.wrong_crs", "geometry", place,
                 {{"place", place}, {"reading", reading}, {"crs", last_reading_->crs}});
      return false;
    }
  }
  add(issues, Severity::refused, "intake.coordinates_out_of_range", *wrong);
  return false;
}

void PositionCheck::check_extent(const geo::GeographicGeometry& geometry, IssueList& issues) const {
  if (const auto zero = first_that_fails(geometry, [](const LonLat& p) { return p.lon != 0 || p.lat != 0; })) {
    issues.add(Severity::refused, "intake.position_zero", "geometry", place_text(*zero));
    return;
  }
  if (!extent_) {
    return;
  }
  const LonLatBox at_home = home(*extent_);
  const auto outside = first_that_fails(geometry, [&](const LonLat& p) { return inside(at_home, p); });
  if (!outside) {
    return;
  }
  if (inside(at_home, {outside->lat, outside->lon})) {
    add(issues, Severity::refused, "intake.swapped_axes", *outside);
  } else if (const auto other = other_sign_inside(at_home, *outside)) {
    add(issues, Severity::refused, "intake.sign_lost", *outside, place_text(*other));
  } else if (!inside(grown(*extent_, 1.0, 1.0), *outside)) {
    add(issues, Severity::refused, "intake.far_outside", *outside);
  } else {
    add(issues, Severity::noted, "intake.outside_country", *outside);
  }
}

void PositionCheck::check_against_others(const LonLat& p, const LonLatBox& others, IssueList& issues) {
  const LonLatBox near = grown(others, 1.0, 0.5);
  if (inside(near, p)) {
    return;
  }
  if (const auto other = other_sign_inside(near, p)) {
    add(issues, Severity::refused, "intake.sign_lost", p, place_text(*other));
  } else if (inside(near, {p.lat, p.lon})) {
    add(issues, Severity::refused, "intake.swapped_axes", p);
  } else {
    add(issues, Severity::noted, "intake.outlier", p);
  }
}

}  // namespace firmground::intake
