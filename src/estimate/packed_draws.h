#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/packet.h"

/// Posterior draws as they are kept: each row as its largest deviation from the mean, in 16 bits.
namespace firmground::estimate {

struct PackedDraws {
  std::vector<float> unit;          ///< of each row
  std::vector<std::int16_t> steps;  ///< rows x draws
};

/// `draws`: rows of `each`, those that `mean` tells of.
PackedDraws packed(const float* draws, std::size_t each, const std::vector<float>& mean);
/// Into `to`, as many.  Throws std::runtime_error where they are of other rows.
void unpack(const PackedDraws& draws, const std::vector<float>& mean, std::size_t each, float* to);

void put_draws(base::PacketWriter& out, const PackedDraws& draws);
PackedDraws draws_of(base::KeptReader& in);

}  // namespace firmground::estimate
