#include "intake/shape_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace firmground::intake {

using geo::LonLat;
using mineaction::GeometryRule;

namespace {

using Ring = std::vector<LonLat>;

/// Twice the signed area in square degrees, about the first corner so that small rings far from 0, 0 keep their digits.
double signed_area(const Ring& ring) {
  double area = 0;
  for (std::size_t i = 1; i + 1 < ring.size(); ++i) {
    const double ax = ring[i].lon - ring[0].lon;
    const double ay = ring[i].lat - ring[0].lat;
    area += ax * (ring[i + 1].lat - ring[0].lat) - ay * (ring[i + 1].lon - ring[0].lon);
  }
  return area;
}

/// Takes off the closing corner, and "A B C D A B", where a digitiser went on for one corner too many.
std::size_t open_ring(Ring& ring, IssueList& issues) {
  std::size_t repeated = 0;
  if (ring.size() > 1 && ring.front() == ring.back()) {
    ring.pop_back();
    while (ring.size() > 1 && ring.front() == ring.back()) {
      ring.pop_back();
      ++repeated;
    }
  } else if (ring.size() > 4 && ring[ring.size() - 2] == ring[0] && ring.back() == ring[1]) {
    ring.resize(ring.size() - 2);
    ++repeated;
  } else if (ring.size() > 2) {
    issues.add(Severity::noted, "intake.ring_not_closed", "geometry", "",
               {{"last", place_text(ring.back())}, {"first", place_text(ring.front())}});
  }
  return repeated;
}

std::size_t drop_repeats(std::vector<LonLat>& corners, LonLat& first_repeated) {
  const std::size_t before = corners.size();
  const auto same = std::adjacent_find(corners.begin(), corners.end());
  if (same != corners.end()) {
    first_repeated = *same;
    corners.erase(std::unique(corners.begin(), corners.end()), corners.end());
  }
  return before - corners.size();
}

std::size_t distinct(Ring ring) {
  std::sort(ring.begin(), ring.end(),
            [](const LonLat& a, const LonLat& b) { return a.lon != b.lon ? a.lon < b.lon : a.lat < b.lat; });
  return static_cast<std::size_t>(std::unique(ring.begin(), ring.end()) - ring.begin());
}

void normalise_ring(Ring& ring, bool outer, IssueList& issues) {
  LonLat repeated_at = ring.empty() ? LonLat() : ring.front();
  const std::size_t at_end = open_ring(ring, issues);
  if (const std::size_t repeated = at_end + drop_repeats(ring, repeated_at); repeated > 0) {
    issues.add(Severity::noted, "intake.points_repeated", "geometry", "",
               {{"count", std::to_string(repeated)}, {"place", place_text(repeated_at)}});
  }
  if (const std::size_t corners = distinct(ring); corners < 3) {
    issues.add(Severity::refused, "intake.ring_too_short", "geometry", "",
               {{"count", std::to_string(corners)}, {"place", ring.empty() ? "no place" : place_text(ring.front())}});
    return;
  }
  if ((signed_area(ring) > 0) != outer) {
    std::reverse(ring.begin() + 1, ring.end());
  }
}

void normalise_line(std::vector<LonLat>& line, IssueList& issues) {
  LonLat repeated_at;
  if (const std::size_t repeated = drop_repeats(line, repeated_at); repeated > 0) {
    issues.add(Severity::noted, "intake.points_repeated", "geometry", "",
               {{"count", std::to_string(repeated)}, {"place", place_text(repeated_at)}});
  }
  if (line.size() < 2) {
    issues.add(Severity::refused, "intake.line_too_short", "geometry", "",
               {{"place", line.empty() ? "no place" : place_text(line.front())}});
  }
}

std::string in_words(const geo::GeographicGeometry& g) {
  const int forms = !g.points.empty() + !g.lines.empty() + !g.polygons.empty();
  if (forms > 1) {
    return "a mixture";
  }
  if (!g.points.empty()) {
    return g.points.size() == 1 ? "a point" : fmt::format("{} points", g.points.size());
  }
  return g.polygons.empty() ? "a line" : "a polygon";
}

}  // namespace

std::string place_text(const LonLat& p) {
  return fmt::format("{:.8g}, {:.8g}", p.lon, p.lat);
}

void normalise_shape(geo::GeographicGeometry& geometry, IssueList& issues) {
  for (auto& line : geometry.lines) {
    normalise_line(line, issues);
  }
  for (auto& polygon : geometry.polygons) {
    normalise_ring(polygon.outer, true, issues);
    for (Ring& hole : polygon.holes) {
      normalise_ring(hole, false, issues);
    }
  }
}

void check_shape_rule(const mineaction::Kind& kind, const geo::GeographicGeometry& g, IssueList& issues) {
  const bool one_point = g.points.size() == 1 && g.lines.empty() && g.polygons.empty();
  const bool polygons = !g.polygons.empty() && g.points.empty() && g.lines.empty();
  const bool lines = !g.lines.empty() && g.points.empty() && g.polygons.empty();
  bool fits = true;
  std::string_view wanted;
  switch (kind.geometry) {
    case GeometryRule::none:
    case GeometryRule::any: break;
    case GeometryRule::point: fits = one_point, wanted = "one point"; break;
    case GeometryRule::line: fits = lines, wanted = "a line"; break;
    case GeometryRule::polygon: fits = polygons, wanted = "a polygon"; break;
    case GeometryRule::polygon_or_point: fits = polygons || one_point, wanted = "a polygon or one point"; break;
  }
  if (!fits) {
    issues.add(Severity::refused, "intake.geometry_kind", "geometry", "",
               {{"found", in_words(g)}, {"kind", kind.name}, {"wanted", std::string(wanted)}});
  }
}

}  // namespace firmground::intake
