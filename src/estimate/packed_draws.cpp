#include "estimate/packed_draws.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace firmground::estimate {

namespace {

constexpr float kSteps = 32'000;

}  // namespace

PackedDraws packed(const float* draws, std::size_t each, const std::vector<float>& mean) {
  PackedDraws result;
  result.unit.reserve(mean.size());
  result.steps.reserve(mean.size() * each);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const float* row = draws + i * each;
    float largest = 1e-12F;
    for (std::size_t m = 0; m < each; ++m) {
      largest = std::max(largest, std::abs(row[m] - mean[i]));
    }
    result.unit.push_back(largest / kSteps);
    for (std::size_t m = 0; m < each; ++m) {
      result.steps.push_back(static_cast<std::int16_t>(std::lround((row[m] - mean[i]) / result.unit.back())));
    }
  }
  return result;
}

void unpack(const PackedDraws& draws, const std::vector<float>& mean, std::size_t each, float* to) {
  if (draws.unit.size() != mean.size() || draws.steps.size() != each * mean.size()) {
    throw std::runtime_error("its draws are of other nodes");
  }
  for (std::size_t i = 0; i < mean.size(); ++i) {
    for (std::size_t m = 0; m < each; ++m) {
      const std::size_t at = i * each + m;
      to[at] = mean[i] + draws.unit[i] * static_cast<float>(draws.steps[at]);
    }
  }
}

void put_draws(base::PacketWriter& out, const PackedDraws& draws) {
  out.put(draws.unit);
  out.put(draws.steps);
}

PackedDraws draws_of(base::KeptReader& in) {
  PackedDraws draws;
  in.get(draws.unit);
  in.get(draws.steps);
  return draws;
}

}  // namespace firmground::estimate
