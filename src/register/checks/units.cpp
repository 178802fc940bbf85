#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mineaction/code_lists.h"
#include "register/checks/declared_area.h"
#include "register/checks/evaluators.h"

// Quantities in a unit that is not the one they are said to be in.
namespace firmground::registry::checks {

namespace {

bool declares_area(const KindRecords& list) {
  return list.field("declared_area") && list.field("declared_area_unit");
}

std::optional<DeclaredArea> areas_of(const KindRecords& list, std::size_t i, const geo::Crs& crs) {
  return declared_area(list.kind(), list[i].record, list[i].planar, crs);
}

/// Units are a factor of 100 and more apart, so within this of the measured area only one of them can be meant.
constexpr double kSameUnit = 0.5;

/// The unit in which the declared number would be the measured area, when it is not the unit it is said to be in.
std::optional<std::string> unit_meant(const DeclaredArea& areas) {
  if (areas.fits(kSameUnit)) {
    return std::nullopt;
  }
  for (const mineaction::CodeValue& unit : mineaction::code_list("area-unit").values) {
    if (DeclaredArea{areas.declared, unit.value, areas.measured_m2}.fits(kSameUnit)) {
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
    Finding& finding = out.add(list, i, "declared_area_unit", areas->as_written(),
                               {{"value", areas->as_written()},
                                {"measured", fmt::format("{:.0f}", areas->measured_m2)},
                                {"meant", fmt::format("{} {}", areas->declared, *meant)}});
    if (DeclaredArea{areas->declared, *meant, areas->measured_m2}.fits(tolerance)) {
      finding.fix = Fix{"declared_area_unit", *meant, {}, fmt::format("{} becomes {}", areas->unit, *meant)};
    }
  });
}

void declared_area_differs(const Rule& rule, const Records& records, Findings& findings) {
  const double tolerance = rule.parameter("tolerance");
  for_each_record(records, findings, declares_area, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto areas = areas_of(list, i, records.crs());
    if (!areas || areas->fits(tolerance) || unit_meant(*areas)) {
      return;
    }
    out.add(list, i, "declared_area", areas->as_written(),
            {{"declared", fmt::format("{:.0f}", areas->declared_m2())},
             {"measured", fmt::format("{:.0f}", areas->measured_m2)},
             {"difference", areas->difference_percent()}});
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
