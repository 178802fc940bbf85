#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "geo/area.h"
#include "geo/overlay.h"
#include "register/checks/evaluators.h"
#include "register/checks/rings.h"

// Ground that two records claim.
namespace firmground::registry::checks {

namespace {

struct Overlap {
  std::uint32_t other = 0;
  double area_m2 = 0;
  double share = 0;  ///< of the smaller of the two
};

/// Ground that record `i` shares with records before it, worst first; repeated outlines have a rule of their own.
std::vector<Overlap> overlaps_before(const KindRecords& list, std::size_t i, const geo::Crs& crs) {
  std::vector<Overlap> overlaps;
  const geo::PlanarGeometry& ground = list[i].planar;
  for (const std::uint32_t other : list.near(list.boxes()[i])) {
    const geo::PlanarGeometry& ground_of_other = list[other].planar;
    if (other >= i || ground_of_other.polygons.empty() ||
        corners_key(list[i].record.geometry) == corners_key(list[other].record.geometry)) {
      continue;
    }
    const auto both = geo::overlay(ground, ground_of_other, geo::Operation::intersection);
    const double shared = both ? geo::ellipsoidal_area_m2(*both, crs) : 0;
    if (shared > 0) {
      const double smaller =
          std::min(geo::ellipsoidal_area_m2(ground, crs), geo::ellipsoidal_area_m2(ground_of_other, crs));
      overlaps.push_back({other, shared, shared / smaller});
    }
  }
  std::stable_sort(overlaps.begin(), overlaps.end(),
                   [](const Overlap& a, const Overlap& b) { return a.area_m2 > b.area_m2; });
  return overlaps;
}

void ground_claimed_twice(const Rule& rule, const Records& records, Findings& findings) {
  const double least_m2 = rule.parameter("area_m2");
  const double least_share = rule.parameter("share");
  const auto has_polygons = [](const KindRecords& list) {
    return list.kind().geometry == mineaction::GeometryRule::polygon;
  };
  for_each_record(records, findings, has_polygons, [&](const KindRecords& list, std::size_t i, Findings& out) {
    if (list[i].planar.polygons.empty()) {
      return;
    }
    std::vector<Overlap> overlaps = overlaps_before(list, i, records.crs());
    std::erase_if(overlaps, [&](const Overlap& o) { return o.area_m2 < least_m2 || o.share < least_share; });
    if (overlaps.empty()) {
      return;
    }
    const Overlap& worst = overlaps.front();
    Finding& finding = out.add(list, i, "geometry", "",
                               {{"area", fmt::format("{:.0f}", worst.area_m2)},
                                {"share", fmt::format("{:.1f}", 100 * worst.share)},
                                {"other", list.id(worst.other)},
                                {"count", std::to_string(overlaps.size())}});
    for (const Overlap& overlap : overlaps) {
      finding.others.push_back({list.kind().name, list.id(overlap.other)});
    }
  });
}

constexpr Evaluator kEvaluators[] = {
    {"ground-claimed-twice", ground_claimed_twice},
    {"tasks-overlap", ground_claimed_twice},
};

}  // namespace

std::span<const Evaluator> overlap_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
