#include "geo/crs.h"

#include <proj.h>

#include <cmath>
#include <map>

#include "base/check.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

static_assert(sizeof(LonLat) == 2 * sizeof(double) && sizeof(Xy) == 2 * sizeof(double),
              "PROJ reads them with a stride");

struct PjDelete {
  void operator()(PJ* pj) const { proj_destroy(pj); }
};
using Pj = std::unique_ptr<PJ, PjDelete>;

// PROJ's objects belong to one context, and a context to one thread: each thread keeps its own, made on first use.
class ThreadProj {
 public:
  ThreadProj() : context_(proj_context_create()) {
    proj_log_level(context_, PJ_LOG_NONE);         // errors are returned, never printed
    proj_context_set_enable_network(context_, 0);  // the same answer in the field as at headquarters
  }
  ThreadProj(const ThreadProj&) = delete;
  ThreadProj& operator=(const ThreadProj&) = delete;
  ~ThreadProj() {
    by_epsg_.clear();
    proj_context_destroy(context_);
  }

  PJ_CONTEXT* context() { return context_; }

  // From `crs` to longitude and latitude, easting and longitude first. Null when PROJ knows no way. Ballpark
  // operations, which ignore the shift between two datums (some 100 m), are refused: a coordinate is right or it is not
  // given.
  Pj operation(const PJ* crs, PJ_AREA* area) {
    static const char* const kOptions[] = {"ALLOW_BALLPARK=NO", nullptr};
    const Pj lon_lat(proj_create(context_, "EPSG:4326"));
    FG_CHECK(lon_lat != nullptr);
    const Pj raw(proj_create_crs_to_crs_from_pj(context_, crs, lon_lat.get(), area, kOptions));
    return raw ? Pj(proj_normalize_for_visualization(context_, raw.get())) : nullptr;
  }

  // REQUIRES: Crs::from_epsg(epsg) succeeded.
  PJ* programme_to_lon_lat(int epsg) {
    Pj& slot = by_epsg_[epsg];
    if (!slot) {
      const Pj crs(proj_create(context_, ("EPSG:" + std::to_string(epsg)).c_str()));
      FG_CHECK(crs != nullptr);
      slot = operation(crs.get(), nullptr);
      FG_CHECK(slot != nullptr);
    }
    return slot.get();
  }

 private:
  PJ_CONTEXT* context_;
  std::map<int, Pj> by_epsg_;
};

ThreadProj& thread_proj() {
  thread_local ThreadProj proj;
  return proj;
}

// A point that cannot be transformed becomes infinite, as PROJ does it; the others are unaffected.
void transform_in_place(PJ* pj, PJ_DIRECTION direction, double* first, double* second, std::size_t count) {
  constexpr std::size_t kStride = 2 * sizeof(double);
  proj_trans_generic(pj, direction, first, kStride, count, second, kStride, count, nullptr, 0, 0, nullptr, 0, 0);
  proj_errno_reset(pj);
}

bool is_projected_in_metres(PJ_CONTEXT* context, const PJ* crs) {
  if (proj_get_type(crs) != PJ_TYPE_PROJECTED_CRS) {
    return false;
  }
  const Pj system(proj_crs_get_coordinate_system(context, crs));
  for (int axis = 0; axis < 2; ++axis) {
    double metres_per_unit = 0;
    if (!system ||
        proj_cs_get_axis_info(context, system.get(), axis, nullptr, nullptr, nullptr, &metres_per_unit, nullptr,
                              nullptr, nullptr) == 0 ||
        metres_per_unit != 1.0) {
      return false;
    }
  }
  return true;
}

template <typename To, typename From, typename Convert>
BasicGeometry<To> converted(const BasicGeometry<From>& from, const Convert& convert) {
  const auto path = [&](const std::vector<From>& vertices) {
    std::vector<To> out(vertices.size());
    convert(std::span<const From>(vertices), std::span<To>(out));
    return out;
  };
  BasicGeometry<To> to;
  to.points = path(from.points);
  for (const auto& line : from.lines) {
    to.lines.push_back(path(line));
  }
  for (const BasicPolygon<From>& polygon : from.polygons) {
    BasicPolygon<To>& out = to.polygons.emplace_back();
    out.outer = path(polygon.outer);
    for (const auto& hole : polygon.holes) {
      out.holes.push_back(path(hole));
    }
  }
  return to;
}

// The box of longitudes and latitudes of the points that have some; false when none has.
bool set_area(PJ_AREA* area, std::span<const LonLat> points) {
  Box box;
  for (const LonLat& p : points) {
    if (std::isfinite(p.lon) && std::isfinite(p.lat)) {
      box.include(Xy{p.lon, p.lat});
    }
  }
  if (box.empty()) {
    return false;
  }
  proj_area_set_bbox(area, box.min_x, box.min_y, box.max_x, box.max_y);
  return true;
}

std::vector<LonLat> transformed(PJ* pj, std::span<const Xy> points) {
  std::vector<LonLat> out(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    out[i] = {points[i].x, points[i].y};
  }
  if (!out.empty()) {
    transform_in_place(pj, PJ_FWD, &out[0].lon, &out[0].lat, out.size());
  }
  return out;
}

}  // namespace

struct Crs::Impl {
  int epsg = 0;
  std::string name;
  std::string wkt;
};

Result<Crs> Crs::from_epsg(int epsg) {
  ThreadProj& proj = thread_proj();
  const std::string code = "EPSG:" + std::to_string(epsg);
  const Pj crs(proj_create(proj.context(), code.c_str()));
  if (!crs) {
    return fail("geo.crs_unknown", {{"crs", code}});
  }
  if (!is_projected_in_metres(proj.context(), crs.get()) || !proj.operation(crs.get(), nullptr)) {
    return fail("geo.crs_not_projected", {{"crs", code}});
  }
  static const char* const kOptions[] = {"MULTILINE=NO", nullptr};
  const char* wkt = proj_as_wkt(proj.context(), crs.get(), PJ_WKT1_GDAL, kOptions);
  FG_CHECK(wkt != nullptr);
  Crs made;
  made.impl_ = std::make_shared<const Impl>(Impl{epsg, proj_get_name(crs.get()), wkt});
  return made;
}

int Crs::epsg() const {
  return impl_->epsg;
}
std::string Crs::name() const {
  return impl_->name;
}
std::string Crs::wkt() const {
  return impl_->wkt;
}

Xy Crs::to_programme(LonLat p) const {
  Xy out;
  to_programme(std::span<const LonLat>(&p, 1), std::span<Xy>(&out, 1));
  return out;
}

LonLat Crs::to_lon_lat(Xy p) const {
  LonLat out;
  to_lon_lat(std::span<const Xy>(&p, 1), std::span<LonLat>(&out, 1));
  return out;
}

void Crs::to_programme(std::span<const LonLat> from, std::span<Xy> to) const {
  FG_CHECK(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = {from[i].lon, from[i].lat};
  }
  if (!to.empty()) {
    transform_in_place(thread_proj().programme_to_lon_lat(impl_->epsg), PJ_INV, &to[0].x, &to[0].y, to.size());
  }
}

void Crs::to_lon_lat(std::span<const Xy> from, std::span<LonLat> to) const {
  FG_CHECK(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = {from[i].x, from[i].y};
  }
  if (!to.empty()) {
    transform_in_place(thread_proj().programme_to_lon_lat(impl_->epsg), PJ_FWD, &to[0].lon, &to[0].lat, to.size());
  }
}

PlanarGeometry Crs::to_programme(const GeographicGeometry& geometry) const {
  return converted<Xy, LonLat>(geometry,
                               [this](std::span<const LonLat> from, std::span<Xy> to) { to_programme(from, to); });
}

GeographicGeometry Crs::to_lon_lat(const PlanarGeometry& geometry) const {
  return converted<LonLat, Xy>(geometry,
                               [this](std::span<const Xy> from, std::span<LonLat> to) { to_lon_lat(from, to); });
}

Result<std::vector<LonLat>> transform_to_lon_lat(const std::string& crs, std::span<const Xy> points) {
  ThreadProj& proj = thread_proj();
  const Pj source(proj_create(proj.context(), crs.c_str()));
  if (!source || proj_is_crs(source.get()) == 0) {
    return fail("geo.crs_unknown", {{"crs", crs}});
  }
  Pj pj = proj.operation(source.get(), nullptr);
  if (!pj) {
    return fail("geo.crs_unknown", {{"crs", crs}});
  }
  // Twice: where the points are is known only after a first transformation, and which datum shift PROJ takes depends on
  // it.
  std::vector<LonLat> out = transformed(pj.get(), points);
  const std::unique_ptr<PJ_AREA, decltype(&proj_area_destroy)> area(proj_area_create(), proj_area_destroy);
  if (set_area(area.get(), out)) {
    if (Pj local = proj.operation(source.get(), area.get())) {
      out = transformed(local.get(), points);
    }
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isfinite(out[i].lon) || !std::isfinite(out[i].lat)) {
      return fail("geo.transform_failed",
                  {{"x", std::to_string(points[i].x)}, {"y", std::to_string(points[i].y)}, {"crs", crs}});
    }
  }
  return out;
}

}  // namespace firmground::geo
