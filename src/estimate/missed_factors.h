#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "evidence/observations.h"

namespace firmground::estimate {

/// How well a method's detection is known, and how alike its searches detect from place to place: as if by a trial on
/// this many items.
inline constexpr double kDetectionTrial = 20;

/// Factors on what the searches of a place missed, mean 1 (eq. 49): one table for each detection in hundredths, drawn
/// when it is first asked for.  The same for the same seed and class.  Thread-safe.
class MissedFactors {
 public:
  static constexpr std::size_t kCount = 4096;  ///< a power of two
  static constexpr std::size_t kMostDraws = 8192;

  MissedFactors(std::uint64_t seed, evidence::OrdnanceClass ordnance_class);
  /// kCount factors, and these over and over, so that kMostDraws can be read from any of the first.
  const float* at(float detection) const;

 private:
  struct Table {
    std::once_flag drawn;
    std::vector<float> factor;
  };
  std::uint64_t seed_;
  mutable std::array<Table, 101> tables_;
};

}  // namespace firmground::estimate
