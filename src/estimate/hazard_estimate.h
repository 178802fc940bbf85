#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/stamp.h"
#include "evidence/item_kinds.h"
#include "evidence/observations.h"
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
  std::vector<std::string> labels{};  ///< of categories: what the values are, in the order of `at`; else empty
};

/// What survey statements of one source class are worth (docs/methods/hazard-field.md, eq. 53-56).
struct StatementRatio {
  evidence::OrdnanceClass ordnance_class{};
  std::string statement;               ///< "SHA, mines named"
  double ratio = 1, p05 = 1, p95 = 1;  ///< hazard over that of like ground without a statement
  std::uint32_t polygons = 0;
  std::uint32_t searched = 0;  ///< of them, after they were said; 0: the ratio is what was assumed
  bool from_events = false;    ///< presence-only: learned from events instead
};

/// Why a cell or a polygon is as it is: log-intensity contributions, largest first.
struct Reason {
  std::string text;         ///< "finds within 300 m", "close to the former line of contact"
  double contribution = 0;  ///< of the logit
};

/// Items of one kind in a polygon.
struct KindOfPolygon {
  evidence::ItemKind kind = evidence::ItemKind::ap_mines;
  double probability_any = 0;  ///< P(any item of the kind), at most that of any item
  double items_mean = 0;       ///< the kinds of a class add up to the class
  double items_p05 = 0, items_p95 = 0;
};

/// Items of one kind over the whole area of interest.
struct KindTotals {
  evidence::ItemKind kind = evidence::ItemKind::ap_mines;
  std::uint64_t found = 0;  ///< finds in searched ground that state it
  NationalTotals totals;
};

/// What the items of a class are.  No kinds: no find states what it is, so nothing is said.
struct ClassKinds {
  evidence::OrdnanceClass ordnance_class{};
  std::uint64_t stated = 0;  ///< finds that state their kind
  std::uint64_t unstated = 0;
  std::vector<KindTotals> kinds;
};

/// What a polygon would hold without a group of evidence, the rest of the fit as it is (without_evidence.h).
struct WithoutEvidence {
  std::string evidence;         ///< in words: "the minefield record R-12 of batch A"
  double probability_none = 0;  ///< P(no item) without it
  double items_mean = 0;        ///< without it
};

struct PolygonEstimate {
  std::string id;
  double probability_none = 0;  ///< P(no item), from joint draws
  double items_mean = 0, items_p05 = 0, items_p95 = 0;
  double evidence = 0;  ///< share of what is said that is data; below 0.1: hatch
  double area_m2 = 0;
  std::vector<Reason> reasons;
  std::vector<WithoutEvidence> without{};  ///< when asked for; what changes most first
  /// Whether what it would hold without evidence, and its surveys, are known where asked for: not so of polygons too
  /// large for the update or the region that told them.
  bool besides_known = true;
  /// Numbers of items by joint draw of fields and counts, ascending: p05 and p95 are their quantiles. Not stored.
  std::vector<float> predicted{};
  std::vector<KindOfPolygon> kinds{};  ///< empty: not told
};

struct HazardEstimate {
  geo::Raster raster;
  NationalTotals totals;
  std::string mode;                      ///< "effort" or "presence-only"
  std::vector<CovariateEffect> effects;  ///< but for survey statements
  std::vector<StatementRatio> statements;
  std::map<std::string, double> hyperparameters;  ///< "range_short_m", "sd_short", ...
  std::int64_t cells = 0;
  base::Stamp stamp;
};

}  // namespace firmground::estimate
