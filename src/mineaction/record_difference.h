#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "mineaction/kind.h"

namespace firmground::mineaction {

struct FieldChange {
  std::string field;
  Value before;
  Value after;
};

/// What a person must know of two outlines. Areas on the ellipsoid, edges straight in the programme CRS.
struct GeometryChange {
  double area_before_m2 = 0;
  double area_after_m2 = 0;
  double gained_m2 = 0;  ///< ground that only the later one covers
  double lost_m2 = 0;    ///< ground that only the earlier one covered
  double moved_m = 0;    ///< between the middles (of polygons their centroids)
  double east_m = 0;     ///< how far the middle moved east and north
  double north_m = 0;
};

struct RecordDifference {
  std::vector<FieldChange> fields;  ///< in the order of the kind
  bool geometry_changed = false;
  bool geometry_before = false;  ///< there was one
  bool geometry_after = false;
  GeometryChange geometry;  ///< where there is one on both sides

  bool empty() const { return fields.empty() && !geometry_changed; }
};

/// Errors: geo.overlay_failed.
base::Result<RecordDifference> difference(const Kind& kind, const Record& before, const Record& after,
                                          const geo::Crs& crs);

}  // namespace firmground::mineaction
