#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/stamp.h"
#include "geo/raster.h"

namespace firmground::estimate {

/// What remains, over the whole area of interest (docs/methods/hazard-field.md).
struct NationalTotals {
  double items_mean = 0;
  double items_p05 = 0;
  double items_p95 = 0;
};

/// The hazard raster has the bands of design.md section 6, in this order; NaN = not estimated.
enum class HazardBand : std::uint8_t {
  probability_any,
  expected_items,
  expected_items_p05,
  expected_items_p95,
  evidence
};

struct CovariateEffect {
  std::string name;            ///< "distance to the former line of contact"
  std::string unit;            ///< "m", "deg", ""
  std::vector<double> at;      ///< covariate values
  std::vector<double> effect;  ///< log intensity relative to the mean
  std::vector<double> p05, p95;
};

/// Why a cell or a polygon is as it is: log-intensity contributions, largest first.
struct Reason {
  std::string text;         ///< "finds within 300 m", "close to the former line of contact"
  double contribution = 0;  ///< of the logit
};

struct PolygonEstimate {
  std::string id;
  double probability_none = 0;  ///< P(no item), from joint draws
  double items_mean = 0, items_p05 = 0, items_p95 = 0;
  double evidence = 0;  ///< share of what is said that is data; below 0.1: hatch
  double area_m2 = 0;
  std::vector<Reason> reasons;
  /// Numbers of items by joint draw of fields and counts, ascending: p05 and p95 are their quantiles. Not stored.
  std::vector<float> predicted{};
};

struct HazardEstimate {
  geo::Raster raster;
  NationalTotals totals;
  std::string mode;  ///< "effort" or "presence-only"
  std::vector<CovariateEffect> effects;
  std::map<std::string, double> hyperparameters;  ///< "range_short_m", "sd_short", ...
  std::int64_t cells = 0;
  base::Stamp stamp;
};

}  // namespace firmground::estimate
