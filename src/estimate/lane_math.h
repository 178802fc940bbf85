#pragma once
#include <bit>
#include <cstdint>

/// exp and log without a branch or a call, to within a few units in the last place, so that a loop over them becomes
/// vector code.
namespace firmground::estimate {

/// exp(x) for x in [-700, 700]: 2^k times the Taylor polynomial of degree 12 on [-ln 2 / 2, ln 2 / 2].
inline double lane_exp(double x) {
  constexpr double kLog2e = 1.44269504088896340736;
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr double kRound = 6755399441055744.0;  // 1.5 x 2^52: adding it rounds to a whole number
  const double shifted = x * kLog2e + kRound;
  const double k = shifted - kRound;
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double p = 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const std::uint64_t power = (std::bit_cast<std::uint64_t>(shifted) - std::bit_cast<std::uint64_t>(kRound) + 1023)
                              << 52U;
  return p * std::bit_cast<double>(power);
}

/// log(x) for normal x > 0: by its power of two and the series of atanh on [sqrt(1/2), sqrt(2)).
inline double lane_log(double x) {
  constexpr double kLn2 = 6.93147180559945309417e-01;
  constexpr std::uint64_t kOne = 0x3FF0000000000000;
  constexpr std::uint64_t kSqrtHalf = 0x3FE6A09E667F3BCD;
  constexpr std::uint64_t kMantissa = 0x000FFFFFFFFFFFFF;
  constexpr std::uint64_t kTwoTo52 = 0x4330000000000000;  // its low bits hold a whole number
  const std::uint64_t shifted = std::bit_cast<std::uint64_t>(x) + (kOne - kSqrtHalf);
  const double power = std::bit_cast<double>((shifted >> 52U) | kTwoTo52) - (4503599627370496.0 + 1023);
  const double mantissa = std::bit_cast<double>((shifted & kMantissa) + kSqrtHalf);
  const double z = (mantissa - 1) / (mantissa + 1);
  const double z2 = z * z;
  double series = 2.0 / 21;
  series = series * z2 + 2.0 / 19;
  series = series * z2 + 2.0 / 17;
  series = series * z2 + 2.0 / 15;
  series = series * z2 + 2.0 / 13;
  series = series * z2 + 2.0 / 11;
  series = series * z2 + 2.0 / 9;
  series = series * z2 + 2.0 / 7;
  series = series * z2 + 2.0 / 5;
  series = series * z2 + 2.0 / 3;
  series = series * z2 + 2.0;
  return power * kLn2 + z * series;
}

}  // namespace firmground::estimate
