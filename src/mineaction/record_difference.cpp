#include "mineaction/record_difference.h"

#include <cmath>

#include "geo/area.h"
#include "geo/overlay.h"

namespace firmground::mineaction {

using base::Result;

namespace {

Result<GeometryChange> geometry_change(const geo::GeographicGeometry& before, const geo::GeographicGeometry& after,
                                       const geo::Crs& crs) {
  const geo::PlanarGeometry from = crs.to_programme(before);
  const geo::PlanarGeometry to = crs.to_programme(after);
  GeometryChange change;
  change.area_before_m2 = geo::ellipsoidal_area_m2(from, crs);
  change.area_after_m2 = geo::ellipsoidal_area_m2(to, crs);
  const geo::Xy begin = geo::centroid(from);
  const geo::Xy end = geo::centroid(to);
  change.east_m = end.x - begin.x;
  change.north_m = end.y - begin.y;
  change.moved_m = std::hypot(change.east_m, change.north_m);
  if (!from.polygons.empty() || !to.polygons.empty()) {
    FG_TRY(const auto gained, geo::overlay(to, from, geo::Operation::difference));
    FG_TRY(const auto lost, geo::overlay(from, to, geo::Operation::difference));
    change.gained_m2 = geo::ellipsoidal_area_m2(gained, crs);
    change.lost_m2 = geo::ellipsoidal_area_m2(lost, crs);
  }
  return change;
}

}  // namespace

Result<RecordDifference> difference(const Kind& kind, const Record& before, const Record& after, const geo::Crs& crs) {
  RecordDifference result;
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    if (before.values[i] != after.values[i]) {
      result.fields.push_back({kind.fields[i].name, before.values[i], after.values[i]});
    }
  }
  result.geometry_changed = before.geometry != after.geometry;
  result.geometry_before = !before.geometry.empty();
  result.geometry_after = !after.geometry.empty();
  if (result.geometry_changed && result.geometry_before && result.geometry_after) {
    FG_TRY(result.geometry, geometry_change(before.geometry, after.geometry, crs));
  }
  return result;
}

}  // namespace firmground::mineaction
