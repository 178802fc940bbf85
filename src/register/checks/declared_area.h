#pragma once
#include <optional>
#include <string>

#include "geo/crs.h"
#include "mineaction/kind.h"

namespace firmground::registry::checks {

/// What a record declares as its area, beside what its outline measures.
struct DeclaredArea {
  double declared = 0;  ///< in its unit
  std::string unit;
  double measured_m2 = 0;

  double declared_m2() const;
  /// `tolerance`: share of the measured area.
  bool fits(double tolerance) const;
  /// In words, for the rule's and the catalogue's sentence.
  std::string as_written() const;
  std::string difference_percent() const;
};

/// Nothing where no area or no unit is declared, or no outline is there to measure.  `planar`: the record's geometry in
/// the programme CRS.  Cost: one ellipsoidal area.
std::optional<DeclaredArea> declared_area(const mineaction::Kind& kind, const mineaction::Record& record,
                                          const geo::PlanarGeometry& planar, const geo::Crs& crs);

}  // namespace firmground::registry::checks
