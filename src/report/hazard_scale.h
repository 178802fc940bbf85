#pragma once
#include <cstdint>
#include <span>

namespace firmground::report {

/// A class of the hazard map: probability that at least one item remains in the cell.
struct HazardClass {
  double from, to;  ///< [from, to)
  std::uint32_t rgb;
  const char* role;  ///< as in Colour
  const char* label;
};

/// Grows darker with the probability, so that it reads without colour vision and in print. The same classes as the
/// tiles of docs/formats/http.md.
std::span<const HazardClass> hazard_classes();

/// Below this the value is mostly extrapolated: hatched (design.md section 6).
inline constexpr float kHatchBelowEvidence = 0.1F;

}  // namespace firmground::report
