#include "report/hazard_scale.h"

#include <array>
#include <limits>

namespace firmground::report {

std::span<const HazardClass> hazard_classes() {
  static constexpr std::array<HazardClass, 7> kClasses = {
      {{0, 0.001, 0xeef1f6, "hazard-1", "below 0.1 %"},
       {0.001, 0.005, 0xd3dcec, "hazard-2", "0.1–0.5 %"},
       {0.005, 0.02, 0xb0bfe0, "hazard-3", "0.5–2 %"},
       {0.02, 0.05, 0x8d97cf, "hazard-4", "2–5 %"},
       {0.05, 0.15, 0x7668b6, "hazard-5", "5–15 %"},
       {0.15, 0.4, 0x6a3493, "hazard-6", "15–40 %"},
       {0.4, std::numeric_limits<double>::infinity(), 0x3d0a4f, "hazard-7", "above 40 %"}}};
  return kClasses;
}

}  // namespace firmground::report
