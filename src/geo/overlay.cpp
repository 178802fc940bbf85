#include "geo/overlay.h"

#include <fmt/core.h>
#include <geos_c.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/check.h"
#include "geo/nearness.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

// GEOS' reentrant interface wants a handle per thread; it keeps the last thing GEOS complained about.
class ThreadGeos {
 public:
  ThreadGeos() : handle_(GEOS_init_r()) {
    GEOSContext_setErrorMessageHandler_r(handle_, &ThreadGeos::remember, this);
    GEOSContext_setNoticeMessageHandler_r(handle_, &ThreadGeos::ignore, nullptr);
  }
  ThreadGeos(const ThreadGeos&) = delete;
  ThreadGeos& operator=(const ThreadGeos&) = delete;
  ~ThreadGeos() { GEOS_finish_r(handle_); }

  GEOSContextHandle_t handle() const { return handle_; }
  std::string reason() const { return reason_.empty() ? "GEOS gave no reason" : reason_; }

 private:
  static void remember(const char* message, void* self) { static_cast<ThreadGeos*>(self)->reason_ = message; }
  static void ignore(const char*, void*) {}

  GEOSContextHandle_t handle_;
  std::string reason_;
};

ThreadGeos& thread_geos() {
  thread_local ThreadGeos geos;
  return geos;
}

GEOSContextHandle_t handle() {
  return thread_geos().handle();
}

struct GeosDelete {
  void operator()(GEOSGeometry* g) const { GEOSGeom_destroy_r(handle(), g); }
};
using Geos = std::unique_ptr<GEOSGeometry, GeosDelete>;

template <typename T>
Result<T> failed(const std::string& reason) {
  return fail("geo.overlay_failed", {{"reason", reason}});
}

Result<PlanarGeometry> failed_in_geos() {
  return failed<PlanarGeometry>(thread_geos().reason());
}

Xy as_xy(Xy p) {
  return p;
}
Xy as_xy(LonLat p) {
  return {p.lon, p.lat};
}

template <typename Coordinate>
Geos to_sequence(const std::vector<Coordinate>& vertices, bool close, bool ring) {
  std::vector<Xy> buffer;
  buffer.reserve(vertices.size() + 1);
  for (const Coordinate& p : vertices) {
    buffer.push_back(as_xy(p));
  }
  if (close && !buffer.empty()) {
    buffer.push_back(buffer.front());
  }
  GEOSCoordSequence* sequence =
      GEOSCoordSeq_copyFromBuffer_r(handle(), &buffer.data()->x, static_cast<unsigned>(buffer.size()), 0, 0);
  return Geos(ring ? GEOSGeom_createLinearRing_r(handle(), sequence) : GEOSGeom_createLineString_r(handle(), sequence));
}

Geos collect(int type, std::vector<Geos>& parts) {
  std::vector<GEOSGeometry*> raw;
  raw.reserve(parts.size());
  for (Geos& part : parts) {
    raw.push_back(part.release());
  }
  return Geos(GEOSGeom_createCollection_r(handle(), type, raw.data(), static_cast<unsigned>(raw.size())));
}

// Rings of fewer than three corners enclose no ground and are left out; validity_problem() names them.
template <typename Coordinate>
Geos to_geos(const BasicPolygon<Coordinate>& polygon) {
  Geos shell = to_sequence(polygon.outer, true, true);
  std::vector<GEOSGeometry*> holes;
  for (const auto& hole : polygon.holes) {
    if (hole.size() >= 3) {
      holes.push_back(to_sequence(hole, true, true).release());
    }
  }
  return Geos(GEOSGeom_createPolygon_r(handle(), shell.release(), holes.data(), static_cast<unsigned>(holes.size())));
}

template <typename Coordinate>
void append_polygons(const BasicGeometry<Coordinate>& geometry, std::vector<Geos>& parts) {
  for (const auto& polygon : geometry.polygons) {
    if (polygon.outer.size() >= 3) {
      parts.push_back(to_geos(polygon));
    }
  }
}

template <typename Coordinate>
Geos polygons_to_geos(const BasicGeometry<Coordinate>& geometry) {
  std::vector<Geos> parts;
  append_polygons(geometry, parts);
  return collect(GEOS_MULTIPOLYGON, parts);
}

std::vector<Xy> vertices_of(const GEOSGeometry* line, bool open_ring) {
  const GEOSCoordSequence* sequence = GEOSGeom_getCoordSeq_r(handle(), line);
  unsigned size = 0;
  GEOSCoordSeq_getSize_r(handle(), sequence, &size);
  std::vector<Xy> vertices(size);
  if (size > 0) {
    GEOSCoordSeq_copyToBuffer_r(handle(), sequence, &vertices.data()->x, 0, 0);
  }
  if (open_ring && !vertices.empty()) {
    vertices.pop_back();
  }
  return vertices;
}

// Keeps the polygons; points and lines where two grounds only touch have no area.
void append_from_geos(const GEOSGeometry* g, PlanarGeometry& out) {
  const int type = GEOSGeomTypeId_r(handle(), g);
  if (type == GEOS_POLYGON && GEOSisEmpty_r(handle(), g) == 0) {
    PlanarPolygon& polygon = out.polygons.emplace_back();
    polygon.outer = vertices_of(GEOSGetExteriorRing_r(handle(), g), true);
    for (int i = 0; i < GEOSGetNumInteriorRings_r(handle(), g); ++i) {
      polygon.holes.push_back(vertices_of(GEOSGetInteriorRingN_r(handle(), g, i), true));
    }
  } else if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION) {
    for (int i = 0; i < GEOSGetNumGeometries_r(handle(), g); ++i) {
      append_from_geos(GEOSGetGeometryN_r(handle(), g, i), out);
    }
  }
}

Result<PlanarGeometry> from_geos(const Geos& g) {
  if (!g) {
    return failed_in_geos();
  }
  PlanarGeometry geometry;
  append_from_geos(g.get(), geometry);
  normalise(geometry);
  return geometry;
}

template <typename Coordinate>
bool all_finite(const BasicGeometry<Coordinate>& geometry) {
  const auto finite = [](const std::vector<Coordinate>& path) {
    return std::all_of(path.begin(), path.end(), [](const Coordinate& p) {
      const Xy q = as_xy(p);
      return std::isfinite(q.x) && std::isfinite(q.y);
    });
  };
  return finite(geometry.points) && std::all_of(geometry.lines.begin(), geometry.lines.end(), finite) &&
         std::all_of(geometry.polygons.begin(), geometry.polygons.end(), [&](const auto& polygon) {
           return finite(polygon.outer) && std::all_of(polygon.holes.begin(), polygon.holes.end(), finite);
         });
}

template <typename Coordinate>
bool has_ring_without_ground(const BasicGeometry<Coordinate>& geometry) {
  const auto flat = [](const std::vector<Coordinate>& ring) { return ring.size() < 3; };
  return std::any_of(geometry.polygons.begin(), geometry.polygons.end(), [&](const auto& polygon) {
    return flat(polygon.outer) || std::any_of(polygon.holes.begin(), polygon.holes.end(), flat);
  });
}

template <typename Coordinate>
std::string problem_of(const BasicGeometry<Coordinate>& geometry, int decimals) {
  if (!all_finite(geometry)) {
    return "A coordinate that is not a number";
  }
  if (has_ring_without_ground(geometry)) {
    return "A ring of fewer than three corners";
  }
  // Most records are one plain ring, and asking GEOS about each of a nation takes longer than accounting for them.
  if constexpr (std::is_same_v<Coordinate, Xy>) {
    if (geometry.polygons.size() == 1 && geometry.polygons[0].holes.empty() &&
        is_clearly_simple(geometry.polygons[0].outer)) {
      return "";
    }
  }
  const Geos g = polygons_to_geos(geometry);
  char* reason = nullptr;
  GEOSGeometry* place = nullptr;
  const char valid = GEOSisValidDetail_r(handle(), g.get(), 0, &reason, &place);
  const Geos where(place);
  const std::unique_ptr<char, void (*)(char*)> text(reason, [](char* t) { GEOSFree_r(handle(), t); });
  if (valid == 1) {
    return "";
  }
  std::string out = text ? text.get() : thread_geos().reason();
  if (where) {
    double x = 0;
    double y = 0;
    GEOSGeomGetX_r(handle(), where.get(), &x);
    GEOSGeomGetY_r(handle(), where.get(), &y);
    out += fmt::format("[{:.{}f} {:.{}f}]", x, decimals, y, decimals);
  }
  return out;
}

// Invalid polygons are refused, never repaired in passing: what GEOS would make of them is not what was recorded.
Result<void> refuse_invalid(const PlanarGeometry& geometry) {
  if (const std::string problem = validity_problem(geometry); !problem.empty()) {
    return failed<void>("invalid polygon, " + problem);
  }
  return {};
}

bool before(const Xy& a, const Xy& b) {
  return a.x != b.x ? a.x < b.x : a.y < b.y;
}

bool ring_before(const std::vector<Xy>& a, const std::vector<Xy>& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), before);
}

void normalise_ring(std::vector<Xy>& ring, bool counter_clockwise) {
  if ((planar_ring_area(ring) > 0) != counter_clockwise) {
    std::reverse(ring.begin(), ring.end());
  }
  std::rotate(ring.begin(), std::min_element(ring.begin(), ring.end(), before), ring.end());
}

}  // namespace

void normalise(PlanarGeometry& geometry) {
  for (PlanarPolygon& polygon : geometry.polygons) {
    normalise_ring(polygon.outer, true);
    for (auto& hole : polygon.holes) {
      normalise_ring(hole, false);
    }
    std::sort(polygon.holes.begin(), polygon.holes.end(), ring_before);
  }
  std::sort(geometry.polygons.begin(), geometry.polygons.end(),
            [](const PlanarPolygon& a, const PlanarPolygon& b) { return ring_before(a.outer, b.outer); });
}

Result<PlanarGeometry> overlay(const PlanarGeometry& a, const PlanarGeometry& b, Operation operation) {
  FG_TRY_VOID(refuse_invalid(a));
  FG_TRY_VOID(refuse_invalid(b));
  const Geos first = polygons_to_geos(a);
  const Geos second = polygons_to_geos(b);
  switch (operation) {
    case Operation::intersection:
      return from_geos(Geos(GEOSIntersectionPrec_r(handle(), first.get(), second.get(), kPrecision_m)));
    case Operation::union_: return from_geos(Geos(GEOSUnionPrec_r(handle(), first.get(), second.get(), kPrecision_m)));
    case Operation::difference:
      return from_geos(Geos(GEOSDifferencePrec_r(handle(), first.get(), second.get(), kPrecision_m)));
  }
  FG_CHECK(false);
}

Result<PlanarGeometry> union_all(std::span<const PlanarGeometry* const> geometries) {
  std::vector<Geos> parts;
  for (const PlanarGeometry* geometry : geometries) {
    FG_TRY_VOID(refuse_invalid(*geometry));
    append_polygons(*geometry, parts);
  }
  const Geos all = collect(GEOS_GEOMETRYCOLLECTION, parts);
  return from_geos(Geos(GEOSUnaryUnionPrec_r(handle(), all.get(), kPrecision_m)));
}

Result<PlanarGeometry> buffer(const PlanarGeometry& geometry, double metres) {
  FG_TRY_VOID(refuse_invalid(geometry));
  std::vector<Geos> parts;
  append_polygons(geometry, parts);
  for (const auto& line : geometry.lines) {
    if (line.size() >= 2) {
      parts.push_back(to_sequence(line, false, false));
    }
  }
  for (const Xy& point : geometry.points) {
    parts.push_back(Geos(GEOSGeom_createPointFromXY_r(handle(), point.x, point.y)));
  }
  constexpr int kSegmentsPerQuarter = 8;
  const Geos all = collect(GEOS_GEOMETRYCOLLECTION, parts);
  const Geos grown(GEOSBuffer_r(handle(), all.get(), metres, kSegmentsPerQuarter));
  return from_geos(Geos(grown ? GEOSGeom_setPrecision_r(handle(), grown.get(), kPrecision_m, 0) : nullptr));
}

Result<PlanarGeometry> simplify(const PlanarGeometry& geometry, double tolerance_m) {
  FG_TRY_VOID(refuse_invalid(geometry));
  const Geos all = polygons_to_geos(geometry);
  const Geos fewer(GEOSTopologyPreserveSimplify_r(handle(), all.get(), tolerance_m));
  return from_geos(Geos(fewer ? GEOSGeom_setPrecision_r(handle(), fewer.get(), kPrecision_m, 0) : nullptr));
}

Result<std::vector<PlanarPolygon>> faces_of(std::span<const PlanarGeometry* const> geometries,
                                            std::span<const Segment> cuts) {
  std::vector<Geos> lines;
  const auto add_ring = [&](const std::vector<Xy>& ring) {
    if (ring.size() >= 3) {
      lines.push_back(to_sequence(ring, true, false));
    }
  };
  for (const PlanarGeometry* geometry : geometries) {
    FG_CHECK(all_finite(*geometry));
    for (const PlanarPolygon& polygon : geometry->polygons) {
      add_ring(polygon.outer);
      std::for_each(polygon.holes.begin(), polygon.holes.end(), add_ring);
    }
  }
  for (const Segment& cut : cuts) {
    lines.push_back(to_sequence(std::vector<Xy>{cut.from, cut.to}, false, false));
  }
  const Geos linework = collect(GEOS_MULTILINESTRING, lines);
  const Geos noded(GEOSUnaryUnionPrec_r(handle(), linework.get(), kPrecision_m));
  const GEOSGeometry* one = noded.get();
  const Geos faces(noded ? GEOSPolygonize_r(handle(), &one, 1) : nullptr);
  FG_TRY(PlanarGeometry sorted, from_geos(faces));
  return std::move(sorted.polygons);
}

std::string validity_problem(const PlanarGeometry& geometry) {
  return problem_of(geometry, 1);
}
std::string validity_problem(const GeographicGeometry& geometry) {
  return problem_of(geometry, 6);
}

}  // namespace firmground::geo
