#pragma once
#include <string>
#include <utility>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/update_estimate.h"
#include "mineaction/snapshot.h"

namespace firmground::pipeline {

/// The polygons that an estimate tells about, in the order of the kinds below; each with the cells it covers.
struct AskedPolygons {
  std::vector<estimate::PolygonCells> polygons;
  std::vector<std::pair<std::string, std::size_t>> kinds;  ///< kind and how many polygons it has, in order

  /// Those of one kind; none where it is not among them.
  estimate::PolygonRange of(const std::string& kind) const;
};

/// The same, as records have them.  They point into the snapshot.
struct DrawnPolygons {
  struct One {
    const std::string* id;
    const geo::PlanarGeometry* geometry;
  };
  std::vector<One> all;
  std::vector<std::pair<std::string, std::size_t>> kinds;
};

/// Hazards, minefield records, land releases, districts, projects and tasks that have an area.
DrawnPolygons drawn_polygons(const mineaction::Snapshot& snapshot);

/// All of them laid out on a grid.  REQUIRES: snapshot.crs.  Cost: linear in the cells covered.
AskedPolygons polygons_of(const mineaction::Snapshot& snapshot, const geo::Grid& grid);

/// Those near flagged cells laid out, when asked for; snapshot and grids must outlive it.  REQUIRES: snapshot.crs;
/// flags are of the grid's cells, which are those of a part of the country, or all.  Cost of asking: O(vertices), and
/// laying out those near.
estimate::PolygonsTouching polygons_touching(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                             const geo::Grid& country);

}  // namespace firmground::pipeline
