#include "evidence/discount.h"

#include <algorithm>
#include <cmath>

#include "evidence/shift_lattice.h"

namespace firmground::evidence {

namespace {

constexpr double kMostOfDecoy = 6.5;  ///< that a single decoy does not make the mean

}  // namespace

std::size_t Discount::stratum(std::uint8_t context, double effort_share) {
  const std::size_t effort = effort_share < 0.15 ? 0 : effort_share < 0.6 ? 1 : 2;
  return context * kEfforts + effort;
}

double Discount::scale(double log_scale, std::size_t in_stratum) const {
  constexpr double kMost = 600;
  return std::exp(std::min(kMost, log_scale - log_mean[in_stratum]));
}

double decoy_log_ratio(const PlaceMap& map) {
  if (!map.informative()) {
    return 0;
  }
  constexpr double kSpread_m = 28;
  const double one = std::exp(-map.log_scale);
  const Kernel kernel(0, kSpread_m);
  const auto average = correlated(excess_of(map, 1, one).data(), map.side(), kernel, kernel, 1, map.reach);
  return std::log(std::max(1e-300, one + static_cast<double>(average[0]))) + map.log_scale;
}

Discount discount_of(const std::vector<DecoyEvidence>& decoys) {
  constexpr double kPriorDecoys = 40;
  std::array<double, Discount::kStrata> sum{};
  std::array<double, Discount::kStrata> count{};
  double all = 0;
  for (const DecoyEvidence& decoy : decoys) {
    const double ratio = std::exp(std::min(decoy.log_ratio, kMostOfDecoy));
    sum[decoy.stratum] += ratio;
    count[decoy.stratum] += 1;
    all += ratio;
  }
  const double mean = decoys.empty() ? 1 : all / static_cast<double>(decoys.size());
  Discount discount;
  for (std::size_t s = 0; s < Discount::kStrata; ++s) {
    discount.log_mean[s] = std::max(0.0, std::log((sum[s] + kPriorDecoys * mean) / (count[s] + kPriorDecoys)));
  }
  return discount;
}

}  // namespace firmground::evidence
