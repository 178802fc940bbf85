#include "report/hazard_scale.h"

#include <array>
#include <limits>

namespace firmground::report {

std::span<const HazardClass> hazard_classes() {
  static constexpr std::array<HazardClass, 7> kClasses = {
      {{0, 0.001, 0xfdf3cf, "hazard-1", "below 0.1 %"},
       {0.001, 0.005, 0xfee08f, "hazard-2", "0.1–0.5 %"},
       {0.005, 0.02, 0xfdbe4a, "hazard-3", "0.5–2 %"},
       {0.02, 0.05, 0xf48a25, "hazard-4", "2–5 %"},
       {0.05, 0.15, 0xcf5513, "hazard-5", "5–15 %"},
       {0.15, 0.4, 0x8a2a0c, "hazard-6", "15–40 %"},
       {0.4, std::numeric_limits<double>::infinity(), 0x3f0f45, "hazard-7", "above 40 %"}}};
  return kClasses;
}

}  // namespace firmground::report
