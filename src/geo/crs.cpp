#include "geo/crs.h"

#include "base/check.h"
#include "geo/proj_thread.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

static_assert(sizeof(LonLat) == 2 * sizeof(double) && sizeof(Xy) == 2 * sizeof(double),
              "PROJ reads them with a stride");

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
  if (!is_projected_in_metres(proj.context(), crs.get()) || !proj.operation(crs.get())) {
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

}  // namespace firmground::geo
