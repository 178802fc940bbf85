#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "geo/overlay.h"
#include "intake/shape_check.h"
#include "register/checks/evaluators.h"
#include "register/checks/rings.h"

// The Geocheck list (GICHD/geocheck, run on IMSMA NG), and positions that cannot be.
namespace firmground::registry::checks {

namespace {

using geo::LonLat;
using intake::place_text;
using mineaction::GeometryRule;

bool may_have_geometry(const KindRecords& list) {
  return list.kind().geometry != GeometryRule::none;
}

bool may_have_polygons(const KindRecords& list) {
  return may_have_geometry(list) && list.kind().geometry != GeometryRule::point &&
         list.kind().geometry != GeometryRule::line;
}

/// Calls f(ring, is_hole) for every ring.
template <typename Function>
void for_each_ring(const geo::GeographicGeometry& geometry, const Function& f) {
  for (const auto& polygon : geometry.polygons) {
    f(polygon.outer);
    for (const auto& hole : polygon.holes) {
      f(hole);
    }
  }
}

bool has_short_ring(const GeographicPolygon& polygon) {
  return distinct_corners(polygon.outer) < 3 ||
         std::any_of(
             polygon.holes.begin(), polygon.holes.end(), [](const auto& hole) { return distinct_corners(hole) < 3; });
}

void outline_invalid(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, may_have_polygons, [](const KindRecords& list, std::size_t i, Findings& out) {
    for (const auto& polygon : list[i].record.geometry.polygons) {
      // Part by part: parts that touch or overlap have rules of their own, and so have rings that are too short.
      geo::GeographicGeometry part;
      part.polygons.push_back(polygon);
      if (has_short_ring(polygon)) {
        continue;
      }
      if (const std::string problem = geo::validity_problem(part); !problem.empty()) {
        out.add(list, i, "geometry", "", {{"reason", problem}});
        return;
      }
    }
  });
}

void outline_too_few_corners(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, may_have_polygons, [](const KindRecords& list, std::size_t i, Findings& out) {
    bool told = false;
    for_each_ring(list[i].record.geometry, [&](const GeographicRing& ring) {
      const std::size_t corners = distinct_corners(ring);
      if (corners < 3 && !told) {
        out.add(list, i, "geometry", "",
                {{"count", std::to_string(corners)}, {"place", ring.empty() ? "no place" : place_text(ring.front())}});
        told = true;
      }
    });
  });
}

void part_repeated(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, may_have_polygons, [](const KindRecords& list, std::size_t i, Findings& out) {
    const auto& polygons = list[i].record.geometry.polygons;
    if (polygons.size() < 2) {
      return;
    }
    std::set<std::string> seen;
    geo::GeographicGeometry kept = list[i].record.geometry;
    kept.polygons.clear();
    for (const auto& polygon : polygons) {
      if (seen.insert(corners_key(polygon)).second) {
        kept.polygons.push_back(polygon);
      }
    }
    if (const std::size_t repeated = polygons.size() - kept.polygons.size(); repeated > 0) {
      Finding& finding = out.add(list, i, "geometry", "",
                                 {{"count", std::to_string(repeated)}, {"parts", std::to_string(polygons.size())}});
      finding.fix = Fix{"", {}, std::move(kept), fmt::format("{} repeated parts are left out", repeated)};
    }
  });
}

/// A fix that takes exact repeats off; nothing when the repeats are near but not exact, since moving a corner would be
/// a guess.
std::optional<Fix> repeats_fix(const geo::GeographicGeometry& geometry) {
  geo::GeographicGeometry clean = without_repeats(geometry);
  bool still_an_area = true;
  for_each_ring(clean, [&](const GeographicRing& ring) { still_an_area = still_an_area && ring.size() >= 3; });
  if (clean == geometry || !still_an_area) {
    return std::nullopt;
  }
  return Fix{"", {}, std::move(clean), "repeated corners are left out; the ground stays the same"};
}

/// One rule for each way a digitiser slips; `slipped` tells of one ring how many corners are too many.
template <typename Slipped>
void repeated_corners(const Rule& rule, const Records& records, Findings& findings, const Slipped& slipped) {
  const double tolerance_deg = rule.parameter("tolerance_deg");
  for_each_record(records, findings, may_have_polygons, [&](const KindRecords& list, std::size_t i, Findings& out) {
    std::size_t count = 0;
    LonLat place;
    for_each_ring(list[i].record.geometry, [&](const GeographicRing& ring) {
      const std::size_t here = slipped(repeats_of(ring, tolerance_deg));
      place = here > 0 && count == 0 ? ring.front() : place;
      count += here;
    });
    if (count > 0) {
      out.add(list, i, "geometry", "", {{"count", std::to_string(count)}, {"place", place_text(place)}}).fix =
          repeats_fix(list[i].record.geometry);
    }
  });
}

void corner_repeats_neighbour(const Rule& rule, const Records& records, Findings& findings) {
  repeated_corners(rule, records, findings, [](const Repeats& repeats) { return repeats.neighbours; });
}

void last_corner_repeats_first(const Rule& rule, const Records& records, Findings& findings) {
  repeated_corners(rule, records, findings, [](const Repeats& repeats) -> std::size_t {
    return repeats.closing && !repeats.closing_pair ? 1 : 0;
  });
}

void last_two_repeat_first_two(const Rule& rule, const Records& records, Findings& findings) {
  repeated_corners(rule, records, findings,
                   [](const Repeats& repeats) -> std::size_t { return repeats.closing_pair ? 2 : 0; });
}

void corner_visited_twice(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, may_have_polygons, [](const KindRecords& list, std::size_t i, Findings& out) {
    std::size_t count = 0;
    LonLat place;
    for_each_ring(list[i].record.geometry, [&](const GeographicRing& given) {
      const GeographicRing ring = without_repeats(given);
      std::set<std::pair<double, double>> seen;
      for (const LonLat& p : ring) {
        if (!seen.insert({p.lon, p.lat}).second) {
          place = count == 0 ? p : place;
          ++count;
        }
      }
    });
    if (count > 0) {
      out.add(list, i, "geometry", "", {{"count", std::to_string(count)}, {"place", place_text(place)}});
    }
  });
}

void corners_far_apart(const Rule& rule, const Records& records, Findings& findings) {
  const double gap_m = rule.parameter("gap_m");
  for_each_record(records, findings, may_have_polygons, [&](const KindRecords& list, std::size_t i, Findings& out) {
    double longest = 0;
    geo::Xy from;
    for (const auto& polygon : list[i].planar.polygons) {
      for (std::size_t c = 0; c < polygon.outer.size(); ++c) {
        const geo::Xy a = polygon.outer[c];
        const geo::Xy b = polygon.outer[(c + 1) % polygon.outer.size()];
        const double metres = std::hypot(b.x - a.x, b.y - a.y);
        from = metres > longest ? a : from;
        longest = std::max(longest, metres);
      }
    }
    if (longest > gap_m) {
      out.add(list, i, "geometry", "",
              {{"metres", fmt::format("{:.0f}", longest)},
               {"place", place_text(records.crs().to_lon_lat(from))},
               {"gap", fmt::format("{:g}", gap_m)}});
    }
  });
}

double area_of(const geo::PlanarPolygon& polygon) {
  double area = std::abs(geo::planar_ring_area(polygon.outer));
  for (const auto& hole : polygon.holes) {
    area -= std::abs(geo::planar_ring_area(hole));
  }
  return area;
}

/// Share of the smaller part that the other covers; 0 when the overlay cannot be made (the outline has a rule then).
double shared_part(const geo::PlanarPolygon& a, const geo::PlanarPolygon& b) {
  const double smaller = std::min(area_of(a), area_of(b));
  if (!geo::bounds(a).intersects(geo::bounds(b)) || smaller <= 0) {
    return 0;
  }
  const auto both = geo::overlay({{}, {}, {a}}, {{}, {}, {b}}, geo::Operation::intersection);
  double area = 0;
  for (std::size_t i = 0; both && i < both->polygons.size(); ++i) {
    area += area_of(both->polygons[i]);
  }
  return area / smaller;
}

void parts_overlap(const Rule& rule, const Records& records, Findings& findings) {
  const double share = rule.parameter("share");
  for_each_record(records, findings, may_have_polygons, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto& given = list[i].record.geometry.polygons;
    const auto& parts = list[i].planar.polygons;
    if (parts.size() < 2) {
      return;
    }
    std::vector<geo::Box> boxes;
    boxes.reserve(parts.size());
    for (const auto& part : parts) {
      boxes.push_back(geo::bounds(part));
    }
    const geo::BoxIndex index(boxes);
    for (std::uint32_t a = 0; a < parts.size(); ++a) {
      for (const std::uint32_t b : index.query(boxes[a])) {
        // repeated parts have a rule of their own
        if (b <= a || corners_key(given[a]) == corners_key(given[b])) {
          continue;
        }
        if (const double shared = shared_part(parts[a], parts[b]); shared > share) {
          out.add(list, i, "geometry", "",
                  {{"first", std::to_string(a + 1)},
                   {"second", std::to_string(b + 1)},
                   {"share", fmt::format("{:.1f}", 100 * shared)}});
          return;
        }
      }
    }
  });
}

/// Minefield records that are described by legs: they have a place, though no outline yet.
std::set<std::string> described_by_legs(const Records& records) {
  std::set<std::string> described;
  const KindRecords* legs = records.of("minefield-record-legs");
  for (std::size_t i = 0; legs != nullptr && i < legs->size(); ++i) {
    if (const std::string* record = legs->text(i, legs->field("record_id"))) {
      described.insert(*record);
    }
  }
  return described;
}

void geometry_missing(const Rule&, const Records& records, Findings& findings) {
  const std::set<std::string> described = described_by_legs(records);
  for_each_record(records, findings, may_have_geometry, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const bool by_legs = list.kind().name == "minefield-records" && described.contains(list.id(i));
    if (list[i].record.geometry.empty() && !by_legs) {
      out.add(list, i, "geometry", "", {});
    }
  });
}

void point_repeated(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, may_have_geometry, [](const KindRecords& list, std::size_t i, Findings& out) {
    const auto& points = list[i].record.geometry.points;
    geo::GeographicGeometry kept = list[i].record.geometry;
    kept.points.clear();
    for (const LonLat& p : points) {
      if (std::find(kept.points.begin(), kept.points.end(), p) == kept.points.end()) {
        kept.points.push_back(p);
      }
    }
    if (const std::size_t repeated = points.size() - kept.points.size(); repeated > 0) {
      out.add(list, i, "geometry", "", {{"count", std::to_string(repeated)}, {"place", place_text(points.front())}})
          .fix = Fix{"", {}, std::move(kept), fmt::format("{} repeated points are left out", repeated)};
    }
  });
}

/// Ids of records with the same polygons. Points are left to the identity rules: several finds may lie in one hole.
void outline_of_another(const Rule&, const Records& records, Findings& findings) {
  for (const auto& list : records.lists()) {
    if (!findings.rule().looks_at(list->kind().name) || !may_have_polygons(*list)) {
      continue;
    }
    std::unordered_map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string key = corners_key((*list)[i].record.geometry);
      if (key.empty()) {
        continue;
      }
      const auto [same, is_new] = first.emplace(key, i);
      if (!is_new) {
        findings.add(*list, i, "geometry", "", {{"other", list->id(same->second)}}).others = {
            {list->kind().name, list->id(same->second)}};
      }
    }
  }
}

/// Border areas and rounding: up to a tenth of the country's size, and at least 5 km, outside is still at home.
std::array<double, 4> home_of(const std::array<double, 4>& extent) {
  const double x = std::max(0.1 * (extent[2] - extent[0]), 0.05);
  const double y = std::max(0.1 * (extent[3] - extent[1]), 0.05);
  return {extent[0] - x, extent[1] - y, extent[2] + x, extent[3] + y};
}

bool inside(const std::array<double, 4>& box, LonLat p) {
  return p.lon >= box[0] && p.lat >= box[1] && p.lon <= box[2] && p.lat <= box[3];
}

/// The first corner outside the country, if any.
std::optional<LonLat> corner_outside(const geo::GeographicGeometry& geometry, const std::array<double, 4>& home) {
  std::optional<LonLat> outside;
  const auto look = [&](const std::vector<LonLat>& corners) {
    for (const LonLat& p : corners) {
      outside = outside || inside(home, p) ? outside : std::optional(p);
    }
  };
  look(geometry.points);
  std::for_each(geometry.lines.begin(), geometry.lines.end(), look);
  for_each_ring(geometry, look);
  return outside;
}

template <typename Wrong>
void positions_outside(const Records& records, Findings& findings, const Wrong& wrong) {
  const auto extent = records.extent();
  if (!extent) {
    return;
  }
  const auto home = home_of(*extent);
  for_each_record(records, findings, may_have_geometry, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto outside = corner_outside(list[i].record.geometry, home);
    if (outside && wrong(*outside, home)) {
      out.add(list, i, "geometry", place_text(*outside), {{"place", place_text(*outside)}});
    }
  });
}

void axes_swapped(const Rule&, const Records& records, Findings& findings) {
  positions_outside(records, findings, [](LonLat p, const auto& home) { return inside(home, {p.lat, p.lon}); });
}

void position_outside_country(const Rule&, const Records& records, Findings& findings) {
  positions_outside(records, findings, [](LonLat p, const auto& home) { return !inside(home, {p.lat, p.lon}); });
}

constexpr Evaluator kEvaluators[] = {
    {"outline-invalid", outline_invalid},
    {"outline-too-few-corners", outline_too_few_corners},
    {"part-repeated", part_repeated},
    {"corner-repeats-neighbour", corner_repeats_neighbour},
    {"last-corner-repeats-first", last_corner_repeats_first},
    {"last-two-repeat-first-two", last_two_repeat_first_two},
    {"corner-visited-twice", corner_visited_twice},
    {"corners-far-apart", corners_far_apart},
    {"parts-overlap", parts_overlap},
    {"geometry-missing", geometry_missing},
    {"point-repeated", point_repeated},
    {"outline-of-another", outline_of_another},
    {"axes-swapped", axes_swapped},
    {"position-outside-country", position_outside_country},
};

}  // namespace

std::span<const Evaluator> geometry_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
