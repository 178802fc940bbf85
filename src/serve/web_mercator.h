#pragma once
#include <cstdint>
#include <vector>

#include "geo/crs.h"
#include "geo/geometry.h"

/// Web Mercator (EPSG:3857) as map tiles use it.
namespace firmground::serve {

/// A place as a share of the Web Mercator world: x eastwards from 180 W, y southwards from 85.05 N, both in [0, 1].
struct WorldXy {
  double x = 0;
  double y = 0;
  friend bool operator==(const WorldXy&, const WorldXy&) = default;
};

/// Box in world shares; geo::Box is metres, and the two must not be mixed.
struct WorldBox {
  double min_x = 2, min_y = 2, max_x = -1, max_y = -1;

  bool empty() const { return !(min_x <= max_x && min_y <= max_y); }
  void include(WorldXy p);
  void include(const WorldBox& other);
  bool intersects(const WorldBox& o) const {
    return min_x <= o.max_x && o.min_x <= max_x && min_y <= o.max_y && o.min_y <= max_y;
  }
  bool contains(WorldXy p) const { return p.x >= min_x && p.x <= max_x && p.y >= min_y && p.y <= max_y; }
  bool contains(const WorldBox& o) const {
    return min_x <= o.min_x && o.max_x <= max_x && min_y <= o.min_y && o.max_y <= max_y;
  }
  WorldBox grown(double by) const { return {min_x - by, min_y - by, max_x + by, max_y + by}; }
};

inline constexpr int kMaxZoom = 22;

/// A tile of the pyramid: at zoom z the world is 2^z x 2^z tiles, counted from the north-west.
struct TileId {
  int z = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  friend bool operator==(const TileId&, const TileId&) = default;

  bool exists() const { return z >= 0 && z <= kMaxZoom && x < (1U << z) && y < (1U << z); }
  double size() const { return 1.0 / static_cast<double>(1U << z); }
  WorldBox box() const;
};

WorldXy to_world(geo::LonLat p);
geo::LonLat to_lon_lat(WorldXy p);

/// Metres on the ground that one unit of the world is worth at this height of the map (a sphere's; 0.7 % off at most).
double metres_per_world(double world_y);

/// The line of a geometry in programme metres, as a curve of the map: an edge that is straight in the programme CRS is
/// cut into pieces of at most 2 km first, which keeps its image within 0.1 m of the truth.  `closed` adds the edge back
/// to the start.
std::vector<WorldXy> to_world(const std::vector<geo::Xy>& line, bool closed, const geo::Crs& crs);

}  // namespace firmground::serve
