#pragma once
#include <proj.h>

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "geo/crs.h"
#include "geo/geometry.h"

namespace firmground::geo {

struct PjDelete {
  void operator()(PJ* pj) const { proj_destroy(pj); }
};
using Pj = std::unique_ptr<PJ, PjDelete>;

/// The way from one CRS to WGS 84 in one neighbourhood, in the steps that a person can be told.
struct WayToWgs84 {
  Pj to_degrees;  ///< from the projection to degrees on its own datum; null when the CRS is in degrees
  Pj datum;       ///< from that datum to WGS 84; null when it is WGS 84
  DatumShift operation;
};

/// PROJ's objects belong to one context, and a context to one thread: each thread keeps its own, made on first use.
class ThreadProj {
 public:
  ThreadProj();
  ThreadProj(const ThreadProj&) = delete;
  ThreadProj& operator=(const ThreadProj&) = delete;
  ~ThreadProj();

  PJ_CONTEXT* context() { return context_; }

  /// From `crs` to longitude and latitude, easting and longitude first. Null when PROJ knows no way. Ballpark
  /// operations, which ignore the shift between two datums (some 100 m), are refused: a coordinate is right or it is
  /// not given.
  Pj operation(const PJ* crs);

  /// REQUIRES: Crs::from_epsg(epsg) succeeded.
  PJ* programme_to_lon_lat(int epsg);

  using Neighbourhood = std::array<int, 4>;  ///< west, south, east, north in whole degrees
  /// Null when PROJ knows no way. The pointer holds until the next call.
  const WayToWgs84* way(const std::string& crs, const Neighbourhood& around);
  /// What way() chooses among, the chosen operation first; empty for a CRS that carries its own shift.
  std::vector<DatumShift> ranked(const std::string& crs, const Neighbourhood& around);
  /// The projection alone; null for a CRS in degrees, with `known` telling whether there is such a CRS at all.
  PJ* projection(const std::string& crs, bool& known);

 private:
  struct Source {
    Pj crs, degrees_crs, to_degrees;
  };
  const Source* source(const std::string& crs);

  PJ_CONTEXT* context_;
  std::map<int, Pj> by_epsg_;
  std::map<std::string, Source> sources_;
  std::map<std::pair<std::string, Neighbourhood>, WayToWgs84> ways_;
};

ThreadProj& thread_proj();

/// A point that cannot be transformed becomes infinite, as PROJ does it; the others are unaffected.
void transform_in_place(PJ* pj, PJ_DIRECTION direction, double* first, double* second, std::size_t count);

}  // namespace firmground::geo
