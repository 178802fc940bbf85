#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "geo/area.h"
#include "mineaction/code_lists.h"
#include "register/checks/evaluators.h"

// Quantities in a unit that is not the one they are said to be in.
namespace firmground::registry::checks {

namespace {

bool declares_area(const KindRecords& list) {
  return list.field("declared_area") && list.field("declared_area_unit");
}

struct Areas {
  double declared = 0;  ///< in its unit
  std::string unit;
  double measured_m2 = 0;

  double declared_m2() const { return declared * mineaction::square_metres_per(unit); }
};

std::optional<Areas> areas_of(const KindRecords& list, std::size_t i, const geo::Crs& crs) {
  const auto declared = list.number(i, list.field("declared_area"));
  const std::string* unit = list.text(i, list.field("declared_area_unit"));
  if (!declared || unit == nullptr || list[i].planar.polygons.empty()) {
    return std::nullopt;
  }
  const double measured_m2 = geo::ellipsoidal_area_m2(list[i].planar, crs);
  return measured_m2 > 0 ? std::optional(Areas{*declared, *unit, measured_m2}) : std::nullopt;
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * b;
}

/// Units are a factor of 100 and more apart, so within this of the measured area only one of them can be meant.
constexpr double kSameUnit = 0.5;

/// The unit in which the declared number would be the measured area, when it is not the unit it is said to be in.
std::optional<std::string> unit_meant(const Areas& areas) {
  if (near(areas.declared_m2(), areas.measured_m2, kSameUnit)) {
    return std::nullopt;
  }
  for (const mineaction::CodeValue& unit : mineaction::code_list("area-unit").values) {
    if (near(areas.declared * mineaction::square_metres_per(unit.value), areas.measured_m2, kSameUnit)) {
      return unit.value;
    }
  }
  return std::nullopt;
}

void area_in_other_unit(const Rule& rule, const Records& records, Findings& findings) {
  const double tolerance = rule.parameter("tolerance");
  for_each_record(records, findings, declares_area, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto areas = areas_of(list, i, records.crs());
    const auto meant = areas ? unit_meant(*areas) : std::nullopt;
    if (!meant) {
      return;
    }
    Finding& finding = out.add(list, i, "declared_area_unit", fmt::format("{} {}", areas->declared, areas->unit),
                               {{"value", fmt::format("{} {}", areas->declared, areas->unit)},
                                {"measured", fmt::format("{:.0f}", areas->measured_m2)},
                                {"meant", fmt::format("{} {}", areas->declared, *meant)}});
    if (near(areas->declared * mineaction::square_metres_per(*meant), areas->measured_m2, tolerance)) {
      finding.fix = Fix{"declared_area_unit", *meant, {}, fmt::format("{} becomes {}", areas->unit, *meant)};
    }
  });
}

void declared_area_differs(const Rule& rule, const Records& records, Findings& findings) {
  const double tolerance = rule.parameter("tolerance");
  for_each_record(records, findings, declares_area, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto areas = areas_of(list, i, records.crs());
    if (!areas || near(areas->declared_m2(), areas->measured_m2, tolerance) || unit_meant(*areas)) {
      return;
    }
    out.add(list, i, "declared_area", fmt::format("{} {}", areas->declared, areas->unit),
            {{"declared", fmt::format("{:.0f}", areas->declared_m2())},
             {"measured", fmt::format("{:.0f}", areas->measured_m2)},
             {"difference", fmt::format("{:+.0f}", 100 * (areas->declared_m2() / areas->measured_m2 - 1))}});
  });
}

void depth_in_metres(const Rule& rule, const Records& records, Findings& findings) {
  const double least_cm = rule.parameter("least_cm");
  const auto has_depth = [](const KindRecords& list) { return list.field("depth_cm").has_value(); };
  for_each_record(records, findings, has_depth, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto depth = list.number(i, list.field("depth_cm"));
    if (depth && *depth > 0 && *depth < least_cm) {
      out.add(list, i, "depth_cm", fmt::format("{}", *depth),
              {{"value", fmt::format("{}", *depth)}, {"centimetres", fmt::format("{:g}", 100 * *depth)}});
    }
  });
}

constexpr Evaluator kEvaluators[] = {
    {"area-in-other-unit", area_in_other_unit},
    {"declared-area-differs", declared_area_differs},
    {"depth-in-metres", depth_in_metres},
};

}  // namespace

std::span<const Evaluator> unit_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
