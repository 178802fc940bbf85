#include "register/checks/declared_area.h"

#include <fmt/format.h>

#include <cmath>

#include "geo/area.h"
#include "mineaction/code_lists.h"

namespace firmground::registry::checks {

double DeclaredArea::declared_m2() const {
  return declared * mineaction::square_metres_per(unit);
}

bool DeclaredArea::fits(double tolerance) const {
  return std::abs(declared_m2() - measured_m2) <= tolerance * measured_m2;
}

std::string DeclaredArea::as_written() const {
  return fmt::format("{} {}", declared, unit);
}

std::string DeclaredArea::difference_percent() const {
  return fmt::format("{:+.0f}", 100 * (declared_m2() / measured_m2 - 1));
}

std::optional<DeclaredArea> declared_area(const mineaction::Kind& kind, const mineaction::Record& record,
                                          const geo::PlanarGeometry& planar, const geo::Crs& crs) {
  if (kind.field("declared_area") == nullptr || kind.field("declared_area_unit") == nullptr ||
      planar.polygons.empty()) {
    return std::nullopt;
  }
  const auto* declared = std::get_if<double>(&record.values[kind.field_index("declared_area")]);
  const auto* unit = std::get_if<std::string>(&record.values[kind.field_index("declared_area_unit")]);
  if (declared == nullptr || unit == nullptr || unit->empty()) {
    return std::nullopt;
  }
  const double measured_m2 = geo::ellipsoidal_area_m2(planar, crs);
  return measured_m2 > 0 ? std::optional(DeclaredArea{*declared, *unit, measured_m2}) : std::nullopt;
}

}  // namespace firmground::registry::checks
